"""A small world on both stand-ins, real providers and a real library file: all that a run needs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
import sqlite3
import time
from typing import Any, override

import aiohttp
import pytest

from custom_components.music_sync.engine.library import Library, journal, mirror, runs
from custom_components.music_sync.engine.library.runs import Run
from custom_components.music_sync.engine.outcomes import Item
from custom_components.music_sync.engine.providers.gate import RateGate
from custom_components.music_sync.engine.providers.qobuz import QobuzProvider
from custom_components.music_sync.engine.providers.spotify import SpotifyProvider
from custom_components.music_sync.engine.sync.account import Account
from custom_components.music_sync.engine.sync.favorites import FavoritesRequest, Stop, Surroundings
from custom_components.music_sync.engine.sync.lookup import IsrcSearch
from custom_components.music_sync.engine.sync.progress import Progress
from custom_components.music_sync.engine.sync.run import as_stored, carry_out
from sandbox.control import serve
from sandbox.qobuz import QobuzStandIn
from sandbox.spotify import SpotifyStandIn
from sandbox.spotify_library import timestamp
from sandbox.world import Row, World
from tests.sandbox import qobuz_case

from .fake_time import FakeTime

type OpensBench = Callable[[World], Awaitable[SyncBench]]
"""Serves a world; the `open_sync` fixture."""

SPOTIFY, QOBUZ = "entry-spotify", "entry-qobuz"
FIRST_LIKE = 1_700_000_000
FIRST = ("Amber", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Heath", "Islet")
SECOND = ("Jetty", "Knoll", "Larch", "Mango", "Nadir", "Oasis", "Pearl", "Quill", "River")


def song(number: int) -> str:
    """Name a song so that no search takes it for another."""
    return f"{FIRST[number % 9]} {SECOND[number // 9 % 9]}{number}"


def isrc(number: int) -> str:
    """Give a song's ISRC."""
    return f"XXTST{number:07d}"


def liked(number: int) -> str:
    """Give a song's id on Spotify."""
    return f"song{number:018d}"


def favorite(number: int) -> str:
    """Give a song's id on Qobuz."""
    return str(1000 + number)


def on_spotify(number: int, **changes: Any) -> dict[str, Any]:
    """Describe a song as Spotify does."""
    artist = {"id": "artist0000000000000000", "name": "The Testers"}
    return {
        "id": liked(number),
        "name": song(number),
        "duration_ms": 200_000 + 1000 * (number % 50),
        "artists": [artist],
        "album": {"id": "album00000000000000000", "name": "Tests", "artists": [artist]},
        "external_ids": {"isrc": isrc(number)},
    } | changes


def on_qobuz(number: int, **changes: Any) -> dict[str, Any]:
    """Describe a song as Qobuz does."""
    artist = {"id": 21, "name": "The Testers"}
    album = qobuz_case.album("tests00000001", "Tests", artist)
    described = qobuz_case.track(int(favorite(number)), song(number), artist, album, isrc=isrc(number))
    return described | {"duration": 200 + number % 50} | changes


def described(entry_id: str) -> dict[str, str]:
    """Describe an account as Home Assistant knows it."""
    return {"title": f"Title of {entry_id}", "kind": "spotify"}


def row(number: int, liked_at: int | None = None) -> dict[str, Any]:
    """Make a row of likes; without a time, a minute after the number before."""
    return {"added_at": timestamp(FIRST_LIKE + 60 * number if liked_at is None else liked_at), "track": liked(number)}


def world(known: int, likes: Iterable[int] = (), favorites: Iterable[int] = (), lacking: Iterable[int] = ()) -> World:
    """Make a world of so many songs, some of them lacking on Qobuz; likes and favourites are oldest first."""
    return World(
        spotify_tracks={liked(number): Row(recording=None, data=on_spotify(number)) for number in range(known)},
        spotify_likes=[row(number) for number in likes],
        qobuz_tracks={
            int(favorite(number)): Row(recording=None, data=on_qobuz(number))
            for number in range(known)
            if number not in set(lacking)
        },
        qobuz_favorites=[int(favorite(number)) for number in favorites],
    )


