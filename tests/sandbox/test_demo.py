"""The whole demo: a real Home Assistant between the stand-ins, in processes of its own."""

import asyncio
import os
from pathlib import Path
import signal
import socket

import aiohttp
import pytest

from sandbox.demo.__main__ import explain, main
from sandbox.demo.problem import Problem
from sandbox.demo.stand_ins import StandIns


async def test_the_demo_goes_well(capsys: pytest.CaptureFixture[str]) -> None:
    """Likes become favourites, all of them the right ones, and a second run has nothing to do."""
    code = await main(["--once", "--port", "0"])
    shown = capsys.readouterr().out
    assert code == 0, shown
    assert "wrong matches: 0" in shown


async def test_it_stays_until_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    """Home Assistant answers without a login until Ctrl-C, and no longer."""
    demo = asyncio.create_task(main(["--port", "0"]))
    shown = ""
    while "Ctrl-C" not in shown and not demo.done():
        await asyncio.sleep(0.1)
        shown += capsys.readouterr().out
    assert not demo.done(), shown
    url = next(word for word in shown.split() if word.startswith("http://localhost:"))
    flow = {"client_id": f"{url}/", "handler": ["trusted_networks", None], "redirect_uri": f"{url}/"}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{url}/auth/login_flow", json=flow) as response:
            assert (await response.json())["type"] == "create_entry"
        os.kill(os.getpid(), signal.SIGINT)
        await demo
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(url)


async def test_it_can_be_interrupted_at_its_start(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl-C before anything is up ends it all the same."""
    demo = asyncio.create_task(main(["--once", "--port", "0"]))
    shown = ""
    while "starting" not in shown and not demo.done():
        await asyncio.sleep(0.02)
        shown += capsys.readouterr().out
    os.kill(os.getpid(), signal.SIGINT)
    assert await demo == 130


async def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is started, and the way out is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = await main(["--once", "--port", str(port)])
    shown = capsys.readouterr().out
    assert code == 2
    assert f"port {port} is taken" in shown
    assert "--port" in shown


async def test_a_sandbox_that_fails_is_quoted() -> None:
    """What it printed in place of its addresses is in the error."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Problem, match="No module named sandbox"):
            StandIns.from_line(session, "No module named sandbox")


def test_the_end_of_the_log_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Home Assistant's log, not the sandbox's, where there are both; only its end."""
    (tmp_path / "sandbox.log").write_text("from the sandbox\n")
    (tmp_path / "home_assistant.log").write_text("".join(f"line {number};\n" for number in range(100)))
    explain(tmp_path)
    shown = capsys.readouterr().out
    assert "line 99;" in shown
    assert "line 9;" not in shown
    assert "from the sandbox" not in shown
    assert str(tmp_path) in shown
