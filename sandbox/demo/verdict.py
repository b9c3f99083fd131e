"""Whether a demo went well: reports held against the world's truth and the stand-ins' own books."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..world import World
from .client import Json

PARTS = ("added", "already_present", "review", "missing", "failed", "unsyncable", "skipped")
SETTLED = frozenset({"added", "already_present"})
ENOUGH = 98.0
"""Percent of the available likes that a first sync has to settle."""
FEW = 3
"""Requests to Qobuz that a run with nothing to do may take."""
WRITES = ("/favorite/create", "/favorite/delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """What the stand-ins were asked during a run."""

    spotify: int
    qobuz: int
    writes: int

    @classmethod
    def of(cls, spotify: Iterable[Json], qobuz: Iterable[Json]) -> Requests:
        """Count the rows of the stand-ins' request logs."""
        asked = [row["path"] for row in qobuz]
        return cls(spotify=len(list(spotify)), qobuz=len(asked), writes=sum(path.endswith(WRITES) for path in asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as reported, with all its items, and the requests it took."""

    report: Json
    items: list[Json]
    requests: Requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Two runs, one straight after the other, and the ids of Qobuz's favourites before and after the first."""

    first: Run
    second: Run
    before: frozenset[int]
    after: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the world says about a first run: matches that are wrong, likes Qobuz has, and those of them settled."""

    wrong: list[str]
    available: frozenset[str]
    settled: frozenset[str]

    @property
    def settled_percent(self) -> float:
        """Tell the share of the available likes that were settled."""
        return 100.0 * len(self.settled) / len(self.available) if self.available else 100.0


def truth(world: World, items: Iterable[Json], before: frozenset[int], after: frozenset[int]) -> Truth:
    """Hold a run's matches, and what Qobuz really has since, against the world."""
    on_qobuz = {row.recording for row in world.qobuz_tracks.values() if row.data.get("streamable", True)}
    liked = {like["track"] for like in world.spotify_likes if isinstance(like["track"], str)}
    recordings = {world.spotify_tracks[id_].recording for id_ in liked}
    wrong, settled, matched = [], set(), set()
    for item in items:
        if item["outcome"] not in SETTLED:
            continue
        source, target = item["source"], item["target"]
        settled.add(source["id"])
        matched.add(int(target["id"]))
        if not world.same_recording(source["id"], int(target["id"])):
            wrong.append(f"{_name(source)} -> {_name(target)} ({item['reason']}, {item['score']})")
    wrong += [
        f"Qobuz got {number}, which is no like's recording"
        for number in sorted(after - before - matched)
        if world.qobuz_tracks[number].recording not in recordings
    ]
    available = frozenset(id_ for id_ in liked if world.spotify_tracks[id_].recording in on_qobuz - {None})
    return Truth(wrong=wrong, available=available, settled=frozenset(settled) & available)


def _name(track: Json) -> str:
    """Name a track of a report."""
    return f"{', '.join(track['artists'])}: {track['title']} [{track['id']}]"


def imbalance(run: Run) -> str | None:
    """Tell how a report's books do not balance, if so."""
    counts = run.report["counts"]
    counted = Counter(item["outcome"] for item in run.items)
    if counts["source"] != sum(counts[part] for part in PARTS):
        return f"{counts['source']} rows read, {sum(counts[part] for part in PARTS)} accounted for"
    if counts["source"] != len(run.items) or run.report["items_total"] != len(run.items):
        return f"{counts['source']} rows counted, {run.report['items_total']} announced, {len(run.items)} listed"
    if differing := [part for part in PARTS if counts[part] != counted[part]]:
        return ", ".join(f"{part} {counts[part]} counted, {counted[part]} listed" for part in differing)
    return None


def faults(demo: Demo, found: Truth) -> list[str]:
    """Tell everything that a good demo does not have."""
    faults: list[str] = []
    for name, run in (("first", demo.first), ("second", demo.second)):
        if run.report["status"] != "completed":
            faults.append(f"the {name} run ended {run.report['status']}")
        if books := imbalance(run):
            faults.append(f"the {name} run's books do not balance: {books}")
    faults += [f"wrong match: {text}" for text in found.wrong]
    if found.settled_percent < ENOUGH:
        faults.append(f"only {found.settled_percent:.1f} % of the likes that Qobuz has were added or there already")
    if gone := demo.before - demo.after:
        faults.append(f"favourites of before are gone from Qobuz: {sorted(gone)}")
    if (arrived := len(demo.after - demo.before)) != demo.first.report["counts"]["added"]:
        faults.append(f"{demo.first.report['counts']['added']} reported as added, {arrived} arrived on Qobuz")
    if demo.second.requests.writes or demo.second.report["counts"]["added"]:
        faults.append(f"the second run wrote ({demo.second.requests.writes} requests)")
    if demo.second.requests.qobuz > FEW:
        faults.append(f"the second run sent Qobuz {demo.second.requests.qobuz} requests")
    return faults
