"""The demo world: what its facts, spellings, likes and favourites must hold."""

from collections import Counter
from pathlib import Path
import re
from typing import Any
import unicodedata

import pytest

from sandbox.world import HERE, Row, World, load
from sandbox.world.build import build

ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
INVENTED, INVENTED_TWIN = "XXMSD", "XXMST"
SERVICE_FILES = ("spotify_tracks", "spotify_likes", "qobuz_tracks", "qobuz_favorites")
KINDS = {"real", "live", "take", "karaoke", "remix", "cover", "part", "same_title", "mislabelled"}
EPOCH = "1970-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def world() -> World:
    """Read the committed world, once."""
    return load()


def plain_isrc(isrc: str | None) -> str | None:
    """Write an ISRC in its one proper form."""
    return isrc.upper().replace("-", "") if isrc else None


def words(text: str | None) -> set[str]:
    """Split a text into words without case, accents and the spellings that a listener would not notice."""
    folded = unicodedata.normalize("NFKD", (text or "").casefold().replace("&", " and ").replace("+", " and "))
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return set(re.findall(r"\w+", re.sub(r"\b(pts?|parts?)\b|['\u2019]", "", letters)))


def odd_likes(world: World) -> list[Any]:
    """Give the likes that are no tracks of the catalogue."""
    return [like["track"] for like in world.spotify_likes if not isinstance(like["track"], str)]


def liked_recordings(world: World) -> Counter[str]:
    """Count how many likes each recording has."""
    rows = (world.spotify_tracks[spotify_id].recording for spotify_id in world.liked())
    return Counter(recording for recording in rows if recording is not None)


