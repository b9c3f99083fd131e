"""How long a run holds up the event loop, with 20 000 likes and a target that holds 20 000 favourites.

    .venv/bin/python -m benchmarks.event_loop [LIKES]

A heartbeat beats every millisecond beside the run; the longest pause between two beats is what everybody else in Home
Assistant would have waited. Python's own collections of garbage hold up everything, whoever caused them: the longest
pause that was none of them is told apart. The last row plans the same in one piece on the loop, as a yardstick.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
import gc
from itertools import pairwise
from pathlib import Path
from random import Random
import resource
import sys
from tempfile import TemporaryDirectory
import time

from custom_components.music_sync.engine.library import Library, matches, mirror, runs
from custom_components.music_sync.engine.library.runs import Run
from custom_components.music_sync.engine.model import Like, Page, Track
from custom_components.music_sync.engine.sync.account import Account
from custom_components.music_sync.engine.sync.favorites import FavoritesRequest, Surroundings
from custom_components.music_sync.engine.sync.lookup import IsrcSearch
from custom_components.music_sync.engine.sync.plan import Memory, Planner, failed
from custom_components.music_sync.engine.sync.run import as_stored, carry_out

LIKES = 20_000
BEAT = 0.001


class Service:
    """A service that answers at once: what it likes, and a catalogue."""

    favorites_page_size = 500
    favorites_per_write = 50

    def __init__(self, likes: Sequence[Like], catalogue: Sequence[Track] = ()) -> None:
        """Start with likes, newest first."""
        self.likes = list(likes)
        self.ids = {like.track.id for like in likes}
        self.catalogue = {track.isrc: track for track in catalogue}
        self.changes = 0

    async def favorites_page(self, offset: int) -> Page[Like]:
        """Send a page."""
        items = self.likes[offset : offset + self.favorites_page_size]
        return Page(items=items, total=len(self.likes), rows=len(items))

    async def favorites_marker(self) -> str:
        """Tell of a change."""
        return str(self.changes)

    async def favorite_ids(self) -> frozenset[str]:
        """Send the ids."""
        return frozenset(self.ids)

    async def add_favorites(self, ids: Sequence[str]) -> None:
        """Take in what is written."""
        self.changes += 1
        self.ids.update(ids)

    async def search_isrc(self, isrc: str) -> Sequence[Track]:
        """Find by ISRC."""
        found = self.catalogue.get(isrc)
        return [found] if found else []

    async def search_tracks(self, query: str) -> Sequence[Track]:
        """Find what has the title."""
        return [track for track in self.catalogue.values() if track.title in query][:50]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A row of the table; times are in seconds."""

    name: str
    longest: float
    own: float
    late: int
    took: float


class Heartbeat:
    """Beats beside some work, and remembers when, and when garbage was collected meanwhile."""

    def __init__(self) -> None:
        """Start with no beat."""
        self._beats: list[float] = []
        self._collections: list[tuple[float, float]] = []
        self._collecting_since = 0.0

    async def beside(self, name: str, work: Callable[[], Awaitable[object]]) -> Measured:
        """Beat beside some work."""
        beating = asyncio.create_task(self._beat())
        await asyncio.sleep(10 * BEAT)
        self._beats.clear()
        gc.callbacks.append(self._note_collection)
        begun = time.perf_counter()
        await work()
        took = time.perf_counter() - begun
        await asyncio.sleep(2 * BEAT)
        beating.cancel()
        gc.callbacks.remove(self._note_collection)
        pauses = [after - before - BEAT for before, after in pairwise(self._beats)]
        own = [
            pause - self._collecting(before, after)
            for pause, (before, after) in zip(pauses, pairwise(self._beats), strict=True)
        ]
        return Measured(
            name=name, longest=max(pauses), own=max(own), late=sum(pause > 0.05 for pause in pauses), took=took
        )

    async def _beat(self) -> None:
        """Beat until cancelled."""
        while True:
            self._beats.append(time.perf_counter())
            await asyncio.sleep(BEAT)

    def _note_collection(self, phase: str, _: dict[str, int]) -> None:
        """Note when a collection begins and ends."""
        if phase == "start":
            self._collecting_since = time.perf_counter()
        else:
            self._collections.append((self._collecting_since, time.perf_counter()))

    def _collecting(self, before: float, after: float) -> float:
        """Return for how long garbage was collected between two moments."""
        return sum(max(0.0, min(end, after) - max(begin, before)) for begin, end in self._collections)


SYLLABLES = ("ba", "cor", "del", "en", "fi", "gra", "hul", "is", "jo", "ken", "lu", "mar", "nor", "o", "pel", "qua")


