"""All that the Spotify stand-in knows, and the changes its control can make to it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
import re
from typing import Any

from .control import BadControl
from .spotify_accounts import SIX_MONTHS, Accounts
from .spotify_catalogue import Catalogue, Object
from .spotify_library import Library, timestamp
from .spotify_limits import RateLimits
from .spotify_playlists import Playlist, PlaylistRow, Shelf
from .world import World


@dataclass(slots=True, kw_only=True)
class Later:
    """A change made once `after` more requests to fitting paths have been answered well."""

    path: re.Pattern[str]
    after: int
    change: dict[str, Any]


class SpotifyState:
    """People, tokens, catalogue, libraries, playlists and limits.

    `change` takes an object with any of these keys, carried out in the order given; `user` is by default `listener`:
    - `approving`: user who approves the next authorisation
    - `add_tracks`: [track object], new in the catalogue
    - `like`: {track, added_at?, user?}, `unlike`: {track, user?}; `track` is an id of the catalogue
    - `row`: {track, added_at?, user?}: a raw row, `track` being an id, a whole object or null
    - `likes`: [row] or {rows, user?}: replaces all, oldest first
    - `saved`: {albums?: [id], artists?: [id], user?}: replaces saved albums, followed artists
    - `playlist`: {id, name?, owner?, description?, public?, collaborative?, images?, rows?}: edits one, or makes one;
      rows are {item, added_at?, added_by?}; even an edit of nothing changes `snapshot_id`
    - `profile`: {user?, id?, account_id?, display_name?, email?, country?, product?}
    - `revoke_tokens`, `expire_access_tokens`: true (everybody's) or a user
    - `clients`: {client id: secret}, all others being refused; `developers`: {client id: name of the account}
    - `block`: {seconds, family?, reason?, developer?}; `unblock`: true
    - `later`: {after, path?, change}: makes the change once so many requests were answered
    """

    def __init__(self, world: World, switches: Mapping[str, Any], now: Callable[[], float]) -> None:
        """Build everything from a world."""
        self._now = now
        self.accounts = Accounts(switches, now)
        self.limits = RateLimits(switches, now)
        self.catalogue = Catalogue((row.data for row in world.spotify_tracks.values()), switches)
        self.libraries = {user: Library(switches, now) for user in self.accounts.profiles}
        self.libraries["listener"].replace((row["added_at"], row["track"]) for row in world.spotify_likes)
        self.libraries["listener"].fill_from(self.catalogue)
        self.shelf = Shelf(self.catalogue, self.accounts.profiles, switches)
        self.later: list[Later] = []
        self._changes: dict[str, Callable[[Any], None]] = {
            "approving": self._approving,
            "add_tracks": self._add_tracks,
            "like": self._like,
            "unlike": self._unlike,
            "row": self._row,
            "likes": self._likes,
            "saved": self._saved,
            "playlist": self._playlist,
            "profile": self._profile,
            "revoke_tokens": lambda value: self.accounts.revoke(self._everybody_or(value)),
            "expire_access_tokens": lambda value: self.accounts.expire(self._everybody_or(value)),
            "clients": self._clients,
            "developers": self._developers,
            "block": self._block,
            "unblock": lambda _: self.limits.unblock(),
            "later": self._later,
        }

    def change(self, change: dict[str, Any]) -> None:
        """Make changes; BadControl where one makes no sense (those before it are made)."""
        if unknown := set(change) - set(self._changes):
            raise BadControl(f"unknown change {sorted(unknown)}; there are {', '.join(self._changes)}")
        for name, value in change.items():
            try:
                self._changes[name](value)
            except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
                if isinstance(error, BadControl):
                    raise
                raise BadControl(f"{name} cannot be {value!r}: {error!r}") from error

    def answered(self, path: str) -> None:
        """Make the changes that were due after this request."""
        for later in list(self.later):
            if later.path.search(path):
                later.after -= 1
                if later.after == 0:
                    self.later.remove(later)
                    self.change(later.change)

    def tell(self) -> dict[str, Any]:
        """Tell the state, without tokens."""
        return {
            "now": self._now(),
            "approving": self.accounts.approving,
            "users": {
                user: asdict(self.accounts.profiles[user])
                | {
                    "likes": len(library.likes),
                    "saved_albums": len(library.albums),
                    "followed_artists": len(library.artists),
                }
                for user, library in self.libraries.items()
            },
            "tracks": len(self.catalogue.tracks),
            "playlists": [
                {
                    "id": playlist.id,
                    "name": playlist.name,
                    "owner": playlist.owner,
                    "snapshot_id": playlist.snapshot_id,
                    "rows": len(playlist.rows),
                }
                for playlist in self.shelf.playlists.values()
            ],
            "grants": [
                {
                    "user": grant.user,
                    "client_id": grant.client_id,
                    "scope": " ".join(grant.scope),
                    "authorized_at": grant.authorized_at,
                    "expires_at": grant.authorized_at + SIX_MONTHS,
                    "revoked": grant.revoked,
                }
                for grant in self.accounts.grants
            ],
            "valid_access_tokens": self.accounts.valid_access_tokens(),
            "blocks": self.limits.tell(),
            "calls_while_blocked": self.limits.calls_while_blocked,
            "later": len(self.later),
        }

    def _library(self, value: Mapping[str, Any]) -> Library:
        """Find the library that a change is about."""
        return self.libraries[self._user(value.get("user", "listener"))]

    def _user(self, user: Any) -> str:
        """Check a user's name."""
        if user not in self.libraries:
            raise BadControl(f"user is one of {', '.join(self.libraries)}")
        return str(user)

    def _everybody_or(self, value: Any) -> str | None:
        """Read whom a change of tokens is for."""
        return None if value is True else self._user(value)

    def _known(self, track: Any) -> str:
        """Check that a track is in the catalogue."""
        if track not in self.catalogue.tracks:
            raise BadControl(f"track {track!r} is not in the catalogue; add it with add_tracks first")
        return str(track)

    def _raw(self, item: Any) -> str | Object | None:
        """Check what stands in a row."""
        return item if item is None or isinstance(item, dict) else self._known(item)

    def _approving(self, user: Any) -> None:
        """Set who approves next."""
        self.accounts.approving = self._user(user)

    def _add_tracks(self, tracks: list[Object]) -> None:
        """Take tracks into the catalogue."""
        for track in tracks:
            self.catalogue.add(track)

    def _like(self, value: Mapping[str, Any]) -> None:
        """Like a track of the catalogue."""
        self._library(value).like(self._known(value["track"]), value.get("added_at", timestamp(self._now())))

    def _unlike(self, value: Mapping[str, Any]) -> None:
        """Unlike a track."""
        if not self._library(value).unlike(value["track"]):
            raise BadControl(f"track {value['track']!r} is not liked")

    def _row(self, value: Mapping[str, Any]) -> None:
        """Add a row of any kind to the likes."""
        self._library(value).like(self._raw(value["track"]), value.get("added_at", timestamp(self._now())))

    def _likes(self, value: Any) -> None:
        """Replace all likes."""
        target: Mapping[str, Any] = {"rows": value} if isinstance(value, list) else value
        rows = [(row["added_at"], self._raw(row["track"])) for row in target["rows"]]
        self._library(target).replace(rows)

    def _saved(self, value: Mapping[str, Any]) -> None:
        """Replace saved albums and followed artists."""
        library = self._library(value)
        albums, artists = list(value.get("albums", library.albums)), set(value.get("artists", library.artists))
        if strangers := [*(set(albums) - set(self.catalogue.albums)), *(artists - set(self.catalogue.artists))]:
            raise BadControl(f"not in the catalogue: {', '.join(map(str, strangers))}")
        library.albums = {album: library.albums.get(album, timestamp(self._now())) for album in albums}
        library.artists = artists

    def _playlist(self, value: Mapping[str, Any]) -> None:
        """Edit a playlist, or make one."""
        fields = dict(value)
        identifier, rows = fields.pop("id"), fields.pop("rows", None)
        if unknown := set(fields) - {"name", "owner", "description", "public", "collaborative", "images"}:
            raise BadControl(f"a playlist has no {', '.join(sorted(unknown))}")
        if "owner" in fields:
            self._user(fields["owner"])
        entries = None if rows is None else [PlaylistRow(**row | {"item": self._raw(row["item"])}) for row in rows]
        playlist = self.shelf.playlists.get(identifier)
        if playlist is None:
            playlist = Playlist(id=identifier, name=fields.get("name", ""), owner=fields.get("owner", "listener"))
            self.shelf.playlists[identifier] = playlist
        for name, field in fields.items():
            setattr(playlist, name, field)
        if entries is not None:
            playlist.rows = entries
        playlist.version += 1

    def _profile(self, value: Mapping[str, Any]) -> None:
        """Change how a person is described."""
        fields = dict(value)
        profile = self.accounts.profiles[self._user(fields.pop("user", "listener"))]
        if unknown := set(fields) - set(asdict(profile)):
            raise BadControl(f"a profile has no {', '.join(sorted(unknown))}")
        for name, field in fields.items():
            setattr(profile, name, field)

    def _clients(self, clients: Mapping[str, str]) -> None:
        """Set which clients there are."""
        self.accounts.clients = dict(clients)

    def _developers(self, developers: Mapping[str, str]) -> None:
        """Set which clients share a developer account."""
        self.limits.developers = dict(developers)

    def _block(self, value: Mapping[str, Any]) -> None:
        """Refuse requests for a time."""
        self.limits.block(float(value["seconds"]), **{key: value[key] for key in value if key != "seconds"})

    def _later(self, value: Mapping[str, Any]) -> None:
        """Keep a change for later."""
        after, change = value["after"], value["change"]
        if not isinstance(after, int) or after < 1:
            raise BadControl("after is a whole number of requests, 1 or more")
        if unknown := set(change) - set(self._changes):
            raise BadControl(f"unknown change {sorted(unknown)}; there are {', '.join(self._changes)}")
        self.later.append(Later(path=re.compile(value.get("path", "")), after=after, change=change))
