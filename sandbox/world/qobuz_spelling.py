"""Recordings as Qobuz spells them: track objects as its API gives them, several for some recordings."""

from datetime import UTC, datetime
from typing import Any

from . import Recording
from .chance import BASE36, barcode, chance, choose, number, text_id, twin_isrc
from .titles import capitals, guests, is_old, parted, remaster, straight

type Names = dict[str, dict[str, str]]

VARIOUS_ARTISTS = {"id": 145383, "name": "Various Artists"}
COMPOSERS = frozenset({"Beethoven", "Ludwig van Beethoven", "Johann Sebastian Bach"})
TELLING_SECONDS = 12


def track_id(recording: Recording, pressing: int) -> int:
    """Give a track id."""
    return 10_000_000 + number(280_000_000, "qobuz track", recording.id, str(pressing))


def pressings(recording: Recording, near: Recording | None) -> list[dict[str, Any]]:
    """Say which issues Qobuz has: an album, for some real recordings a reissue and a compilation too."""
    title, version = versioned(recording, near)
    album: dict[str, Any] = {"title": title, "version": version, "isrc": isrc_of(recording, 0)}
    issues = [album]
    if recording.kind != "real" or version is not None:
        return issues
    if chance(26, recording.id, "reissue"):
        wording, year = remaster(recording) if is_old(recording) else (None, min(recording.year + 5, 2025))
        issues.append(
            {**album, "version": wording, "edition": "Deluxe Edition", "year": year, "isrc": isrc_of(recording, 1)}
        )
    if chance(16, recording.id, "compilation"):
        decade = recording.year // 10 * 10
        issues.append(
            {**album, "album": f"Hits of the {decade}s", "various": True, "year": 2019, "isrc": isrc_of(recording, 2)}
        )
    if len(issues) > 1 and chance(18, recording.id, "gone"):
        issues[0]["streamable"] = False
    return issues


def versioned(recording: Recording, near: Recording | None) -> tuple[str, str | None]:
    """Part title and version, leaving out a version that the album's title and the length tell by themselves."""
    title, version = parted(recording)
    if recording.kind == "karaoke" and chance(50, recording.id, "brackets") and near is not None:
        return f"{title} (Karaoke Version) [Originally Performed by {near.artists[0]}]", None
    if (
        recording.kind == "live"
        and near is not None
        and abs(near.duration - recording.duration) > TELLING_SECONDS * 1000
        and chance(40, recording.id, "bare")
        and any(word in (recording.album or "") for word in ("Live", "Unplugged"))
    ):
        version = None
    if version is None and is_old(recording) and chance(30, recording.id, "qobuz remaster"):
        version = remaster(recording)[0]
    if recording.featured and version is None:
        draw = number(100, recording.id, "qobuz featured")
        if draw < 35:
            title += f" (feat. {guests(recording.featured)})"
        elif draw < 55:
            version = f"feat. {guests(recording.featured)}"
    return capitals(straight(title)) if chance(20, recording.id, "capitals") else straight(title), version


def isrc_of(recording: Recording, pressing: int) -> str | None:
    """Give the issue's ISRC: the recording's own, another region's, or none; a few written oddly."""
    isrc, draw = recording.isrc, number(100, recording.id, "qobuz isrc", str(pressing))
    if isrc is None or (recording.kind == "real" and draw < 7):
        return None
    if recording.kind == "real" and draw < (42 if pressing else 17):
        return twin_isrc(recording.id, str(pressing))
    if draw < 45:
        return isrc
    return isrc.lower() if draw < 47 else f"{isrc[:2]}-{isrc[2:5]}-{isrc[5:7]}-{isrc[7:]}" if draw < 49 else isrc


def artist_object(name: str) -> dict[str, Any]:
    """Give an artist as it stands in a track or album."""
    return {"id": 1_000 + number(9_000_000, "qobuz artist", name), "name": name}


