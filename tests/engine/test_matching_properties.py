"""What holds for any text: hypothesis looks for counter-examples."""

from dataclasses import replace

from hypothesis import assume, given, settings, strategies as st

from custom_components.music_sync.engine.matching import Decision, TrackIndex, match, search_queries
from custom_components.music_sync.engine.matching.evidence import describe, weigh
from custom_components.music_sync.engine.model import Track

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
LETTERS = st.characters(categories=("Lu", "Ll", "Lt", "Lo", "Lm", "Nd"))
ANY_TEXT = st.text(max_size=40)
DECORATED = st.sampled_from(
    [
        "",
        " (Live)",
        " - 2011 Remaster",
        " (feat. Ann & Bob)",
        ", Pt. 2",
        " [Radio Edit]",
        " (Bob Remix)",
        " - Live; 2009",
    ]
)
WORDS = st.text(alphabet=st.sampled_from("abcdefgh ij-'.éøñß"), min_size=1, max_size=25)
TITLES = st.builds("{}{}".format, st.one_of(ANY_TEXT, WORDS), DECORATED)
DURATIONS = st.none() | st.floats(min_value=0, max_value=3000, allow_nan=False)
TRACKS = st.builds(
    Track,
    id=st.just("1"),
    title=TITLES,
    artists=st.lists(st.one_of(ANY_TEXT, WORDS), max_size=3).map(tuple),
    album=st.none() | TITLES,
    duration=DURATIONS,
    isrc=st.sampled_from([None, "GBAYE0601477", "gb-aye-06-01477", "nonsense"]),
    version=st.sampled_from([None, "", "Live", "Deluxe", "Bob Remix"]),
)


def named(title: str, artist: str) -> Track:
    """Make a track of a title and an artist."""
    return Track(id="1", title=title, artists=(artist,))


@given(
    title=st.text(alphabet=LETTERS, min_size=1, max_size=30), artist=st.text(alphabet=LETTERS, min_size=1, max_size=30)
)
def test_any_track_matches_itself(title: str, artist: str) -> None:
    """A track with a title and an artist, in any script, is the same recording as itself; "various" is no artist."""
    assume(not describe(named(title, artist)).credit.nobody)
    assert match(named(title, artist), [named(title, artist)]).decision is Decision.MATCH


@given(title=TITLES, artist=WORDS)
def test_any_decorated_track_matches_itself(title: str, artist: str) -> None:
    """So is one whose title carries signs, versions, guests and parts."""
    assume(describe(named(title, artist)).title.key and not describe(named(title, artist)).credit.nobody)
    assert match(named(title, artist), [named(title, artist)]).decision is Decision.MATCH


@given(one=TRACKS, other=TRACKS)
def test_evidence_is_symmetric(one: Track, other: Track) -> None:
    """It does not matter which side asks."""
    assert weigh(describe(one), describe(other)) == weigh(describe(other), describe(one))


def _wide(text: str) -> str:
    """Write ASCII letters in full width."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _curly(text: str) -> str:
    """Write typographic quotes and hyphens."""
    return text.replace("'", "\u2019").replace("-", "\u2010")


@given(title=WORDS, decoration=DECORATED, artist=WORDS)
def test_case_width_and_quotes_do_not_matter(title: str, decoration: str, artist: str) -> None:
    """The same words in capitals, full width or with typographic quotes are the same track."""
    track = named(title + decoration, artist)
    assume(describe(track).title.key and not describe(track).credit.nobody)
    for change in (str.upper, str.title, _wide, _curly):
        spelled = named(change(track.title), change(artist))
        assert describe(spelled).title.key == describe(track).title.key
        assert match(track, [spelled]).decision is Decision.MATCH


@given(
    one=st.text(alphabet=HAN, min_size=1, max_size=8), other=st.text(alphabet=HAN, min_size=1, max_size=8), artist=WORDS
)
def test_different_han_titles_never_match(one: str, other: str, artist: str) -> None:
    """Two different titles of Chinese signs are never one recording, not even of one length."""
    assume(describe(named(one, artist)).title.key != describe(named(other, artist)).title.key)
    mine, theirs = named(one, artist), named(other, artist)
    assert match(mine, [theirs]).decision is Decision.NONE
    assert match(replace(mine, duration=200.0), [replace(theirs, duration=200.0)]).decision is Decision.NONE


@given(one=st.text(alphabet=HANGUL, min_size=1, max_size=6), other=st.text(alphabet=HANGUL, min_size=1, max_size=6))
def test_different_hangul_titles_never_match(one: str, other: str) -> None:
    """Neither are two different titles of Korean syllables."""
    assume(one != other)
    assert match(named(one, "IU"), [named(other, "IU")]).decision is not Decision.MATCH


@given(query=TRACKS, candidates=st.lists(TRACKS, max_size=4), min_score=st.floats(min_value=0, max_value=100))
@settings(max_examples=200)
def test_verdicts_are_well_formed(query: Track, candidates: list[Track], min_score: float) -> None:
    """Whatever the texts: a match has a track, a review a candidate, and every reason is one of its outcome's."""
    verdict = match(query, candidates, min_score=min_score)
    reasons = {
        Decision.MATCH: {"isrc", "mbid", "exact", "fuzzy"},
        Decision.REVIEW: {"ambiguous", "low_score", "no_duration", "other_script", "edit"},
        Decision.NONE: {"not_found", "no_good_match"},
    }
    assert verdict.reason in reasons[verdict.decision]
    assert (verdict.track is not None) == (verdict.decision is Decision.MATCH)
    assert (verdict.candidate is not None) == (verdict.decision is not Decision.MATCH and bool(candidates))
    assert (verdict.score is not None) == bool(candidates)
    assert verdict.score is None or 0 <= verdict.score <= 100


@given(query=TRACKS, candidates=st.lists(TRACKS, max_size=4), low=st.floats(0, 100), high=st.floats(0, 100))
def test_a_higher_bar_never_accepts_more(query: Track, candidates: list[Track], low: float, high: float) -> None:
    """What a bar accepts, every lower bar accepts; and no bar makes a match of a review or of nothing."""
    low, high = sorted((low, high))
    loose, strict = match(query, candidates, min_score=low), match(query, candidates, min_score=high)
    assert strict.track in {None, loose.track}
    assert (loose.decision is Decision.NONE) == (strict.decision is Decision.NONE)


@given(query=TRACKS, library=st.lists(TRACKS, max_size=6))
def test_index_agrees_with_looking_at_everything(query: Track, library: list[Track]) -> None:
    """The index never accepts what looking at the whole library would not."""
    tracks = [replace(track, id=str(number)) for number, track in enumerate(library)]
    found = TrackIndex(tracks).match(query)
    if found.decision is Decision.MATCH:
        assert match(query, tracks, playable_only=False).decision is not Decision.NONE


@given(track=TRACKS)
def test_queries_are_few_and_distinct(track: Track) -> None:
    """At most three queries, none empty, none twice."""
    queries = search_queries(track)
    assert len(queries) == len(set(queries)) <= 3
    assert all(query.strip() for query in queries)