class Watched(QobuzProvider):
    """The real provider; `before` and `after` are told of each call that matters here."""

    def __init__(self, **arguments: Any) -> None:
        """Start unwatched."""
        super().__init__(**arguments)
        self.before: Callable[[str, Sequence[str]], Awaitable[None]] | None = None
        self.after: Callable[[str, Sequence[str]], Awaitable[None]] | None = None

    @override
    async def add_favorites(self, ids: Sequence[str]) -> None:
        """Add, watched."""
        await self._tell(self.before, "add", ids)
        await super().add_favorites(ids)
        await self._tell(self.after, "add", ids)

    @override
    async def favorite_ids(self) -> frozenset[str]:
        """Look, watched."""
        await self._tell(self.before, "ids", ())
        found = await super().favorite_ids()
        await self._tell(self.after, "ids", ())
        return found

    @override
    async def search_isrc(self, isrc: str) -> Sequence[Any]:
        """Search by ISRC, watched."""
        await self._tell(self.before, "search", (isrc,))
        return await super().search_isrc(isrc)

    @override
    async def search_tracks(self, query: str) -> Sequence[Any]:
        """Search, watched."""
        await self._tell(self.before, "search", (query,))
        return await super().search_tracks(query)

    @staticmethod
    async def _tell(
        watcher: Callable[[str, Sequence[str]], Awaitable[None]] | None, what: str, ids: Sequence[str]
    ) -> None:
        """Tell a watcher, where there is one."""
        if watcher is not None:
            await watcher(what, ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A finished run: its report, its items as the library file has them, and what kept it from going on."""

    report: dict[str, Any]
    items: list[Item]
    error: Exception | None

    @property
    def status(self) -> str:
        """How it ended."""
        return str(self.report["status"])

    @property
    def counts(self) -> dict[str, int]:
        """The counts that are not zero, without the source's."""
        return {name: number for name, number in self.report["counts"].items() if number and name != "source"}

    @property
    def fates(self) -> list[tuple[str, str]]:
        """Outcome and reason of each item, oldest like first."""
        return [(item.outcome.value, item.reason) for item in self.items]


@dataclass(slots=True, kw_only=True)
class SyncBench:
    """Both stand-ins, both accounts, the library file, and a clock that all of them share."""

    time: FakeTime
    spotify: SpotifyStandIn
    qobuz: QobuzStandIn
    source: Account[Any]
    target: Account[Watched]
    library: Library
    path: Path
    spotify_url: str
    qobuz_url: str
    searches_a_day: int = 100_000
    isrc_search: IsrcSearch = field(default_factory=IsrcSearch)
    progress: list[Progress] = field(default_factory=list)
    stopped_by: Callable[[], Stop | None] = lambda: None
    renewed: int = 0
    number: int = 0

    async def run(self, **request: Any) -> Done:
        """Carry out a run from its request to its report; the books must balance."""
        run = await self.enter(**request)
        told, error = await carry_out(run, self.source, self.target, self.around())
        items = await self.library.run(runs.items, run.id)
        counts = told["counts"]
        assert counts["source"] == told["items_total"] == len(items)
        assert counts["source"] == sum(
            counts[name] for name in counts if name not in {"source", "removed", "removals_held"}
        )
        kept = await self.library.run(runs.get, run.id)
        assert kept is not None
        assert kept.report == told
        assert kept.status == told["status"]
        return Done(report=told, items=items, error=error)

    async def enter(self, **request: Any) -> Run:
        """Enter a run in the library file, as whoever asks for it does."""
        self.number += 1
        run = Run(
            id=f"run-{self.number:04d}",
            sync="sync",
            source=self.source.id,
            target=self.target.id,
            content="favorites",
            request=as_stored(FavoritesRequest(**request)),
            queued_at=time.time(),
        )
        await self.library.run(runs.add, run)
        return run

    def around(self) -> Surroundings:
        """Give a run its surroundings."""
        return Surroundings(
            library=self.library,
            tell=self.progress.append,
            stopped_by=self._stopped_by,
            isrc_search=self.isrc_search,
        )

    def _stopped_by(self) -> Stop | None:
        """Ask whoever may stop a run at the moment."""
        return self.stopped_by()

    def like(self, *numbers: int) -> None:
        """Like songs now, one after the other; a minute goes by."""
        for number in numbers:
            self.spotify.change_state({"like": {"track": liked(number), "added_at": timestamp(self.time.now)}})
        self.time.go_by(60)

    def unlike(self, *numbers: int) -> None:
        """Unlike songs."""
        for number in numbers:
            self.spotify.change_state({"unlike": {"track": liked(number)}})

    def by_hand(self, add: Iterable[int] = (), remove: Iterable[int] = ()) -> None:
        """Change favourites on Qobuz as a person does."""
        change = {"add_favorites": add, "remove_favorites": remove}
        self.qobuz.change_state(
            {
                "users": {
                    "listener": {key: {"tracks": [int(favorite(one)) for one in ids]} for key, ids in change.items()}
                }
            }
        )

    def favorites(self) -> list[str]:
        """Give the ids that Qobuz holds, oldest favourite first."""
        shelf = self.qobuz.state()["users"]["listener"]["favorites"]["tracks"]
        return [str(one["id"]) for one in reversed(shelf)]

    def sent(self) -> tuple[list[str], list[str]]:
        """Give what was asked of Spotify and of Qobuz since the last time, by the end of the path."""
        asked = tuple(
            [str(entry["path"]).rpartition("/")[2] for entry in stand_in.requests]
            for stand_in in (self.spotify, self.qobuz)
        )
        self.spotify.requests.clear()
        self.qobuz.requests.clear()
        return asked[0], asked[1]

    async def ledger(self) -> set[str]:
        """Give the ids that are ours."""
        return set(await self.library.run(journal.ours, QOBUZ, "favorites"))

    async def mirrored(self, account: str = SPOTIFY) -> list[str]:
        """Give the ids in an account's mirror, newest first."""
        return [track for track, _ in await self.library.run(mirror.head, account, None)]

    async def states(self) -> dict[str, str]:
        """Give the journal's state of each target id."""
        return await self.library.run(states)

    async def reopen(self) -> None:
        """Close the library file and open it again, as a restart does."""
        await self.library.close()
        self.library = Library(self.path)
        await self.library.open()

    async def age(self, seconds: float) -> None:
        """Let time pass, for the stand-ins, too."""
        self.time.go_by(seconds)


def states(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the state of each operation by the target's id, the latest run's counting."""
    return dict(connection.execute("SELECT track, state FROM operations ORDER BY run").fetchall())


@asynccontextmanager
async def open_bench(made: World, path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SyncBench]:
    """Serve a world; the engine's clock is the stand-ins'."""
    now = FakeTime()
    monkeypatch.setattr(time, "time", now.clock)
    spotify, qobuz = SpotifyStandIn(made, now.clock), QobuzStandIn(made, now.clock)
    spotify.switch(expires_in=10**9)
    qobuz.switch(search_noise=0.0)
    async with await serve(spotify) as first, await serve(qobuz) as second, aiohttp.ClientSession() as session:
        token = str(spotify.sign_in()["access_token"])

        async def access_token(*, rejected: str | None = None) -> str:
            """Give a token, a new one for a refused one."""
            nonlocal token
            if rejected == token:
                bench.renewed += 1
                token = str(spotify.sign_in()["access_token"])
            return token

        def gate() -> RateGate:
            """Make a gate that no pause holds up."""
            return RateGate(
                minimum_delay=lambda: 0.0,
                daily_budget=lambda: bench.searches_a_day,
                clock=now.clock,
                sleep=now.sleep,
            )

        library = Library(path)
        await library.open()
        reader = SpotifyProvider(access_token=access_token, gate=gate(), api_url=f"{first.url}/v1")
        writer = Watched(
            session=session,
            user_auth_token="sandbox-token-listener",
            app_id="100000001",
            gate=gate(),
            api_url=f"{second.url}/api.json/0.2",
        )
        bench = SyncBench(
            time=now,
            spotify=spotify,
            qobuz=qobuz,
            source=Account(id=SPOTIFY, title="Spotify", kind="spotify", provider=reader),
            target=Account(id=QOBUZ, title="Qobuz", kind="qobuz", provider=writer),
            library=library,
            path=path,
            spotify_url=first.url,
            qobuz_url=second.url,
        )
        try:
            yield bench
        finally:
            await bench.library.close()
            await reader.close()


def without_reason(items: Iterable[Item]) -> list[Item]:
    """Return items apart from why, to compare runs that know different things."""
    return [replace(item, reason="") for item in items]
