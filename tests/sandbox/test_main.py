"""`python -m sandbox`: both stand-ins by one command."""

import asyncio
import json
import os
from pathlib import Path
import signal
import sys

import aiohttp
import pytest

from sandbox.__main__ import main, run, tell

ROOT = Path(__file__).parents[2]
FILES = ("recordings", "spotify_tracks", "spotify_likes", "qobuz_tracks", "qobuz_favorites")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a world of nothing but one liked local file."""
    for name in FILES:
        (tmp_path / f"{name}.jsonl").write_text("", encoding="utf-8")
    like = {"added_at": None, "track": {"id": None, "is_local": True, "name": "Demo"}}
    (tmp_path / "spotify_likes.jsonl").write_text(json.dumps(like), encoding="utf-8")
    return tmp_path


async def test_one_command_runs_both_until_told_to_stop(folder: Path) -> None:
    """The first line printed tells the addresses; SIGTERM ends it well."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--world", str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        addresses = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        assert set(addresses) == {"spotify", "qobuz"}
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{addresses['spotify']}/_sandbox/state") as reply:
                assert (await reply.json())["users"]["listener"]["likes"] == 1
            async with http.get(f"{addresses['qobuz']}/_sandbox/switches") as reply:
                assert reply.status == 200
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_it_gives_its_ports_back(folder: Path) -> None:
    """Either signal ends it, and its sockets are closed afterwards."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in handlers:
            lines: asyncio.Queue[str] = asyncio.Queue()
            running = asyncio.create_task(run(0, 0, folder, lines.put_nowait))
            url = json.loads(await asyncio.wait_for(lines.get(), 10))["spotify"]
            os.kill(os.getpid(), number)
            await asyncio.wait_for(running, 10)
            async with aiohttp.ClientSession() as http:
                with pytest.raises(aiohttp.ClientConnectionError):
                    await http.get(f"{url}/_sandbox/state")
    finally:
        for number, handler in handlers.items():
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, handler)


def test_the_addresses_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A line goes out at once."""
    tell("{}")
    assert capsys.readouterr().out == "{}\n"


def test_the_command_line_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ports and folder come from the command line; anything else ends with usage."""
    asked: list[tuple[int, int, Path]] = []

    async def remember(spotify_port: int, qobuz_port: int, where: Path) -> None:
        """Note what was asked for."""
        asked.append((spotify_port, qobuz_port, where))

    monkeypatch.setattr("sandbox.__main__.run", remember)
    main(["--spotify-port", "1", "--qobuz-port", "2", "--world", str(folder)])
    assert asked == [(1, 2, folder)]
    with pytest.raises(SystemExit):
        main(["--colour", "blue"])
