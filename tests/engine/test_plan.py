"""Tests of the plan: what becomes of each like, without asking anybody."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.music_sync.engine.library.matches import Remembered
from custom_components.music_sync.engine.model import Like, Track, Unsyncable
from custom_components.music_sync.engine.outcomes import Item, Outcome
from custom_components.music_sync.engine.sync.plan import CLOCKS_APART, Memory, Planner, failed, skipped
from custom_components.music_sync.engine.sync.report import count
from custom_components.music_sync.engine.verdicts import Decision, Verdict

NOW = 1_800_000_000.0


def track(name: str, **changes: Any) -> Track:
    """Make a track of ours."""
    described: dict[str, Any] = {"title": f"Title {name}", "artists": (f"Artist {name}",), "duration": 200.0} | changes
    return Track(id=name, **described)


def like(one: Track, unsyncable: Unsyncable | None = None) -> Like:
    """Like a track."""
    return Like(track=one, liked_at=1, unsyncable=unsyncable)


def matched(there: Track, score: float = 90.0) -> Remembered:
    """Remember a match."""
    verdict = Verdict(decision=Decision.MATCH, reason="fuzzy", score=score, track=there, candidate=None)
    return Remembered(verdict=verdict, tries=0, tried_at=NOW, retry_at=None)


def refused(decision: Decision, reason: str, retry_at: float, candidate: Track | None = None) -> Remembered:
    """Remember that there was no match."""
    score = 60.0 if candidate else None
    verdict = Verdict(decision=decision, reason=reason, score=score, track=None, candidate=candidate)
    return Remembered(verdict=verdict, tries=1, tried_at=NOW, retry_at=retry_at)


def memory(
    *held: Track,
    remembered: Mapping[str, Remembered] | None = None,
    pins: Mapping[str, Track | None] | None = None,
    min_score: float = 70,
    search_again: bool = False,
) -> Memory:
    """Make a memory of a target that holds these tracks."""
    return Memory(
        held=[Like(track=one, liked_at=round(NOW)) for one in held],
        present={one.id for one in held},
        remembered=remembered or {},
        pins=pins or {},
        min_score=min_score,
        now=NOW,
        search_again=search_again,
    )


A, THERE, OTHER = track("a"), track("there", title="Title a", artists=("Artist a",)), track("other")
PRESSING = track("pressing", title="Title a", artists=("Artist a",), album="Best of")


UNFOUND = refused(Decision.NONE, "not_found", NOW + 1)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (memory(), None),
        (memory(THERE), (Outcome.ALREADY_PRESENT, "exact", THERE)),
        (memory(remembered={"a": matched(OTHER)}), (Outcome.ADDED, "paired", OTHER)),
        (memory(OTHER, remembered={"a": matched(OTHER)}), (Outcome.ALREADY_PRESENT, "paired", OTHER)),
        (memory(PRESSING, remembered={"a": matched(OTHER)}), (Outcome.ALREADY_PRESENT, "exact", PRESSING)),
        (memory(remembered={"a": UNFOUND}), (Outcome.MISSING, "not_found", None)),
        (memory(remembered={"a": refused(Decision.NONE, "not_found", NOW)}), None),
        (memory(remembered={"a": refused(Decision.REVIEW, "edit", NOW + 1, OTHER)}), (Outcome.REVIEW, "edit", None)),
        (memory(THERE, remembered={"a": UNFOUND}), (Outcome.ALREADY_PRESENT, "exact", THERE)),
        (memory(THERE, pins={"a": OTHER}), (Outcome.ADDED, "pinned", OTHER)),
        (memory(THERE, remembered={"a": matched(THERE)}, pins={"a": None}), (Outcome.MISSING, "pinned_none", None)),
        (memory(THERE, remembered={"a": matched(THERE)}, search_again=True), None),
        (memory(pins={"a": OTHER}, search_again=True), (Outcome.ADDED, "pinned", OTHER)),
    ],
)  # fmt: skip
def test_what_is_known_of_a_like(known: Memory, expected: tuple[Outcome, str, Track | None] | None) -> None:
    """Pins come first, then what is paired, then what the target holds, then earlier verdicts that still stand."""
    item = known.recall(like(A)) or known.weigh(A, known.index_for([A]))
    assert (item and (item.outcome, item.reason, item.target)) == expected


def test_what_can_never_be_there() -> None:
    """Rows that exist nowhere else are not looked for, unless a person has paired them."""
    row = like(A, Unsyncable.LOCAL_FILE)
    item = memory(THERE).recall(row)
    assert item is not None
    assert (item.outcome, item.reason) == (Outcome.UNSYNCABLE, "local_file")
    pinned = memory(pins={"a": OTHER}).recall(row)
    assert pinned is not None
    assert (pinned.outcome, pinned.target) == (Outcome.ADDED, OTHER)


@pytest.mark.parametrize("min_score", [0.0, 50.0, 90.0, 90.1, 100.0])
@pytest.mark.parametrize(
    "known",
    [
        matched(OTHER),
        refused(Decision.REVIEW, "ambiguous", NOW + 1, OTHER),
        refused(Decision.NONE, "no_good_match", NOW + 1, OTHER),
    ],
)
def test_score_only_turns_a_match_into_a_review(known: Remembered, min_score: float) -> None:
    """Whatever score is asked for, no review or miss becomes a match."""
    item = memory(min_score=min_score).judge(A, known.verdict)
    if known.verdict.track is None:
        assert item.outcome is {Decision.REVIEW: Outcome.REVIEW, Decision.NONE: Outcome.MISSING}[known.verdict.decision]
        assert item.reason == known.verdict.reason
    elif min_score > 90:
        assert (item.outcome, item.reason, item.target, item.candidate) == (Outcome.REVIEW, "low_score", None, OTHER)
    else:
        assert (item.outcome, item.reason, item.target) == (Outcome.ADDED, "fuzzy", OTHER)


@pytest.mark.parametrize("held", [THERE, PRESSING])
def test_looking_again_finds_what_the_target_holds_first(held: Track) -> None:
    """A new search prefers another pressing: what the target holds of the recording still counts as there."""
    found = matched(track("new", title="Title a", artists=("Artist a",))).verdict
    assert found.track is not None

    def judged(known: Memory) -> Track | None:
        """Judge what was found."""
        return known.judge_again(A, found, known.index_for([A])).target

    assert judged(memory(held, search_again=True)) == held
    assert judged(memory(OTHER, remembered={"a": matched(OTHER)}, search_again=True)) == OTHER
    assert judged(memory(search_again=True)) == found.track
    assert judged(memory(found.track, OTHER, search_again=True)) == found.track


@pytest.mark.parametrize(
    ("liked_at", "paired", "expected"),
    [
        (NOW - CLOCKS_APART - 1, False, Outcome.MISSING),
        (NOW - CLOCKS_APART, False, Outcome.ALREADY_PRESENT),
        (NOW + 5, False, Outcome.ALREADY_PRESENT),
        (0, False, Outcome.ALREADY_PRESENT),
        (NOW + 5, True, Outcome.MISSING),
    ],
)
def test_miss_is_weighed_against_what_is_new(liked_at: float, paired: bool, expected: Outcome) -> None:
    """Not found then, it can only be among what the target has come to hold since, and nobody else is paired with."""
    known = Memory(
        held=[Like(track=THERE, liked_at=round(liked_at))],
        present={"there"},
        remembered={"a": UNFOUND} | ({"b": matched(THERE)} if paired else {}),
        pins={},
        min_score=70,
        now=NOW,
    )
    item = known.weigh(A, known.index_for([A]))
    assert item is not None
    assert item.outcome is expected


def added(name: str, there: str) -> Item:
    """Make an item to be added."""
    return Item(outcome=Outcome.ADDED, reason="isrc", source=track(name), target=track(there))


def test_rows_that_share_a_track() -> None:
    """Two rows of the source and one track of the target: written once, there for the other."""
    planner = Planner({"x"}, None)
    for item in (added("a", "t"), added("b", "t"), added("c", "x")):
        planner.place(item)
    assert [item.outcome.value for item in planner.items] == ["added", "already_present", "already_present"]
    assert planner.to_write == [0]


def test_limit_takes_the_oldest() -> None:
    """The first N are written, what is there already costs nothing, the rest is for another time."""
    planner = Planner({"x"}, 2)
    for item in (added("a", "x"), added("b", "1"), added("c", "1"), added("d", "2"), added("e", "3"), added("f", "x")):
        planner.place(item)
    assert [(item.outcome.value, item.reason) for item in planner.items] == [
        ("already_present", "isrc"),
        ("added", "isrc"),
        ("already_present", "isrc"),
        ("added", "isrc"),
        ("skipped", "limit"),
        ("already_present", "isrc"),
    ]
    assert planner.to_write == [1, 3]


def test_sending_again_counts_as_writing() -> None:
    """What is sent although it is there counts against the limit, once for each track."""
    planner = Planner({"x", "y"}, 2, sends_again=True)
    for item in (added("a", "x"), added("b", "x"), added("c", "1"), added("d", "y")):
        planner.place(item)
    assert [(item.outcome.value, item.reason) for item in planner.items] == [
        ("already_present", "isrc"),
        ("already_present", "isrc"),
        ("added", "isrc"),
        ("skipped", "limit"),
    ]
    assert planner.to_write == [0, 2]


FINDINGS = st.one_of(
    st.builds(added, st.just("s"), st.sampled_from("abcdefxyz")),
    st.builds(
        lambda there: Item(outcome=Outcome.ALREADY_PRESENT, reason="exact", source=A, target=track(there)),
        st.sampled_from("xyz"),
    ),
    st.sampled_from(
        [
            skipped(A, "budget"),
            failed(A, "search_failed"),
            Item(outcome=Outcome.MISSING, reason="not_found", source=A),
            Item(outcome=Outcome.REVIEW, reason="edit", source=A, candidate=OTHER),
            Item(outcome=Outcome.UNSYNCABLE, reason="episode", source=A),
        ]
    ),
)


@given(
    findings=st.lists(FINDINGS, max_size=40),
    limit=st.none() | st.integers(1, 5),
    present=st.sets(st.sampled_from("xyz")) | st.just({"x", "y", "z"}),
    sends_again=st.booleans(),
)
def test_books_balance(findings: list[Item], limit: int | None, present: set[str], sends_again: bool) -> None:
    """Whatever was found: each row has one outcome, no track is written twice, no write is beyond the limit."""
    planner = Planner(present | {"x", "y", "z"}, limit, sends_again=sends_again)
    for finding in findings:
        planner.place(finding)
    books = count(planner.items)
    assert books["source"] == len(findings) == sum(books[outcome] for outcome in Outcome)
    assert planner.outcomes == Counter(item.outcome for item in planner.items)
    written = [item.target.id for position in planner.to_write if (item := planner.items[position]).target]
    assert len(written) == len(set(written)) == len(planner.to_write)
    assert limit is None or len(written) <= limit
    new = [position for position, item in enumerate(planner.items) if item.outcome is Outcome.ADDED]
    assert set(new) <= set(planner.to_write)
    assert sends_again or new == planner.to_write
    for item in planner.items:
        if item.outcome is Outcome.ADDED:
            assert item.target is not None
            assert item.target.id not in {"x", "y", "z"}