def issues(world: World) -> dict[str, list[dict[str, Any]]]:
    """Give the Qobuz tracks of each recording."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in world.qobuz_tracks.values():
        assert row.recording is not None
        found.setdefault(row.recording, []).append(row.data)
    return found


def test_builds_the_same_files_again(tmp_path: Path) -> None:
    """Running the generator on the facts gives the committed files, byte for byte."""
    build(HERE, tmp_path)
    for name in SERVICE_FILES:
        assert (tmp_path / f"{name}.jsonl").read_bytes() == (HERE / f"{name}.jsonl").read_bytes(), name


def test_stays_small() -> None:
    """The world costs a clone about a megabyte and a half."""
    assert sum(path.stat().st_size for path in HERE.glob("*.jsonl")) < 1_600_000


def test_every_line_is_one_row(world: World) -> None:
    """No id stands twice in a file, or the loader would have lost a row."""
    for name, rows in (
        ("recordings", world.recordings),
        ("spotify_tracks", world.spotify_tracks),
        ("qobuz_tracks", world.qobuz_tracks),
    ):
        assert len((HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()) == len(rows), name


def test_has_real_recordings_and_distractors(world: World) -> None:
    """There are hundreds of real recordings, and distractors of every kind beside a real neighbour."""
    kinds = Counter(recording.kind for recording in world.recordings.values())
    assert set(kinds) == KINDS
    assert kinds["real"] >= 450
    assert kinds.total() - kinds["real"] >= 120
    for recording in world.recordings.values():
        assert (recording.near is None) == (recording.kind == "real"), recording.id
        assert recording.near is None or recording.near in world.recordings, recording.id
        assert recording.near != recording.id


def test_facts_are_whole(world: World) -> None:
    """Every recording has a title, artists, an album, a length and a year; its guests are among its artists."""
    for recording in world.recordings.values():
        assert recording.title
        assert recording.artists
        assert all(recording.artists)
        assert recording.album
        assert 20_000 < recording.duration < 1_500_000, recording.id
        assert 1920 < recording.year < 2026, recording.id
        assert set(recording.featured) < set(recording.artists) or not recording.featured, recording.id


def test_isrcs_are_valid_and_nobody_elses(world: World) -> None:
    """An ISRC names one recording, and no real recording has an invented one."""
    isrcs = Counter(recording.isrc for recording in world.recordings.values() if recording.isrc)
    assert not [isrc for isrc, count in isrcs.items() if count > 1 or not ISRC.fullmatch(isrc)]
    for recording in world.recordings.values():
        if recording.kind == "real":
            assert not (recording.isrc or "").startswith("XX"), recording.id
        assert not (recording.isrc or "").startswith("XX") or (recording.isrc or "").startswith(INVENTED), recording.id
    assert sum(1 for recording in world.recordings.values() if recording.kind == "real" and recording.isrc) >= 250


def test_few_are_ambiguous(world: World) -> None:
    """What nobody could tell apart is rare, marked, and marked on both sides."""
    ambiguous = [recording for recording in world.recordings.values() if recording.ambiguous]
    assert 0 < len(ambiguous) <= 3
    assert all(world.recordings[one.near].ambiguous for one in ambiguous if one.near)


def test_spotify_tracks_have_the_shape_of_the_web_api(world: World) -> None:
    """A track object has its fields, ids are 22 base62 characters, and nothing is null."""
    for spotify_id, row in world.spotify_tracks.items():
        data, album = row.data, row.data["album"]
        assert re.fullmatch(r"[0-9A-Za-z]{22}", spotify_id)
        assert data["uri"] == f"spotify:track:{spotify_id}"
        assert data["href"].endswith(spotify_id)
        assert data["external_urls"]["spotify"].endswith(spotify_id)
        assert data["type"] == "track"
        assert data["is_local"] is False
        assert isinstance(data["duration_ms"], int)
        assert isinstance(data["explicit"], bool)
        assert {"disc_number", "track_number", "external_ids", "artists"} <= data.keys()
        assert {"id", "name", "album_type", "total_tracks", "artists", "images", "uri"} <= album.keys()
        lengths = {"year": 4, "month": 7, "day": 10}
        assert len(album["release_date"]) == lengths[album["release_date_precision"]]
        assert all({"id", "name", "uri"} <= artist.keys() for artist in data["artists"])
        assert None not in [*data.values(), *album.values()]


def test_spotify_rows_know_their_recording(world: World) -> None:
    """Each Spotify row is of a recording, but for those that lost even their name."""
    for row in world.spotify_tracks.values():
        if row.recording is None:
            assert (row.data["name"], row.data["artists"], row.data["duration_ms"]) == ("", [], 0)
        else:
            assert row.recording in world.recordings
            assert row.data["name"]
            assert row.data["artists"]


def test_spotify_spells_as_spotify_does(world: World) -> None:
    """Remasters, lives and edits stand behind a dash, guests in brackets, quotes are of both kinds."""
    names = [row.data["name"] for row in world.spotify_tracks.values()]
    for habit in (
        r" - 20\d\d Remaster$",
        r" - Remastered( 20\d\d)?$",
        r" - Live(,| at|$)",
        r" - Radio Edit$",
        r"\(feat\. .+ & .+\)",
        r"Pt\. \d",
        "\u2019",
        r"\w'\w",
        r"\?$",
        r"[\u0400-\u04ff]",
        r"[\u3040-\u30ff]",
        r"[\uac00-\ud7a3]",
    ):
        assert any(re.search(habit, name) for name in names), habit


def test_isrcs_are_written_oddly_now_and_then(world: World) -> None:
    """Both services have plain, lower-case, hyphenated and missing ISRCs; all are valid once tidied."""
    for written in (
        [row.data["external_ids"].get("isrc") for row in world.spotify_tracks.values()],
        [row.data["isrc"] for row in world.qobuz_tracks.values()],
    ):
        present = [isrc for isrc in written if isrc]
        assert all(ISRC.fullmatch(plain_isrc(isrc) or "") for isrc in present)
        assert None in written
        assert any("-" in isrc for isrc in present)
        assert any(isrc.islower() for isrc in present)
        assert sum(1 for isrc in present if ISRC.fullmatch(isrc)) > 0.85 * len(present)


def test_qobuz_tracks_have_the_shape_of_the_api(world: World) -> None:
    """Ids are numbers, album ids text, lengths seconds; the version stands apart from the title."""
    for qobuz_id, row in world.qobuz_tracks.items():
        data, album = row.data, row.data["album"]
        assert isinstance(qobuz_id, int)
        assert isinstance(data["duration"], int)
        assert data["duration"] < 1_500
        assert data["title"]
        assert {"version", "work", "isrc", "track_number", "media_number", "performers", "displayable"} <= data.keys()
        assert isinstance(album["id"], str)
        assert isinstance(album["qobuz_id"], int)
        assert re.fullmatch(r"\d{13}", album["upc"])
        assert {"title", "version", "artist", "tracks_count", "released_at", "image", "streamable"} <= album.keys()
        assert isinstance(album["artist"]["id"], int)
        assert row.recording in world.recordings


def test_qobuz_lengths_are_near_the_facts(world: World) -> None:
    """Qobuz counts a recording at most three seconds away from the facts."""
    for row in world.qobuz_tracks.values():
        assert row.recording is not None
        assert abs(row.data["duration"] - world.recordings[row.recording].duration / 1000) <= 2.6


def test_an_album_is_one_album(world: World) -> None:
    """Tracks of one Qobuz album agree on everything that is the album's."""
    albums: dict[str, set[tuple[str, str, int]]] = {}
    for row in world.qobuz_tracks.values():
        album = row.data["album"]
        albums.setdefault(album["id"], set()).add((album["title"], album["upc"], album["artist"]["id"]))
    assert all(len(seen) == 1 for seen in albums.values())
    assert any(not album_id.isdigit() for album_id in albums)


