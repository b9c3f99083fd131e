"""Verdicts: which of several candidates, what the score may do, and what is said where none will do."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from custom_components.music_sync.engine.matching import Decision, TrackIndex, Verdict, match, search_queries
from custom_components.music_sync.engine.model import Track

QUERY = Track(id="q", title="Hello", artists=("Ann",), album="First", duration=200.0, isrc="GBAYE0601477")
HELLO = Track(id="1", title="Hello", artists=("Ann",), album="Best Of", duration=200.0)


ONE, TWO = HELLO, replace(HELLO, id="2")


def chosen(query: Track, candidates: Sequence[Track]) -> str | None:
    """Name the id that was matched, whatever the order of candidates."""
    ids = {found.id if (found := match(query, order).track) else None for order in (candidates, candidates[::-1])}
    assert len(ids) == 1
    return ids.pop()


def test_no_candidates() -> None:
    """Where nothing came back, that is the reason."""
    assert match(QUERY, []) == Verdict(
        decision=Decision.NONE, reason="not_found", score=None, track=None, candidate=None
    )


def test_best_refused_candidate_is_named() -> None:
    """Where all are refused, the most similar one is shown with its score."""
    live = replace(HELLO, title="Hello (Live)")
    verdict = match(QUERY, [replace(HELLO, id="2", title="Goodbye"), live])
    assert (verdict.reason, verdict.candidate, verdict.score) == ("no_good_match", live, 100)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param(replace(TWO, album="First"), replace(ONE, album="Second"), id="album"),
        pytest.param(replace(TWO, album="First (Deluxe Edition)"), replace(ONE, album="Second"), id="edition"),
        pytest.param(replace(TWO, duration=200.5), replace(ONE, duration=203.0), id="duration"),
        pytest.param(TWO, replace(ONE, title="Hello?"), id="punctuation"),
        pytest.param(TWO, replace(ONE, title="Hello (2011 Remaster)"), id="master"),
        pytest.param(TWO, replace(ONE, title="Hello - Radio Edit"), id="edit"),
        pytest.param(TWO, replace(ONE, artists=("Ann", "Bob")), id="guests"),
        pytest.param(replace(TWO, explicit=True), replace(ONE, explicit=False), id="explicit"),
        pytest.param(replace(ONE, id="9"), replace(ONE, id="10"), id="lowest id"),
        pytest.param(replace(ONE, id="a"), replace(ONE, id="b"), id="first id"),
    ],
)
def test_best_of_several_pressings(better: Track, worse: Track) -> None:
    """Among pressings of one recording the choice is the nearest, and does not hang on their order."""
    assert chosen(replace(QUERY, explicit=True, isrc=None), [better, worse]) == better.id


def test_shared_code_among_several_pressings() -> None:
    """Of several pressings the one with the code wins."""
    assert chosen(QUERY, [replace(TWO, isrc=QUERY.isrc), replace(ONE, isrc="GBAYE0601478")]) == "2"


def test_playable_pressing_is_preferred() -> None:
    """A pressing that cannot be played gives way; alone it is no match, unless it is held already."""
    gone, there = replace(HELLO, id="1", playable=False), replace(HELLO, id="2", playable=True)
    assert chosen(QUERY, [gone, there]) == "2"
    assert match(QUERY, [gone]).reason == "no_good_match"
    assert match(QUERY, [gone]).candidate == gone
    assert match(QUERY, [gone], playable_only=False).track == gone
    assert match(QUERY, [gone, there], playable_only=False).track == there
    assert TrackIndex([gone]).match(QUERY).track == gone


def test_identifier_beats_better_text() -> None:
    """The candidate with the shared code wins over one that only looks more alike."""
    coded = replace(HELLO, id="2", title="Hello (Single)", album=None, duration=None, isrc=QUERY.isrc)
    verdict = match(QUERY, [replace(HELLO, album="First"), coded])
    assert (verdict.track, verdict.reason, verdict.score) == (coded, "isrc", 100)


def test_recording_id_decides_first() -> None:
    """A shared MusicBrainz recording id comes before everything else."""
    mbid = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
    found = replace(HELLO, id="2", mbid=mbid.upper())
    verdict = match(replace(QUERY, mbid=mbid), [replace(HELLO, isrc=QUERY.isrc), found])
    assert (verdict.track, verdict.reason) == (found, "mbid")


def test_min_score_only_turns_a_match_into_a_review() -> None:
    """A high bar holds a fuzzy match back, and a low one lets nothing through."""
    typo = replace(HELLO, title="Helo There My Friend")
    query = replace(QUERY, title="Hello There My Friend", isrc=None)
    assert match(query, [typo]).reason == "fuzzy"
    held = match(query, [typo], min_score=99.9)
    assert (held.decision, held.reason, held.candidate) == (Decision.REVIEW, "low_score", typo)
    assert match(query, [replace(typo, title="Hello (Live)")], min_score=0).decision is Decision.NONE
    assert match(replace(query, duration=None), [typo], min_score=0).reason == "no_duration"


def test_two_recordings_of_one_name_are_ambiguous() -> None:
    """Without a duration or album to choose by, recordings of different length are left to a person."""
    bare = replace(QUERY, duration=None, album=None, isrc=None)
    short, long = HELLO, replace(HELLO, id="2", duration=240.0, album="Other")
    verdict = match(bare, [short, long])
    assert (verdict.decision, verdict.reason, verdict.candidate) == (Decision.REVIEW, "ambiguous", short)
    assert match(replace(bare, album="Other"), [short, long]).track == long
    assert match(replace(bare, duration=203.0), [short, replace(long, duration=209.0)]).track == short
    assert match(bare, [short, replace(long, duration=201.0)]).decision is Decision.MATCH


def test_two_versions_of_one_name_are_ambiguous() -> None:
    """Two remixes answer to a remix whose maker is not named, one length or not."""
    remix = replace(QUERY, title="Hello (Remix)", isrc=None)
    rivals = [replace(HELLO, title="Hello (Bob Remix)"), replace(HELLO, id="2", title="Hello (Cid Remix)")]
    assert match(remix, rivals).reason == "ambiguous"


def test_question_mark_tells_songs_apart() -> None:
    """Where only punctuation differs, the same punctuation wins."""
    with_mark, without = replace(HELLO, title="In the Flesh?"), replace(HELLO, id="2", title="In the Flesh")
    assert chosen(replace(QUERY, title="In The Flesh?"), [with_mark, without]) == "1"
    assert chosen(replace(QUERY, title="In The Flesh"), [with_mark, without]) == "2"


class TestIndex:
    """A library as candidates."""

    LIBRARY = (
        HELLO,
        replace(HELLO, id="2", title="Hello (Live)", isrc="USUM71500001"),
        replace(HELLO, id="3", title="きらり", artists=("Fujii Kaze",), duration=231.0),
        replace(HELLO, id="4", title="心做し", artists=("majiko",), duration=273.0),
        replace(HELLO, id="5", title="Fuck It", artists=("Eamon",), duration=None),
        replace(HELLO, id="6", title="The House of the Rising Sun", artists=("The Animals",), duration=None),
        replace(HELLO, id="7", title="Smells Like Teen Spirit", artists=("Nirvana",), duration=301.0),
        replace(HELLO, id="8", title="Satisfaction (I Can't Get No)", artists=("The Rolling Stones",)),
    )

    @pytest.fixture(scope="class")
    def index(self) -> TrackIndex:
        """Index the library once."""
        return TrackIndex(self.LIBRARY)

    @pytest.mark.parametrize(
        ("title", "artist", "duration", "isrc", "found"),
        [
            pytest.param("hello", "ANN", None, None, "1", id="title"),
            pytest.param("Nothing Alike", "Ann", 200.0, "USUM71500001", "2", id="isrc"),
            pytest.param("Kirari", "Fujii Kaze", 231.0, None, "3", id="sound"),
            pytest.param("F*ck It", "Eamon", None, None, "5", id="stars"),
            pytest.param("House of the Rising Sun", "Animals", None, None, "6", id="article"),
            pytest.param("Smels Like Teen Spirit", "Nirvana", 301.0, None, "7", id="typo"),
            pytest.param("Satisfaction", "Rolling Stones", None, None, "8", id="subtitle"),
        ],
    )
    def test_finds(
        self, index: TrackIndex, title: str, artist: str, duration: float | None, isrc: str | None, found: str
    ) -> None:
        """The recording is found by any of its keys."""
        query = Track(id="q", title=title, artists=(artist,), duration=duration, isrc=isrc)
        verdict = index.match(query)
        assert verdict.track is not None
        assert verdict.track.id == found

    def test_other_script_by_length(self, index: TrackIndex) -> None:
        """An artist's track of the same length is offered where titles cannot be compared."""
        verdict = index.match(Track(id="q", title="Kokoronashi", artists=("majiko",), duration=273.2))
        assert (verdict.reason, verdict.candidate and verdict.candidate.id) == ("other_script", "4")

    def test_absent(self, index: TrackIndex) -> None:
        """What the library lacks is not found, and a version it lacks is refused."""
        assert index.match(Track(id="q", title="Goodbye", artists=("Zoe",))).reason == "not_found"
        assert index.match(replace(QUERY, title="Hello (Acoustic)")).reason == "no_good_match"
        assert index.match(replace(QUERY, duration=205.0), min_score=100).decision is Decision.MATCH

    def test_candidates_are_few_and_ordered(self, index: TrackIndex) -> None:
        """Only tracks that could be the one come back, in the library's order."""
        assert [track.id for track in index.candidates(QUERY)] == ["1", "2"]
        assert len(index) == len(self.LIBRARY)


