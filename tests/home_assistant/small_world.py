"""A world of a few songs, some of which only one side has."""

from typing import Any

from sandbox.spotify_catalogue import base62
from sandbox.spotify_library import timestamp
from sandbox.world import Row, World

FIRST_LIKE = 1_700_000_000

SONGS = (
    ("Bohemian Rhapsody", "Queen", "A Night at the Opera", 354, "GBUM71029604"),
    ("Jolene", "Dolly Parton", "Jolene", 161, "USRC17401234"),
    ("Svefn-g-englar", "Sigur Rós", "Ágætis byrjun", 604, "ISA129900001"),
    ("Paranoid Android", "Radiohead", "OK Computer", 387, "GBAYE9700123"),
    ("Teardrop", "Massive Attack", "Mezzanine", 330, "GBAAA9800322"),
    ("Hyperballad", "Björk", "Post", 321, "GBBLG9500017"),
    ("Wuthering Heights", "Kate Bush", "The Kick Inside", 268, "GBAYE7800456"),
    ("Roads", "Portishead", "Dummy", 302, "GBANW9400077"),
    ("Champagne Supernova", "Oasis", "Morning Glory", 447, "GBBQY9500001"),
    ("Zombie", "The Cranberries", "No Need to Argue", 306, "USIR29400188"),
)
MATCHED = range(7)
"""Numbers of the songs that both services have."""
ONLY_SPOTIFY = 7
MISSPELLED = 8
"""On Qobuz spelled differently and without an ISRC: a match, but not one of a hundred percent."""
LOCAL_FILE = {
    "uri": "spotify:local:Me:Tapes:Humming:61",
    "id": None,
    "type": "track",
    "is_local": True,
    "name": "Humming",
    "duration_ms": 61_000,
    "artists": [{"id": None, "name": "Me"}],
    "album": {"id": None, "name": "Tapes"},
    "external_ids": {},
}


def spotify_id(number: int) -> str:
    """Name a song as Spotify does."""
    return base62("t", str(number))


def qobuz_id(number: int) -> int:
    """Name a song as Qobuz does."""
    return 1000 + number


def spotify_track(number: int) -> dict[str, Any]:
    """Describe a song as Spotify does."""
    title, artist, album, seconds, isrc = SONGS[number]
    by = {"id": base62("r", artist), "name": artist}
    return {
        "id": spotify_id(number),
        "name": title,
        "duration_ms": seconds * 1000,
        "artists": [by],
        "album": {
            "id": base62("a", album),
            "name": album,
            "album_type": "album",
            "release_date": "1990",
            "artists": [by],
        },
        "external_ids": {"isrc": isrc},
        "popularity": 7,
    }


def qobuz_track(number: int) -> dict[str, Any]:
    """Describe a song as Qobuz does."""
    title, artist, album, seconds, isrc = SONGS[number]
    misspelled = number == MISSPELLED
    by = {"id": 10 + number, "name": artist}
    return {
        "id": qobuz_id(number),
        "title": f"{title}e" if misspelled else title,
        "version": None,
        "work": None,
        "isrc": None if misspelled else isrc,
        "duration": seconds,
        "track_number": 1,
        "media_number": 1,
        "performer": by,
        "performers": f"{artist}, MainArtist",
        "parental_warning": False,
        "streamable": True,
        "displayable": True,
        "purchasable": True,
        "streamable_at": 500_000_000,
        "album": {
            "id": f"album{number:08d}",
            "title": album,
            "version": None,
            "upc": f"0060254{number:06d}",
            "artist": by,
            "artists": [by | {"roles": ["main-artist"]}],
            "released_at": 500_000_000,
            "release_date_original": "1990-01-01",
            "release_type": "album",
            "image": {"large": "https://static.sandbox.invalid/cover.jpg"},
        },
    }


def small_world(liked: tuple[int | dict[str, Any], ...], held: tuple[int, ...] = ()) -> World:
    """Make a world where these songs (or whole objects) are liked on Spotify and these are favourites on Qobuz."""
    on_qobuz = [number for number in range(len(SONGS)) if number != ONLY_SPOTIFY]
    return World(
        spotify_tracks={
            spotify_id(number): Row(recording=str(number), data=spotify_track(number)) for number in range(len(SONGS))
        },
        spotify_likes=[
            {
                "added_at": timestamp(FIRST_LIKE + place * 3600),
                "track": spotify_id(one) if isinstance(one, int) else one,
            }
            for place, one in enumerate(liked)
        ],
        qobuz_tracks={qobuz_id(number): Row(recording=str(number), data=qobuz_track(number)) for number in on_qobuz},
        qobuz_favorites=[qobuz_id(number) for number in held],
    )