def test_qobuz_has_every_oddity(world: World) -> None:
    """Reissues, compilations, region twins, missing and other performers, tracks out of reach, works apart."""
    rows = [row.data for row in world.qobuz_tracks.values()]
    by_recording = issues(world)
    assert sum(1 for tracks in by_recording.values() if len(tracks) > 1) >= 80
    assert any(len(tracks) > 2 for tracks in by_recording.values())
    assert any(data["album"]["artist"]["id"] == 145383 for data in rows)
    assert sum((plain_isrc(data["isrc"]) or "").startswith(INVENTED_TWIN) for data in rows) >= 20
    assert any("performer" not in data for data in rows)
    assert any("performer" in data and not data["performers"].startswith(data["performer"]["name"]) for data in rows)
    assert any("FeaturedArtist" in data["performers"] for data in rows)
    assert any(data["work"] and not data["title"].startswith(data["work"]) for data in rows)
    gone = [data for data in rows if not data["streamable"]]
    assert len(gone) >= 10
    assert any(any(one["streamable"] for one in tracks) for tracks in by_recording.values() if tracks[0] in gone)


def test_distractors_stand_on_qobuz(world: World) -> None:
    """Every kind of distractor can be found on Qobuz, under its own recording."""
    kinds = Counter(world.recordings[recording].kind for recording in issues(world))
    assert set(kinds) == KINDS
    assert kinds.total() - kinds["real"] >= 120


def test_a_wrong_isrc_stands_beside_the_right_recording(world: World) -> None:
    """A mislabelled distractor bears its neighbour's ISRC, while the neighbour can be had too."""
    by_recording = issues(world)
    for recording in world.recordings.values():
        if recording.kind == "mislabelled":
            assert recording.near is not None
            wanted = world.recordings[recording.near].isrc
            assert [plain_isrc(data["isrc"]) for data in by_recording[recording.id]] == [wanted]
            assert any(data["streamable"] for data in by_recording[recording.near])


def test_nothing_else_is_beyond_telling_apart(world: World) -> None:
    """Qobuz rows of two recordings differ in title, version, artists or length, unless they are marked ambiguous."""
    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in world.qobuz_tracks.values():
        version = words(row.data["version"]) - {"remaster", "remastered", "2009", "2011", "2015", "2018"}
        text = words(row.data["work"]) | words(row.data["title"]) | version
        alike.setdefault((*sorted(text), row.data["performers"]), []).append(row)
    for rows in alike.values():
        for one in rows:
            for other in rows:
                if one.recording != other.recording:
                    assert one.recording is not None
                    apart = abs(one.data["duration"] - other.data["duration"])
                    assert apart > 8 or world.recordings[one.recording].ambiguous, (one, other)


def test_likes_are_in_order_and_none_twice(world: World) -> None:
    """Likes go from the oldest on, some share a second, no track is liked twice, each exists."""
    moments = [like["added_at"] for like in world.spotify_likes]
    assert 400 <= len(moments) <= 520
    assert moments == sorted(moments)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment) for moment in moments)
    assert moments[-1] < "2026-11"
    assert moments.count(EPOCH) == 2
    assert max(Counter(moments).values()) >= 30
    ids = list(world.liked())
    assert len(ids) == len(set(ids))
    assert set(ids) <= world.spotify_tracks.keys()


def test_odd_rows_are_among_the_likes(world: World) -> None:
    """Local files, episodes, nulls, nameless tracks, lengths of nothing and an album without a name."""
    odd = odd_likes(world)
    assert odd.count(None) == 2
    local = [track for track in odd if track and track.get("is_local")]
    assert len(local) == 3
    for track in local:
        assert track["id"] is None
        assert track["href"] is None
        assert track["external_ids"] == {}
        assert re.fullmatch(r"spotify:local:[^:]+:[^:]+:[^:]+:\d+", track["uri"])
    episodes = [track for track in odd if track and track["type"] == "episode"]
    assert len(episodes) == 2
    assert all("show" in track and "artists" not in track and "album" not in track for track in episodes)
    liked = [world.spotify_tracks[spotify_id].data for spotify_id in world.liked()]
    assert sum(not track["name"] for track in liked) == 2
    assert sum(bool(track["name"]) and not track["duration_ms"] for track in liked) == 3
    assert sum(bool(track["name"]) and not track["album"]["name"] for track in liked) == 1


