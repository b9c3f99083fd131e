"""Recordings as Spotify spells them: track objects as its Web API gives them."""

from typing import Any

from . import Recording
from .chance import BASE62, chance, number, text_id
from .titles import guests, is_old, parted, plain_hyphens, remaster, straight

type Names = dict[str, dict[str, str]]


def spotify_id(*names: str) -> str:
    """Give an id of 22 base62 characters."""
    return text_id(BASE62, 22, "spotify", *names)


def name_of(recording: Recording, artists: list[str]) -> str:
    """Write the title with guests in brackets and the version behind a dash."""
    bare, version = parted(recording)
    name = bare.replace(", Part ", ", Pt. ").replace("(Parts ", "(Pts. ")
    featured = [artist for artist in artists if artist in recording.featured]
    if featured and chance(60, recording.id, "featured"):
        name += f" (feat. {guests(featured)})"
    if version is None and is_old(recording) and chance(45, recording.id, "remaster"):
        version = remaster(recording)[0]
    if version is not None:
        name += f" - {version}"
    return straight(name) if chance(65, recording.id, "quotes") else plain_hyphens(name)


def isrc_of(recording: Recording) -> str | None:
    """Write the ISRC: mostly plain, now and then in lower case, with hyphens, or not at all."""
    isrc, draw = recording.isrc, number(100, recording.id, "spotify isrc")
    if isrc is None or draw < 2:
        return None
    if draw < 5:
        return isrc.lower()
    return f"{isrc[:2]}-{isrc[2:5]}-{isrc[5:7]}-{isrc[7:]}" if draw < 8 else isrc


def released(year: int, album: str) -> dict[str, str]:
    """Give the release date in the precision Spotify knows it to."""
    month, day, draw = 1 + number(12, album, "month"), 1 + number(28, album, "day"), number(100, album, "precision")
    if draw < 12:
        return {"release_date": f"{year}", "release_date_precision": "year"}
    if draw < 16:
        return {"release_date": f"{year}-{month:02d}", "release_date_precision": "month"}
    return {"release_date": f"{year}-{month:02d}-{day:02d}", "release_date_precision": "day"}


def artist_object(name: str) -> dict[str, Any]:
    """Give an artist as it stands in a track or album."""
    artist_id = spotify_id("artist", name)
    return {"id": artist_id, "name": name, "uri": f"spotify:artist:{artist_id}"}


def album_object(title: str, artist: str, year: int) -> dict[str, Any]:
    """Give an album as it stands in a track."""
    album_id = spotify_id("album", artist, title)
    cover = text_id("0123456789abcdef", 24, "cover", artist, title)
    return {
        "id": album_id,
        "name": title,
        "album_type": "album",
        "total_tracks": 24,
        **released(year, title),
        "artists": [artist_object(artist)],
        "images": [{"url": f"https://i.scdn.co/image/ab67616d0000b273{cover}", "height": 640, "width": 640}],
        "uri": f"spotify:album:{album_id}",
    }


def spell(recording: Recording, pressing: int, special: dict[str, Any], names: Names) -> dict[str, Any]:
    """Write a recording as a track object; `special` overrides its title, artists, album, isrc, duration and year."""
    known = [names.get(artist, {}).get("spotify", artist) for artist in recording.artists]
    artists: list[str] = special.get("artists", [straight(artist) for artist in known])
    album = special.get("album", straight(recording.album or recording.title))
    isrc = special["isrc"] if "isrc" in special else isrc_of(recording)
    track_id = spotify_id("track", recording.id, str(pressing))
    return {
        "id": track_id,
        "uri": f"spotify:track:{track_id}",
        "name": special.get("title", name_of(recording, recording.artists)),
        "type": "track",
        "duration_ms": special.get("duration", recording.duration + number(801, track_id, "length") - 400),
        "explicit": chance(7, recording.artists[0], "explicit"),
        "disc_number": 1,
        "track_number": 1 + number(18, recording.id, album, "number"),
        "is_local": False,
        "artists": [artist_object(name) for name in artists],
        "album": album_object(album, artists[0], special.get("year", recording.year)),
        "external_ids": {} if isrc is None else {"isrc": isrc},
        "external_urls": {"spotify": f"https://open.spotify.com/track/{track_id}"},
        "href": f"https://api.spotify.com/v1/tracks/{track_id}",
    }
