"""The odd rows that really occur among likes: local files, episodes, nothing at all, tracks that lost their names."""

from typing import Any
from urllib.parse import quote_plus

from .spotify_spelling import album_object, spotify_id


def local_file(artist: str, album: str, title: str, seconds: int) -> dict[str, Any]:
    """Give a file from the listener's own disk as Spotify lists it."""
    names = ":".join(quote_plus(name) for name in (artist, album, title))
    return {
        "id": None,
        "uri": f"spotify:local:{names}:{seconds}",
        "name": title,
        "type": "track",
        "duration_ms": seconds * 1000,
        "explicit": False,
        "disc_number": 0,
        "track_number": 0,
        "is_local": True,
        "artists": [{"id": None, "name": artist, "type": "artist", "uri": None}],
        "album": {
            "id": None,
            "name": album,
            "type": "album",
            "album_type": None,
            "release_date": None,
            "release_date_precision": None,
            "artists": [],
            "images": [],
            "uri": None,
        },
        "external_ids": {},
        "external_urls": {},
        "href": None,
        "available_markets": [],
    }


def episode(show: str, title: str, minutes: int) -> dict[str, Any]:
    """Give a podcast's episode; it has a show where a track has artists and an album."""
    episode_id, show_id = spotify_id("episode", show, title), spotify_id("show", show)
    return {
        "id": episode_id,
        "uri": f"spotify:episode:{episode_id}",
        "name": title,
        "type": "episode",
        "duration_ms": minutes * 60_000,
        "explicit": False,
        "show": {"id": show_id, "name": show, "type": "show", "uri": f"spotify:show:{show_id}"},
        "release_date": "2021-04-12",
        "release_date_precision": "day",
        "images": [],
        "external_urls": {"spotify": f"https://open.spotify.com/episode/{episode_id}"},
        "href": f"https://api.spotify.com/v1/episodes/{episode_id}",
    }


def without_name(key: str) -> dict[str, Any]:
    """Give a track that was taken down: an id, and nothing else worth reading."""
    track_id = spotify_id("withdrawn", key)
    return {
        "id": track_id,
        "uri": f"spotify:track:{track_id}",
        "name": "",
        "type": "track",
        "duration_ms": 0,
        "explicit": False,
        "disc_number": 1,
        "track_number": 0,
        "is_local": False,
        "artists": [],
        "album": {**album_object("", "", 1970), "artists": [], "images": []},
        "external_ids": {},
        "external_urls": {"spotify": f"https://open.spotify.com/track/{track_id}"},
        "href": f"https://api.spotify.com/v1/tracks/{track_id}",
    }


WITHOUT_NAME = [without_name("one"), without_name("two")]

# Where in the list of likes each stands, and what it is.
ODD_LIKES: list[tuple[int, dict[str, Any] | None]] = [
    (12, local_file("Garage Band of 2009", "Rehearsals", "Cellar Song (mix 3)", 273)),
    (48, None),
    (90, episode("Field Notes on Sound", "Why old tapes hiss", 42)),
    (140, local_file("Grandma & the Choir", "Christmas 1998", "Stille Nacht", 151)),
    (199, None),
    (260, episode("Field Notes on Sound", "The loudness war", 37)),
    (333, local_file("Кассета", "Сторона Б", "Без названия", 204)),
]