def test_some_recordings_are_liked_twice(world: World) -> None:
    """Two Spotify pressings of one recording can both be liked; the second finds its match already there."""
    assert sum(count == 2 for count in liked_recordings(world).values()) >= 8
    assert max(liked_recordings(world).values()) == 2


def test_other_versions_are_liked_too(world: World) -> None:
    """Some likes are of a live, a remix, another take, a cover or a part themselves."""
    kinds = Counter(world.recordings[recording].kind for recording in liked_recordings(world))
    assert {"live", "remix", "take", "cover", "part"} <= kinds.keys()
    assert kinds["real"] >= 0.8 * kinds.total()


def test_some_likes_are_missing_beside_bait(world: World) -> None:
    """Recordings that Qobuz lacks have neighbours there: only live, only karaoke, only another part, a namesake."""
    by_recording = issues(world)
    missing = [recording for recording in liked_recordings(world) if recording not in by_recording]
    assert 25 <= len(missing) <= 50
    bait = {
        recording.kind
        for recording in world.recordings.values()
        if recording.near in missing and recording.id in by_recording
    }
    assert {"live", "take", "karaoke", "remix", "cover", "part", "same_title"} <= bait
    nothing_near = [one for one in missing if one not in {r.near for r in world.recordings.values()}]
    assert len(nothing_near) >= 3
    assert any(recording not in liked_recordings(world) for recording in by_recording)


def test_available_likes_are_fair(world: World) -> None:
    """At most one in a hundred available likes shares neither an ISRC nor title, artist and length with Qobuz."""
    available = [spotify_id for spotify_id in world.liked() if world.available(spotify_id)]
    assert len(available) >= 380
    unfair = [spotify_id for spotify_id in available if not fair(world, spotify_id)]
    assert 0 < len(unfair) <= 0.01 * len(available), [world.spotify_tracks[one].data["name"] for one in unfair]


def fair(world: World, spotify_id: str) -> bool:
    """Tell whether a listener with both rows before him would call them one recording."""
    ours = world.spotify_tracks[spotify_id].data
    for qobuz_id in world.counterparts(spotify_id):
        theirs = world.qobuz_tracks[qobuz_id].data
        isrc = plain_isrc(ours["external_ids"].get("isrc"))
        if not theirs["streamable"]:
            continue
        if isrc is not None and isrc == plain_isrc(theirs["isrc"]):
            return True
        title = words(theirs["work"]) | words(theirs["title"]) | words(theirs["version"])
        head = re.split(r" - | \(feat", ours["name"])[0]
        close = abs(ours["duration_ms"] / 1000 - theirs["duration"]) <= 3.5
        people = words(" ".join(artist["name"] for artist in ours["artists"])) & words(theirs["performers"])
        if close and people and (words(head) <= title or words(theirs["title"]) <= words(ours["name"])):
            return True
    return False


def test_favourites_are_of_every_sort(world: World) -> None:
    """Qobuz holds some likes already, some as another issue, and some tracks that were never liked."""
    favorites, liked, by_recording = world.qobuz_favorites, liked_recordings(world), issues(world)
    assert 25 <= len(favorites) == len(set(favorites))
    places = Counter[str]()
    for qobuz_id in favorites:
        recording = world.qobuz_tracks[qobuz_id].recording
        assert recording is not None
        if recording not in liked:
            places["not liked"] += 1
        elif by_recording[recording][0]["id"] == qobuz_id:
            places["the album"] += 1
        else:
            places["another issue"] += 1
    assert min(places[sort] for sort in ("not liked", "the album", "another issue")) >= 5


def test_judges_pairs_by_construction(world: World) -> None:
    """Right pairs pass; a distractor, an unknown id and a nameless row do not."""
    queen = next(one for one in world.liked() if world.spotify_tracks[one].recording == "queen.bohemian-rhapsody")
    right = world.counterparts(queen)
    wrong = next(one for one, row in world.qobuz_tracks.items() if row.recording == "queen.bohemian-rhapsody.karaoke")
    nameless = next(one for one, row in world.spotify_tracks.items() if row.recording is None)
    assert world.available(queen)
    assert not world.available(nameless)
    assert world.judge((queen, qobuz_id) for qobuz_id in right) == []
    bad = [(queen, wrong), (nameless, wrong), ("nobody", wrong), (queen, 1)]
    assert world.judge([(queen, right[0]), *bad]) == bad


def test_a_track_out_of_reach_is_not_available(world: World) -> None:
    """A like whose only Qobuz tracks cannot be streamed is not available, though it has counterparts."""
    withdrawn = [one for one in world.liked() if world.counterparts(one) and not world.available(one)]
    assert len(withdrawn) >= 4
