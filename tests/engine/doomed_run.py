"""A process that carries out one run and is killed at a moment of it, as by a power cut.

Arguments: the moment, the library file, the addresses of Spotify's and Qobuz's stand-ins, a Spotify access token, and
what the stand-ins' clock says.
"""

import asyncio
from collections.abc import Sequence
import os
from pathlib import Path
import signal
import sqlite3
import sys
import time
from typing import override
from unittest.mock import patch

import aiohttp

from custom_components.music_sync.engine.library import Library, journal, runs
from custom_components.music_sync.engine.library.journal import Operation
from custom_components.music_sync.engine.library.runs import Run
from custom_components.music_sync.engine.providers.gate import RateGate
from custom_components.music_sync.engine.providers.qobuz import QobuzProvider
from custom_components.music_sync.engine.providers.spotify import SpotifyProvider
from custom_components.music_sync.engine.sync.account import Account
from custom_components.music_sync.engine.sync.favorites import FavoritesRequest, Surroundings
from custom_components.music_sync.engine.sync.lookup import IsrcSearch
from custom_components.music_sync.engine.sync.run import as_stored, carry_out

MOMENTS = ("planned", "sent", "carried out", "marking", "marked")


def die() -> None:
    """End at once, without a chance to put anything in order."""
    os.kill(os.getpid(), signal.SIGKILL)


class Doomed(QobuzProvider):
    """Dies before or after its first write."""

    moment = ""

    @override
    async def add_favorites(self, ids: Sequence[str]) -> None:
        """Add, and die."""
        if self.moment == "sent":
            die()
        await super().add_favorites(ids)
        if self.moment == "carried out":
            die()


def doom(moment: str) -> None:
    """Let the journal die where that is the moment."""
    sent, done = journal.sent, journal.done
    batches = 0

    def send(connection: sqlite3.Connection, run: str, batch: Sequence[Operation], at: float) -> None:
        """Die before the first batch is marked, or before the second."""
        nonlocal batches
        batches += 1
        if (moment, batches) in {("planned", 1), ("marked", 2)}:
            die()
        sent(connection, run, batch, at)

    def mark(connection: sqlite3.Connection, run: str, batch: Sequence[Operation], at: float) -> None:
        """Die with the transaction open."""
        done(connection, run, batch, at)
        if moment == "marking":
            die()

    journal.sent, journal.done = send, mark


async def run(moment: str, path: str, spotify: str, qobuz: str, token: str) -> None:
    """Carry out a run that does not end."""
    doom(moment)
    Doomed.moment = moment

    def gate() -> RateGate:
        """Make a gate that holds nothing up."""
        return RateGate(minimum_delay=lambda: 0.0, daily_budget=lambda: 100_000)

    async def access_token(*, rejected: str | None = None) -> str:
        """Give the token."""
        return token

    library = Library(Path(path))
    await library.open()
    asked = Run(
        id="run-0000",
        sync="sync",
        source="entry-spotify",
        target="entry-qobuz",
        content="favorites",
        request=as_stored(FavoritesRequest()),
        queued_at=time.time(),
    )
    await library.run(runs.add, asked)
    async with aiohttp.ClientSession() as session:
        reader = SpotifyProvider(access_token=access_token, gate=gate(), api_url=f"{spotify}/v1")
        writer = Doomed(
            session=session,
            user_auth_token="sandbox-token-listener",
            app_id="100000001",
            gate=gate(),
            api_url=f"{qobuz}/api.json/0.2",
        )
        around = Surroundings(library=library, tell=lambda _: None, stopped_by=lambda: None, isrc_search=IsrcSearch())
        await carry_out(
            asked,
            Account(id="entry-spotify", title="", kind="", provider=reader),
            Account(id="entry-qobuz", title="", kind="", provider=writer),
            around,
        )


if __name__ == "__main__":
    *arguments, now = sys.argv[1:]
    with patch("time.time", return_value=float(now)):
        asyncio.run(run(*arguments))
