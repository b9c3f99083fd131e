"""Tests of looking likes up among a target's favourites without reading all of them closely."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, strategies as st

from custom_components.music_sync.engine.matching import TrackIndex
from custom_components.music_sync.engine.model import Like, Track, Unsyncable
from custom_components.music_sync.engine.sync.held import index_for

TITLES = ["Hello", "Hello (Live)", "Hallo", "Goodbye", "きらり", "Kirari"]
TRACKS = st.builds(
    Track,
    id=st.integers(1, 99).map(str),
    title=st.sampled_from(TITLES),
    artists=st.sampled_from([("Adele",), ("Adele", "Guest"), ("藤井 風",), ("Fujii Kaze",)]),
    album=st.sampled_from([None, "25"]),
    duration=st.sampled_from([None, 5.0, 180.0, 189.9, 190.1, 200.0, 203.0, 210.0, 260.0, 1000.0, 1020.0, 1021.0]),
    isrc=st.sampled_from([None, "GBBKS1500214", "GBBKS1500215"]),
    mbid=st.sampled_from([None, "d0cf37a0-6a4c-4eb5-9f1d-1e5e2d7d4c37"]),
)


def likes(tracks: Sequence[Track], at: int = 100) -> list[Like]:
    """Like tracks."""
    return [Like(track=track, liked_at=at) for track in tracks]


@given(
    held=st.lists(TRACKS, unique_by=lambda one: one.id, max_size=12), wanted=st.lists(TRACKS, min_size=1, max_size=3)
)
def test_nothing_that_matches_is_passed_over(held: list[Track], wanted: list[Track]) -> None:
    """The verdict on each track wanted is that of an index over everything."""
    part = index_for(likes(held), wanted, since=None, known=())
    whole = TrackIndex(held)
    for track in wanted:
        assert part.match(track).track == whole.match(track).track


def test_only_what_could_be_it_is_read() -> None:
    """By duration, or by an identifier; what has neither is always read, what has no name never."""
    held = [Track(id=str(length), title="A", artists=("B",), duration=float(length)) for length in range(30, 600)]
    wanted = Track(id="w", title="A", artists=("B",), duration=300.0, isrc="GBBKS1500214")
    assert len(index_for(likes(held), [wanted], since=None, known=())) == 41
    assert len(index_for(likes(held), [], since=None, known=())) == 0
    assert len(index_for(likes(held), [replace(wanted, duration=None)], since=None, known=())) == len(held)
    assert len(index_for(likes(held), [replace(wanted, duration=9.0)], since=None, known=())) == len(held)
    others = [replace(held[0], id="i", isrc="GBBKS1500214"), replace(held[0], id="n", duration=None)]
    assert len(index_for(likes(others), [wanted], since=None, known=())) == 2
    assert len(index_for(likes(others), [], since=None, known=())) == 0
    nameless = [Like(track=wanted, liked_at=100, unsyncable=Unsyncable.NO_METADATA)]
    assert len(index_for(nameless, [wanted], since=None, known=())) == 0


def test_what_is_new_is_read_whatever_it_is() -> None:
    """Favourited since, or nobody knows when, unless it is known already."""
    held = [Track(id=str(number), title="A", artists=("B",), duration=100.0) for number in range(4)]
    found = [*likes(held[:1], 99), *likes(held[1:3], 100), *likes(held[3:], 0)]
    assert len(index_for(found, [], since=100.0, known=())) == 3
    assert len(index_for(found, [], since=100.0, known={"1", "3"})) == 1
