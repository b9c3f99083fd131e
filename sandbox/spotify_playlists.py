"""Playlists of every kind that Spotify lists: owned, shared, followed, its own, and odd ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
import re
from typing import Any

from .spotify_accounts import Profile
from .spotify_catalogue import Catalogue, Object, base62, named
from .spotify_library import timestamp

FIRST_ADDED = 1_500_000_000
SPOTIFY = Profile(id="spotify", account_id="acc-spotify", display_name="Spotify", email="")
NOBODY: Object = {"id": "", "uri": "spotify:user:"}
LOCAL_FILE: Object = {
    "type": "track",
    "id": None,
    "uri": "spotify:local:Some+Band:Demo+Tape:Rough+Mix:273",
    "href": None,
    "name": "Rough Mix",
    "is_local": True,
    "duration_ms": 273_000,
    "explicit": False,
    "disc_number": 0,
    "track_number": 0,
    "external_ids": {},
    "external_urls": {},
    "available_markets": [],
    "artists": [{"type": "artist", "id": None, "name": "Some Band", "uri": None, "href": None, "external_urls": {}}],
    "album": {
        "type": "album",
        "id": None,
        "name": "Demo Tape",
        "uri": None,
        "href": None,
        "album_type": None,
        "release_date": None,
        "release_date_precision": None,
        "artists": [],
        "images": [],
        "external_urls": {},
    },
}
EPISODE: Object = named("episode", base62("episode", "1")) | {
    "name": "Why We Hum",
    "duration_ms": 1_834_000,
    "explicit": False,
    "description": "An hour about humming.",
    "release_date": "2024-02-01",
    "release_date_precision": "day",
    "images": [],
    "show": named("show", base62("show", "1")) | {"name": "The Humming Hour", "publisher": "Hum House", "images": []},
}


@dataclass(slots=True, kw_only=True)
class PlaylistRow:
    """A row: `item` is a track id, a whole object, or None; `added_by` a person, None, or "" for nobody."""

    item: str | Object | None
    added_at: str | None = None
    added_by: str | None = None


@dataclass(slots=True, kw_only=True)
class Playlist:
    """A playlist; `owner` is a person's name in the control, or spotify; each edit makes a new version."""

    id: str
    name: str
    owner: str
    description: str = ""
    public: bool | None = True
    collaborative: bool = False
    images: list[Object] | None = field(default_factory=list)
    rows: list[PlaylistRow] = field(default_factory=list)
    version: int = 1

    @property
    def snapshot_id(self) -> str:
        """Give what stands for this version."""
        return base62("snapshot", self.id, str(self.version))

    def is_readable_by(self, user: str) -> bool:
        """Tell whether someone owns the playlist or works on it."""
        return self.owner == user or self.collaborative


def playlists(catalogue: Catalogue) -> list[Playlist]:
    """Make the playlists that the listener sees, from the catalogue's tracks."""
    tracks = list(catalogue.tracks)

    def rows(by: str, start: int, count: int) -> list[PlaylistRow]:
        """Take some tracks in order, a minute apart."""
        return [
            PlaylistRow(item=track, added_at=timestamp(FIRST_ADDED + 60 * index), added_by=by)
            for index, track in enumerate(tracks[start : start + count])
        ]

    return [
        Playlist(id=base62("playlist", "road"), name="Road Trip", owner="listener", rows=rows("listener", 0, 120)),
        Playlist(
            id=base62("playlist", "private"),
            name="For Me Alone",
            owner="listener",
            public=False,
            rows=rows("listener", 5, 20),
        ),
        Playlist(
            id=base62("playlist", "odd"), name="Odds & Ends", owner="listener", rows=list(_odd_rows(catalogue, tracks))
        ),
        Playlist(id=base62("playlist", "empty"), name="Empty", owner="listener", images=None),
        Playlist(
            id=base62("playlist", "shared"),
            name="Kitchen Radio",
            owner="guest",
            public=False,
            collaborative=True,
            rows=rows("guest", 10, 10) + rows("listener", 20, 10),
        ),
        Playlist(
            id=base62("playlist", "followed"),
            name="Somebody Else's",
            owner="guest",
            public=None,
            images=None,
            rows=rows("guest", 0, 40),
        ),
        Playlist(
            id="37i9dQZF1E" + base62("playlist", "made for you")[:12],
            name="Discover Weekly",
            owner="spotify",
            rows=rows("spotify", 0, 30),
        ),
    ]


def _odd_rows(catalogue: Catalogue, tracks: list[str]) -> Iterator[PlaylistRow]:
    """Give a row of every odd kind that occurs."""
    at = timestamp(FIRST_ADDED)
    yield PlaylistRow(item=None, added_at=at, added_by="")
    yield PlaylistRow(item=LOCAL_FILE, added_at=at, added_by="listener")
    yield PlaylistRow(item=EPISODE, added_at=at, added_by="listener")
    if not tracks:
        return
    full = catalogue.tracks[tracks[0]]
    isrc = "DEUM71807062"
    yield PlaylistRow(item=tracks[0], added_at=at, added_by="listener")
    yield PlaylistRow(item=tracks[0], added_at=at, added_by="listener")
    yield PlaylistRow(item=tracks[0])
    yield PlaylistRow(item=tracks[0], added_at="1970-01-01T00:00:00Z", added_by="listener")
    odd: list[Object] = [
        {"name": "", "artists": [], "album": full["album"] | {"name": ""}, "duration_ms": 0},
        {"external_ids": {}},
        {"external_ids": {"isrc": isrc.lower()}},
        {"external_ids": {"isrc": f"{isrc[:2]}-{isrc[2:5]}-{isrc[5:7]}-{isrc[7:]}"}},
        {"external_ids": {"ean": "0602567924395"}},
    ]
    for number, fields in enumerate(odd):
        track = named("track", base62("odd", str(number)))
        yield PlaylistRow(item=full | track | fields, added_at=at, added_by="listener")


