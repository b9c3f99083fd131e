"""The Qobuz stand-in's playlists as they are stored: rows, owners, subscribers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .control import BadControl
from .qobuz_accounts import Accounts, User
from .qobuz_catalogue import Catalogue
from .qobuz_protocol import Json, refusal
from .qobuz_search import words

FIRST_PLAYLIST = 20_000_001
FIRST_ROW = 9_000_000_001
MOST_TRACKS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a playlist; its `id` is its own and not the track's."""

    id: int
    track: int
    created_at: int


@dataclass(slots=True, kw_only=True)
class Playlist:
    """A playlist; times are in whole Unix seconds, `subscribers` has when each user subscribed."""

    id: int
    name: str
    description: str
    owner: User
    is_public: bool
    is_collaborative: bool
    created_at: int
    updated_at: int
    rows: list[Row] = field(default_factory=list)
    subscribers: dict[str, int] = field(default_factory=dict)

    def is_seen_by(self, user: User | None) -> bool:
        """Tell whether a user may read it."""
        return self.is_public or self.is_collaborative or (user is not None and user.key == self.owner.key)

    def index(self, row_id: int) -> int | None:
        """Tell where a row stands, from 0."""
        return next((index for index, row in enumerate(self.rows) if row.id == row_id), None)


class Playlists:
    """All playlists, and what may be done to them; refusals are Qobuz's."""

    def __init__(
        self,
        accounts: Accounts,
        catalogue: Catalogue,
        switches: Callable[[], Mapping[str, Any]],
        now: Callable[[], float],
    ) -> None:
        """Start with none."""
        self._accounts = accounts
        self._catalogue = catalogue
        self._switches = switches
        self._now = now
        self.reset()

    def reset(self) -> None:
        """Forget all playlists."""
        self._playlists: dict[int, Playlist] = {}
        self._next_playlist, self._next_row = FIRST_PLAYLIST, FIRST_ROW

    def told(self, playlist: Playlist) -> Json:
        """Tell a playlist without its tracks."""
        durations = [self._catalogue.tracks[row.track].get("duration") or 0 for row in playlist.rows]
        albums = (self._catalogue.tracks[row.track].get("album") or {} for row in playlist.rows[:4])
        return {
            "id": playlist.id,
            "name": playlist.name,
            "description": playlist.description,
            "tracks_count": len(playlist.rows),
            "users_count": len(playlist.subscribers),
            "duration": sum(durations),
            "is_public": playlist.is_public,
            "is_collaborative": playlist.is_collaborative,
            "public_at": playlist.created_at if playlist.is_public else False,
            "created_at": playlist.created_at,
            "updated_at": playlist.updated_at,
            "owner": {"id": playlist.owner.id, "name": playlist.owner.name},
            "images300": [image for album in albums if (image := (album.get("image") or {}).get("large"))],
        }

    def told_row(self, numbered: tuple[int, Row], country: str) -> Json | None:
        """Tell a row, given with its place from 1."""
        position, row = numbered
        track = self._catalogue.listed(row.track, country)
        return track and track | {"playlist_track_id": row.id, "position": position, "created_at": row.created_at}

    def find(self, wanted: Sequence[str]) -> list[Playlist]:
        """Find public playlists with all the words in their name."""
        return [one for one in self._playlists.values() if one.is_public and set(wanted) <= set(words(one.name))]

    def of(self, user: User, owned_only: bool) -> list[tuple[int, Playlist]]:
        """Give a user's own playlists and those subscribed to, each with its place from 1."""
        mine = [
            playlist
            for playlist in self._playlists.values()
            if playlist.owner.key == user.key or (not owned_only and user.key in playlist.subscribers)
        ]
        return list(enumerate(mine, 1))

    def readable(self, number: int, user: User | None) -> Playlist:
        """Find a playlist that a user may read, or 404."""
        if (playlist := self._playlists.get(number)) is None or not playlist.is_seen_by(user):
            raise refusal(404, "No result matching given argument")
        return playlist

    def own(self, number: int, user: User, collaborators: bool = False) -> Playlist:
        """Find a playlist that a user may change, as its owner or, where that is enough, as one of many."""
        playlist = self.readable(number, user)
        if playlist.owner.key == user.key or (collaborators and playlist.is_collaborative):
            return playlist
        if (status := self._switches()["not_owner_status"]) == 401:
            raise self._accounts.unauthorized("User is not the owner of the playlist", self._switches()["trace_suffix"])
        raise refusal(status, "User is not the owner of the playlist")

    def create(self, user: User, name: str, description: str, is_public: bool, is_collaborative: bool) -> Playlist:
        """Make an empty playlist; another of that name is no obstacle."""
        now = int(self._now())
        playlist = Playlist(
            id=self._next_playlist,
            name=name,
            description=description,
            owner=user,
            is_public=is_public,
            is_collaborative=is_collaborative,
            created_at=now,
            updated_at=now,
        )
        self._playlists[playlist.id] = playlist
        self._next_playlist += 1
        self.touch(playlist, user)
        return playlist

    def delete(self, playlist: Playlist) -> None:
        """Remove a playlist for everybody."""
        del self._playlists[playlist.id]
        playlist.owner.touch(self._now(), "playlist")

    def touch(self, playlist: Playlist, user: User) -> None:
        """Note that a user changed a playlist now."""
        playlist.updated_at = int(self._now())
        user.touch(self._now(), "playlist")
        playlist.owner.touch(self._now(), "playlist")

    def append(self, playlist: Playlist, user: User, tracks: Iterable[int | None], no_duplicate: bool) -> None:
        """Put tracks at the end, in the order given; None is an unknown one; more than 2 000 in all is refused."""
        present = {row.track for row in playlist.rows} if no_duplicate else set()
        added: list[int] = []
        for track in tracks:
            if track is None or not self._catalogue.has("tracks", track):
                self._refuse_unknown()
            elif track not in present:
                added.append(track)
                present |= {track} if no_duplicate else set()
        if len(playlist.rows) + len(added) > MOST_TRACKS:
            raise refusal(400, f"Playlist is limited to {MOST_TRACKS} tracks")
        now = int(self._now())
        for track in added:
            playlist.rows.append(Row(id=self._next_row, track=track, created_at=now))
            self._next_row += 1
        self.touch(playlist, user)

    def take_out(self, playlist: Playlist, user: User, row_ids: Iterable[int | None]) -> None:
        """Remove rows by their own ids."""
        known = {row.id for row in self._rows(playlist, row_ids)}
        playlist.rows = [row for row in playlist.rows if row.id not in known]
        self.touch(playlist, user)

    def move(self, playlist: Playlist, user: User, row_ids: Iterable[int | None], insert_before: int) -> None:
        """Put rows, in the order given, before the row that now stands at an index from 0; past the end, at the end."""
        moved = self._rows(playlist, row_ids)
        head = [row for row in playlist.rows[:insert_before] if row not in moved]
        tail = [row for row in playlist.rows[insert_before:] if row not in moved]
        playlist.rows = head + moved + tail
        self.touch(playlist, user)

    def subscribe(self, playlist: Playlist, user: User) -> None:
        """Let a user follow a playlist."""
        playlist.subscribers.setdefault(user.key, int(self._now()))
        user.touch(self._now(), "playlist")

    def unsubscribe(self, playlist: Playlist, user: User) -> None:
        """Let a user follow a playlist no more."""
        playlist.subscribers.pop(user.key, None)
        user.touch(self._now(), "playlist")

    def state(self) -> list[Json]:
        """Tell all playlists, with their rows in order."""
        return [
            self.told(playlist)
            | {"tracks": [{"playlist_track_id": row.id, "track_id": row.track} for row in playlist.rows]}
            for playlist in self._playlists.values()
        ]

    def by_hand(self, user: User, wanted: Any) -> None:
        """Make a playlist as a person does: `{"name", "tracks"?, "is_public"?, "is_collaborative"?}`."""
        rest: Json = dict(wanted) if isinstance(wanted, dict) else {}
        name, tracks = rest.pop("name", None), rest.pop("tracks", [])
        if not isinstance(name, str) or not isinstance(tracks, list) or set(rest) - {"is_public", "is_collaborative"}:
            raise BadControl('a playlist is {"name", "tracks", "is_public", "is_collaborative"}')
        if not all(isinstance(track, int) and self._catalogue.has("tracks", track) for track in tracks):
            raise BadControl("there are no such tracks")
        playlist = self.create(user, name, "", rest.get("is_public") is True, rest.get("is_collaborative") is True)
        self.append(playlist, user, tracks, no_duplicate=False)

    def _rows(self, playlist: Playlist, row_ids: Iterable[int | None]) -> list[Row]:
        """Find rows by their own ids, each once."""
        found: dict[int, Row] = {}
        for row_id in row_ids:
            index = None if row_id is None else playlist.index(row_id)
            if index is None:
                self._refuse_unknown()
            else:
                found[playlist.rows[index].id] = playlist.rows[index]
        return list(found.values())

    def _refuse_unknown(self) -> None:
        """Refuse an unknown id, where the switch says so."""
        if self._switches()["unknown_ids"] == "refused":
            raise refusal(400, "No result matching given argument")
