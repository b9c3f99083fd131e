"""Runs the demo: `python -m sandbox.demo [--once] [--port N]`."""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
import shutil
import signal
import sys

from .. import world as worlds
from . import dashboard
from .accounts import add_favorites_sync, add_qobuz, add_spotify, set_options
from .child import Child, free_port
from .problem import Problem
from .runs import first_and_second
from .stage import LOG, ROOT, SANDBOX_LOG, Stage, stage
from .summary import table
from .verdict import Demo, Truth, faults, truth

QUICK = 5
"""Milliseconds between two requests to a stand-in."""

TAIL = 40
"""Lines of a log shown after a failure."""

GOOD, BAD, BROKEN, INTERRUPTED = 0, 1, 2, 130


def say(text: str, end: str = "\n") -> None:
    """Tell the person in front of the terminal."""
    sys.stdout.write(f"{text}{end}")
    sys.stdout.flush()


def show_progress(text: str) -> None:
    """Write a line over the last one, where there is a terminal."""
    if sys.stdout.isatty():
        say(f"\r\033[K  {text}", end="\r")


async def connect(on: Stage) -> None:
    """Add both accounts and the sync, as a person would; requests are counted from the sync on."""
    say("· connecting Spotify and Qobuz")
    source = await add_spotify(on.client)
    target, next_flow = await add_qobuz(on.client)
    for entry_id in (source, target):
        await set_options(on.client, entry_id, minimum_delay=QUICK)
    await on.stand_ins.forget_requests()
    await add_favorites_sync(on.client, source, target, next_flow)


async def perform(on: Stage) -> tuple[Demo, Truth]:
    """Connect the accounts, lay out the dashboard and run the sync twice."""
    before = await on.stand_ins.favorites()
    await connect(on)
    found = await dashboard.find_devices(on.client)
    await dashboard.save(on.client, found)
    sync = next(device for device in found if device.is_sync)
    say(f"· syncing: {sync.name}")
    result = await first_and_second(on, sync, before, show_progress)
    return result, truth(worlds.load(), result.first.items, result.before, result.after)


async def until_one_ends(*children: Child) -> None:
    """Wait until a process ends by itself, and raise Problem then."""
    waits = [asyncio.ensure_future(child.wait()) for child in children]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_EXCEPTION)
        await next(wait for wait in waits if wait.done())
    finally:
        for wait in waits:
            wait.cancel()


async def run(port: int, folder: Path, *, once: bool) -> int:
    """Run the demo from start to end and give the exit code."""
    say("· starting the stand-ins and Home Assistant")
    async with stage(port, folder) as on:
        result, found = await perform(on)
        say(f"\n{table(result, found)}\n")
        wrong = faults(result, found)
        for text in wrong:
            say(f"WRONG: {text}")
        if not once:
            say(f"Home Assistant is at http://localhost:{port} (no login); press Ctrl-C to stop it.")
            await until_one_ends(on.server, on.sandbox)
    return BAD if wrong else GOOD


def explain(problem: Problem, folder: Path) -> None:
    """Tell what went wrong, with the end of the last log begun, and what to do."""
    say(f"\nThe demo stopped: {problem}")
    logs = [log for log in (folder / LOG, folder / SANDBOX_LOG) if log.exists()]
    if logs:
        lines = logs[0].read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        say("\n".join([f"The end of {logs[0]}:", *(f"  | {line}" for line in lines)]))
        say(f"Both logs are in {folder}. Every start is a fresh one: once it is mended, run the demo again.")


async def main(arguments: Sequence[str]) -> int:
    """Read the command line, run the demo, and end everything on Ctrl-C; gives the exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Home Assistant with Music Sync between two stand-ins; each start is a fresh one.",
    )
    parser.add_argument("--once", action="store_true", help="exit after two runs: 0 when all went as it should")
    parser.add_argument("--port", type=int, default=8123, help="where Home Assistant listens; 0 is any free port")
    options = parser.parse_args(arguments)
    port = options.port or free_port()
    folder = ROOT / ".demo" / str(port)
    whole = asyncio.ensure_future(run(port, folder, once=options.once))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, whole.cancel)
    try:
        return await whole
    except asyncio.CancelledError:
        say("\nstopped")
        return INTERRUPTED
    except Problem as problem:
        explain(problem, folder)
        return BROKEN
    finally:
        if not options.port:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