@pytest.mark.parametrize(
    ("title", "version", "artists", "queries"),
    [
        pytest.param("Hello", None, ("Adele",), ("Hello Adele", "Hello"), id="plain"),
        pytest.param("Heroes - 2017 Remaster", None, ("Bowie",), ("Heroes Bowie", "Heroes"), id="remaster"),
        pytest.param(
            "Sexy (feat. Akon) [Explicit]", None, ("David Guetta", "Akon"), ("Sexy David Guetta", "Sexy"), id="guest"
        ),
        pytest.param(
            "Hello", "Live at Wembley", ("X;Y",), ("Hello Live at Wembley X", "Hello X", "Hello"), id="version field"
        ),
        pytest.param("Hello (Acoustic)", None, ("X",), ("Hello Acoustic X", "Hello X", "Hello"), id="version"),
        pytest.param("Wall, Pt. 2", None, ("Pink Floyd",), ("Wall, Pt. 2 Pink Floyd", "Wall, Pt. 2"), id="part"),
        pytest.param("Wall (Part II)", None, ("X ft. Y",), ("Wall 2 X", "Wall X", "Wall 2"), id="part in a bracket"),
        pytest.param("きらり", None, ("藤井 風",), ("きらり 藤井 風", "きらり"), id="script"),
        pytest.param("Hello", None, (), ("Hello",), id="no artist"),
        pytest.param("", None, (), (), id="nothing"),
    ],
)
def test_search_queries(title: str, version: str | None, artists: tuple[str, ...], queries: tuple[str, ...]) -> None:
    """What is typed into a search keeps the song, the version and the first artist, and leaves decoration out."""
    assert search_queries(Track(id="1", title=title, artists=artists, version=version)) == queries