def album_object(title: str, artist: dict[str, Any], issue: dict[str, Any], *, streamable: bool) -> dict[str, Any]:
    """Give an album as it stands in a track; ids are barcodes or slugs."""
    key, year = f"{artist['name']}/{title}/{issue.get('edition')}", issue["year"]
    day = datetime(year, 1 + number(12, title, "month"), 1 + number(28, title, "day"), tzinfo=UTC)
    upc = barcode(key)
    album_id = upc if chance(60, key, "id") else text_id(BASE36, 13, "qobuz album", key)
    cover = f"https://static.qobuz.com/images/covers/{album_id}"
    return {
        "id": album_id,
        "qobuz_id": number(300_000_000, "qobuz album", key),
        "title": title,
        "version": issue.get("edition"),
        "upc": upc,
        "artist": artist,
        "tracks_count": 24,
        "media_count": 1,
        "released_at": int(day.timestamp()),
        "release_date_original": day.date().isoformat(),
        "image": {"small": f"{cover}_230.jpg", "thumbnail": f"{cover}_50.jpg", "large": f"{cover}_600.jpg"},
        "streamable": streamable,
    }


def performer_of(recording: Recording, artists: list[str], issue: int) -> dict[str, Any] | None:
    """Name the performer: the first artist, sometimes another one or nobody."""
    draw = number(100, recording.id, str(issue), "performer")
    if draw < 4:
        return None
    if recording.artists[0] in COMPOSERS or (len(artists) > 1 and draw < 16):
        return artist_object(artists[-1])
    return artist_object(artists[0])


def roles(recording: Recording, artists: list[str], featured: list[str]) -> str:
    """Give everyone's part: `Name, Role - Name, Role`."""
    if recording.artists[0] in COMPOSERS:
        parts = [f"{artists[0]}, Composer", *(f"{name}, MainArtist" for name in artists[1:])]
    else:
        parts = [f"{name}, {'FeaturedArtist' if name in featured else 'MainArtist'}" for name in artists]
    return " - ".join(parts)


def spell(
    recording: Recording, near: Recording | None, specials: list[dict[str, Any]], names: Names
) -> list[dict[str, Any]]:
    """Write a recording's issues as track objects; `specials` say how many there are and override their plans."""
    issues = pressings(recording, near)
    if specials:
        issues[0].pop("streamable", None)
        issues = [
            {**(issues[0] if place >= len(issues) else issues[place]), **one} for place, one in enumerate(specials)
        ]
    return [_track(recording, place, {"year": recording.year, **issue}, names) for place, issue in enumerate(issues)]


def _track(recording: Recording, place: int, issue: dict[str, Any], names: Names) -> dict[str, Any]:
    """Write one issue as a track object."""

    def known(artist: str) -> str:
        """Return how Qobuz writes an artist."""
        return straight(names.get(artist, {}).get("qobuz", artist))

    artists: list[str] = issue.get("artists", [known(artist) for artist in recording.artists])
    featured = [known(artist) for artist in recording.featured]
    title, work = issue["title"], None
    classical = recording.artists[0] in COMPOSERS and ": " in title
    if classical:
        work, movement = title.split(": ", 1)
        title = movement if recording.isrc and chance(50, recording.id, "movement") else title
    streamable = issue.get("streamable", True)
    hires = chance(40, recording.id, "hires")
    artist = VARIOUS_ARTISTS if issue.get("various") else artist_object(artists[0])
    album = album_object(issue.get("album", straight(recording.album or title)), artist, issue, streamable=streamable)
    performer = performer_of(recording, artists, place)
    return {
        "id": track_id(recording, place),
        "title": title,
        "version": issue["version"],
        "work": work,
        "isrc": issue["isrc"],
        "duration": issue.get("duration", round(recording.duration / 1000) + _drift(recording, place)),
        "track_number": 1 + number(18, recording.id, album["id"], "number"),
        "media_number": 1,
        **({} if performer is None else {"performer": performer}),
        "performers": roles(recording, artists, featured),
        **({"composer": artist_object(artists[0])} if classical else {}),
        "parental_warning": chance(7, recording.artists[0], "explicit"),
        "hires": hires,
        "streamable": streamable,
        "displayable": streamable,
        "streamable_at": max(album["released_at"], 1_190_000_000),
        "album": album,
    }


def _drift(recording: Recording, place: int) -> int:
    """Give the seconds by which Qobuz counts a recording differently."""
    return choose((-2, -1, -1, 0, 0, 0, 0, 1, 1, 2), recording.id, str(place), "drift")
