"""Runs the demo: `python -m sandbox.demo [--once] [--port N]`."""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
import shutil
import sys

from .child import Child, free_port
from .ending import cancelled_by_signals
from .performance import perform
from .problem import Problem
from .stage import LOG, ROOT, SANDBOX_LOG, stage
from .summary import table
from .terminal import say
from .verdict import faults

TAIL = 40
"""Lines of a log shown after a failure."""

HIGHEST_PORT = 65535

GOOD, BAD, BROKEN, INTERRUPTED = 0, 1, 2, 130


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
            with suppress(asyncio.CancelledError):
                await until_one_ends(on.server, on.sandbox)
            say("\nstopping")
    return BAD if wrong else GOOD


def explain(folder: Path) -> None:
    """Show the end of the last log begun, and tell what to do."""
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
    if not 0 <= options.port <= HIGHEST_PORT:
        parser.error(f"--port has to be from 0 to {HIGHEST_PORT}")
    port = options.port or free_port()
    folder = ROOT / ".demo" / str(port)
    try:
        return await cancelled_by_signals(run(port, folder, once=options.once))
    except asyncio.CancelledError:
        say("\nstopped")
        return INTERRUPTED
    except Problem as problem:
        say(f"\nThe demo stopped: {problem}")
        explain(folder)
        return BROKEN
    except Exception:
        explain(folder)
        raise
    finally:
        if not options.port:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
