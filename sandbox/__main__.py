"""Runs the stand-ins until it is told to stop: `python -m sandbox`."""

from argparse import ArgumentParser
import asyncio
from collections.abc import Callable, Sequence
import json
from pathlib import Path
import signal
import sys

from .control import serve
from .qobuz import QobuzStandIn
from .spotify import SpotifyStandIn
from .world import HERE, load


def tell(line: str) -> None:
    """Print a line at once, though a pipe be listening."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def run(spotify_port: int, qobuz_port: int, folder: Path, announce: Callable[[str], None] = tell) -> None:
    """Serve both stand-ins, announce their addresses as one line of JSON, and wait for SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    world = load(folder)
    async with (
        await serve(SpotifyStandIn(world), port=spotify_port) as spotify,
        await serve(QobuzStandIn(world), port=qobuz_port) as qobuz,
    ):
        announce(json.dumps({"spotify": spotify.url, "qobuz": qobuz.url}))
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and run."""
    parser = ArgumentParser(prog="python -m sandbox", description="Stand-ins for Spotify and Qobuz.")
    parser.add_argument("--spotify-port", type=int, default=0, help="port of Spotify's stand-in (default: a free one)")
    parser.add_argument("--qobuz-port", type=int, default=0, help="port of Qobuz's stand-in (default: a free one)")
    parser.add_argument("--world", type=Path, default=HERE, help="folder of the world's files")
    options = parser.parse_args(arguments)
    asyncio.run(run(options.spotify_port, options.qobuz_port, options.world))


if __name__ == "__main__":
    main()