class Shelf:
    """All playlists, and how each and its rows are shown."""

    def __init__(self, catalogue: Catalogue, profiles: Mapping[str, Profile], switches: Mapping[str, Any]) -> None:
        """Make the playlists."""
        self.playlists = {playlist.id: playlist for playlist in playlists(catalogue)}
        self._catalogue = catalogue
        self._profiles = profiles
        self._switches = switches

    def listed_for(self, user: str, scope: tuple[str, ...]) -> list[Playlist]:
        """Give what someone owns or follows, as far as the scope shows it (the rest is silently missing)."""
        return [
            playlist
            for playlist in self.playlists.values()
            if user in {"listener", playlist.owner}
            and (not playlist.collaborative or playlist.owner == user or "playlist-read-collaborative" in scope)
            and (playlist.public is not False or playlist.collaborative or "playlist-read-private" in scope)
        ]

    def is_open_to(self, user: str, playlist: Playlist) -> bool:
        """Tell whether someone may read a playlist's rows: anyone could before development mode was cut."""
        return self._switches["mode"] == "extended" or playlist.is_readable_by(user)

    def shown(self, playlist: Playlist, user: str, href: str, page: Object | None = None) -> Object:
        """Show a playlist, with where its rows are (and the first page of them)."""
        data = named("playlist", playlist.id) | {
            "collaborative": playlist.collaborative,
            "description": playlist.description,
            "images": playlist.images,
            "name": playlist.name,
            "owner": self._person(playlist.owner) | {"display_name": self._profile(playlist.owner).display_name},
            "primary_color": None,
            "public": playlist.public,
            "snapshot_id": playlist.snapshot_id,
        }
        block: Object | None = page or {"href": f"{href}/items", "total": len(playlist.rows)}
        if not self.is_open_to(user, playlist) and self._switches["followed_items"] != "present":
            if self._switches["followed_items"] == "missing":
                return data
            block = None
        return data | dict.fromkeys(self._keys("items", "tracks"), block)

    def row(self, row: PlaylistRow, *, market: bool, episodes: bool) -> Object:
        """Show a row of a playlist."""
        by: Object | None = NOBODY if row.added_by == "" else None
        if row.added_by:
            by = self._person(row.added_by)
        item = self._item(row.item, market=market, episodes=episodes)
        return {
            "added_at": row.added_at,
            "added_by": by,
            "is_local": bool(item and item.get("is_local")),
            "primary_color": None,
            "video_thumbnail": {"url": None},
            **dict.fromkeys(self._keys("item", "track"), item),
        }

    def _item(self, item: str | Object | None, *, market: bool, episodes: bool) -> Object | None:
        """Show what stands in a row; an episode is disguised from clients that ask for tracks only."""
        if isinstance(item, str):
            item = self._catalogue.track(item, market=market)
        elif item is not None and item["type"] == "track":
            item = self._catalogue.shown("track", item)
        if item is None:
            return None
        if item["type"] == "track":
            return item | {"track": True, "episode": False}
        if episodes:
            return item | {"track": False, "episode": True}
        if self._switches["hidden_episodes"] == "null":
            return None
        show = {"album_type": None, "artists": [], "release_date": None} | item["show"]
        return item | {"type": "track", "track": False, "episode": True, "album": show, "artists": [item["show"]]}

    def _keys(self, new: str, old: str) -> list[str]:
        """Give the names that rows go by."""
        return {"new": [new], "both": [new, old], "old": [old]}[self._switches["playlist_keys"]]

    def _profile(self, user: str) -> Profile:
        """Find a person, Spotify itself included."""
        return SPOTIFY if user == "spotify" else self._profiles[user]

    def _person(self, user: str) -> Object:
        """Show a person in brief."""
        return named("user", self._profile(user).id)


def select(data: Any, fields: str) -> Any:
    """Keep the fields that a `fields` filter names, such as `total,items(added_at,item(id,album.name))`."""
    tokens = re.findall(r"[^(),.\s]+|[(),.]", fields)
    return _pick(data, _tree(tokens)) if tokens else data


def _tree(tokens: list[str]) -> Object:
    """Read a filter, up to its end or the closing bracket."""
    tree: Object = {}
    while tokens and (name := tokens.pop(0)) != ")":
        if name == ",":
            continue
        branch = tree.setdefault(name, {})
        while tokens[:1] == ["."]:
            branch = branch.setdefault("".join(tokens[1:2]), {})
            del tokens[:2]
        if tokens[:1] == ["("]:
            del tokens[0]
            branch.update(_tree(tokens))
    return tree


def _pick(data: Any, tree: Object) -> Any:
    """Keep what a filter's tree names; an empty tree keeps all."""
    if isinstance(data, list):
        return [_pick(entry, tree) for entry in data]
    if not tree or not isinstance(data, dict):
        return data
    return {key: _pick(data[key], branch) for key, branch in tree.items() if key in data}