def words(number: int, count: int) -> str:
    """Make up words, the same for a number each time."""
    chance = Random(number)
    return " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(count)).title()


def track(number: int, *, service: str, isrc: bool = True) -> Track:
    """Make a song as a service describes it: some 13 to an artist, every eleventh with a title that others have."""
    return Track(
        id=f"{service}{number}",
        title=words(number if number % 11 else number % 100, 3),
        artists=(words(number % 1500, 2), words(number % 777, 2))[: 1 + (number % 5 == 0)],
        album=f"Album {number // 12}",
        duration=150.0 + number % 200,
        isrc=f"XXBEN{number:07d}" if isrc else None,
    )


def likes(numbers: range, service: str, *, isrc: bool = True) -> list[Like]:
    """Like songs, newest first."""
    return [
        Like(track=track(number, service=service, isrc=isrc), liked_at=1_600_000_000 + number)
        for number in reversed(numbers)
    ]


class Bench:
    """A library file and two accounts."""

    def __init__(self, library: Library, source: Service, target: Service) -> None:
        """Connect them."""
        self.library = library
        self.source = Account(id="source", title="Source", kind="spotify", provider=source)
        self.target = Account(id="target", title="Target", kind="qobuz", provider=target)
        self.number = 0

    async def run(self) -> None:
        """Carry out a run, which must be complete."""
        self.number += 1
        run = Run(
            id=f"run-{self.number:04d}",
            sync="sync",
            source="source",
            target="target",
            content="favorites",
            request=as_stored(FavoritesRequest()),
            queued_at=time.time(),
        )
        await self.library.run(runs.add, run)
        around = Surroundings(
            library=self.library, tell=lambda _: None, stopped_by=lambda: None, isrc_search=IsrcSearch()
        )
        told, error = await carry_out(run, self.source, self.target, around)
        assert error is None, error
        assert told["counts"]["source"] == len(self.source.provider.likes)


async def in_one_piece(library: Library) -> None:
    """Plan on the loop, with nothing in between: what a run would be without slices and threads."""
    ours, theirs = await library.run(mirror.likes, "source"), await library.run(mirror.likes, "target")
    remembered = await library.run(matches.load, "source", "target")
    memory = Memory(
        held=theirs,
        present={like.track.id for like in theirs},
        remembered={},
        pins={},
        min_score=70,
        now=time.time(),
    )
    planner = Planner(memory.present, None)
    index = memory.index_for([like.track for like in ours])
    for like in ours:
        planner.place(memory.recall(like) or memory.weigh(like.track, index) or failed(like.track, "search_failed"))
    assert len(planner.items) == len(ours) >= len(remembered) > 0


async def measure(count: int) -> list[Measured]:
    """Measure one run after the other."""
    rows: list[Measured] = []
    with TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library.db")
        await library.open()
        held = Service(likes(range(count), "t", isrc=False))
        bench = Bench(library, Service(likes(range(count), "s")), held)
        beat = Heartbeat().beside
        rows.append(await beat("first run: read both sides, match all by what they are", bench.run))
        rows.append(await beat("second run: nothing new, all of it remembered", bench.run))
        bench.source.provider.likes[:0] = likes(range(count, count + 1), "s")
        rows.append(await beat("third run: one new like, found nowhere", bench.run))
        rows.append(await beat("fourth run: nothing new, one not found", bench.run))
        rows.append(await beat("the same planning in one piece", lambda: in_one_piece(library)))
        await library.close()

        library = Library(Path(folder) / "empty.db")
        await library.open()
        songs = range(count // 10)
        empty = Service([], [track(number, service="t") for number in songs])
        bench = Bench(library, Service(likes(songs, "s")), empty)
        rows.insert(-1, await beat(f"first run to an empty target: search and write {len(songs)}", bench.run))
        await library.close()
    return rows


def main() -> None:
    """Measure and print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LIKES
    rows = asyncio.run(measure(count))
    yardstick = rows[-1].own
    print(f"{count} likes, {count} favourites; a beat every {BEAT * 1000:g} ms\n")
    print(f"{'':56} {'longest pause':>14} {'over 50 ms':>11} {'not collecting':>15} {'of one piece':>13} {'took':>8}")
    for row in rows:
        print(
            f"{row.name:56} {row.longest * 1000:11.1f} ms {row.late:11} {row.own * 1000:12.1f} ms"
            f" {row.own / yardstick:13.1%} {row.took:6.2f} s"
        )
    print(f"\nMost memory at once: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
