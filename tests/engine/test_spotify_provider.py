"""Tests of the Spotify provider against a scripted server on a real socket."""

import asyncio
from collections.abc import AsyncGenerator
import logging
import threading
from typing import Any

from aiohttp import web
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.music_sync.engine.errors import (
    AccessDenied,
    NotFound,
    RateLimited,
    Rejected,
    ServiceError,
    SignInNeeded,
    Unreachable,
)
from custom_components.music_sync.engine.model import Like, Page, Profile, Track, Unsyncable
from custom_components.music_sync.engine.providers.capabilities import (
    Identifies,
    ReadsFavorites,
    SearchesTracks,
    WritesFavorites,
)
from custom_components.music_sync.engine.providers.gate import RateGate
from custom_components.music_sync.engine.providers.spotify import SpotifyProvider

from .fake_time import NOON, FakeTime
from .scripted_server import ScriptedServer, scripted_server

ADDED = "2024-01-31T12:00:00Z"
ADDED_AT = 1_706_702_400


class Tokens:
    """A source of access tokens that gives a new one for a refused one."""

    def __init__(self) -> None:
        """Start with the first token."""
        self.number = 1
        self.refused: list[str] = []
        self.error: ServiceError | None = None

    async def __call__(self, *, rejected: str | None = None) -> str:
        """Give the present token, or a new one."""
        if rejected is not None:
            self.refused.append(rejected)
            if self.error is not None:
                raise self.error
            self.number += 1
        return f"secret-{self.number}"


class Account:
    """A provider with all it stands on."""

    def __init__(self, server: ScriptedServer) -> None:
        """Connect a provider to a server."""
        self.server = server
        self.time = FakeTime()
        self.tokens = Tokens()
        self.gate = RateGate(
            minimum_delay=lambda: 0.0, daily_budget=lambda: 100_000, clock=self.time.clock, sleep=self.time.sleep
        )
        self.provider = SpotifyProvider(access_token=self.tokens, gate=self.gate, api_url=f"{server.url}v1/")

    @property
    def authorizations(self) -> list[str]:
        """The tokens that the server was shown."""
        return [seen.headers["Authorization"] for seen in self.server.seen]


@pytest.fixture
async def account() -> AsyncGenerator[Account]:
    """Give an account with a server of its own."""
    async with scripted_server() as server:
        account = Account(server)
        yield account
        await account.provider.close()


def track(**changes: Any) -> dict[str, Any]:
    """Build a track object."""
    return {
        "id": "4uLU6hMCjMI75M1A2tKUQC",
        "uri": "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
        "type": "track",
        "name": "Never Gonna Give You Up",
        "duration_ms": 213_573,
        "explicit": False,
        "is_local": False,
        "artists": [{"id": "a1", "name": "Rick Astley"}],
        "album": {"id": "b1", "name": "Whenever You Need Somebody"},
        "external_ids": {"isrc": "GBARL9300135"},
        **changes,
    }


def row(thing: Any, added_at: Any = ADDED) -> dict[str, Any]:
    """Build a row of liked songs."""
    return {"added_at": added_at, "track": thing}


def page(*rows: Any, total: Any = None) -> dict[str, Any]:
    """Build a page of liked songs."""
    return {"items": list(rows), "total": len(rows) if total is None else total, "limit": 50, "offset": 0}


async def read(account: Account, *rows: Any) -> Page[Like]:
    """Read a page that has these rows."""
    account.server.json(page(*rows))
    return await account.provider.favorites_page(0)


async def read_one(account: Account, thing: Any, added_at: Any = ADDED) -> Like:
    """Read a page that has one row, and return what became of it."""
    likes = await read(account, row(thing, added_at))
    assert likes.rejected == 0
    return likes.items[0]


def test_capabilities() -> None:
    """It reads favourites and does nothing else."""
    provider = SpotifyProvider(access_token=Tokens(), gate=RateGate(minimum_delay=lambda: 0, daily_budget=lambda: 1))
    assert isinstance(provider, Identifies)
    assert isinstance(provider, ReadsFavorites)
    assert not isinstance(provider, WritesFavorites | SearchesTracks)
    assert provider.favorites_page_size == 50


@pytest.mark.parametrize(
    ("body", "profile"),
    [
        ({"id": "user.1", "account_id": "acc", "display_name": "Ann"}, Profile(id="acc", name="Ann")),
        ({"id": "1234", "account_id": "acc", "display_name": None}, Profile(id="acc", name="1234")),
        ({"id": "1234"}, Profile(id="1234", name="1234")),
        ({"account_id": "acc"}, Profile(id="acc", name="acc")),
    ],
)
async def test_profile(account: Account, body: dict[str, Any], profile: Profile) -> None:
    """The immutable id goes first; the name falls back to what is there."""
    account.server.json(body)
    assert await account.provider.profile() == profile
    assert account.server.seen[0].path == "/v1/me/"
    assert account.gate.state.used == 1


async def test_profile_without_an_id(account: Account) -> None:
    """An answer that names nobody is no answer."""
    account.server.json({"id": None, "account_id": 7})
    with pytest.raises(Unreachable):
        await account.provider.profile()


async def test_a_page_of_likes(account: Account) -> None:
    """One request, without a market; every field arrives."""
    account.server.json(page(row(track(explicit=True)), row(track(id="two"), "2023-05-05T00:00:00Z"), total=120))
    likes = await account.provider.favorites_page(50)
    assert (likes.total, likes.rows, likes.rejected) == (120, 2, 0)
    assert likes.items[0] == Like(
        track=Track(
            id="4uLU6hMCjMI75M1A2tKUQC",
            title="Never Gonna Give You Up",
            artists=("Rick Astley",),
            album="Whenever You Need Somebody",
            duration=213.573,
            isrc="GBARL9300135",
            explicit=True,
        ),
        liked_at=ADDED_AT,
    )
    assert [like.track.id for like in likes.items][1:] == ["two"]
    request = account.server.seen[0]
    assert (request.method, request.path) == ("GET", "/v1/me/tracks")
    assert request.query == {"limit": "50", "offset": "50"}
    assert account.authorizations == ["Bearer secret-1"]
    assert account.gate.state.used == 1


async def test_past_the_end_nothing_is_repeated(account: Account) -> None:
    """Spotify has been seen to start over there."""
    account.server.json(page(row(track()), total=1))
    assert await account.provider.favorites_page(50) == Page(items=(), total=1, rows=0)


async def test_an_empty_library(account: Account) -> None:
    """No likes at all."""
    assert await read(account) == Page(items=(), total=0, rows=0)


async def test_item_rows(account: Account) -> None:
    """A row may name its track `item`."""
    likes = await read(
        account, {"added_at": ADDED, "item": track()}, {"added_at": ADDED, "track": None, "item": track()}
    )
    assert [like.track.title for like in likes.items] == ["Never Gonna Give You Up"] * 2


@pytest.mark.parametrize(
    ("code", "isrc"),
    [
        ("gb-arl-93-00135", "GBARL9300135"),
        (" gbarl9300135 ", "GBARL9300135"),
        ("GBARL930013", None),
        ("1234567", None),
        ("GBARL93001\uff135", None),
        (None, None),
        (17, None),
    ],
)
async def test_isrc(account: Account, code: Any, isrc: str | None) -> None:
    """Hyphens and lower case go; what is no ISRC is none."""
    assert (await read_one(account, track(external_ids={"isrc": code}))).track.isrc == isrc


@pytest.mark.parametrize("duration", [0, None, -5, "213", True, 1e400, float("nan")])
async def test_no_duration(account: Account, duration: Any) -> None:
    """What is no length is none."""
    assert (await read_one(account, track(duration_ms=duration))).track.duration is None


@pytest.mark.parametrize(
    ("added_at", "liked_at"),
    [
        (ADDED, ADDED_AT),
        ("2024-01-31T12:00:00", ADDED_AT),
        ("2024-01-31T13:00:00+01:00", ADDED_AT),
        ("1970-01-01T00:00:00Z", 0),
        ("1950-01-01T00:00:00Z", 0),
        ("0001-01-01T00:00:00+23:59", 0),
        (None, 0),
        ("yesterday", 0),
        (5, 0),
    ],
)
async def test_moments(account: Account, added_at: Any, liked_at: int) -> None:
    """A date that is none stands for an unknown one."""
    assert (await read_one(account, track(), added_at)).liked_at == liked_at


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "  "}, {"name": None}, {"artists": []}, {"artists": [{"name": ""}, None, 5]}]
)
async def test_no_metadata(account: Account, changes: dict[str, Any]) -> None:
    """A track that nobody could find elsewhere."""
    like = await read_one(account, track(**changes))
    assert like.unsyncable is Unsyncable.NO_METADATA
    assert like.track.id == "4uLU6hMCjMI75M1A2tKUQC"


async def test_withdrawn_rows_have_ids_of_their_own(account: Account) -> None:
    """Distinct within a page, the same at each reading, wherever they stand."""
    rows = [row(None), row(track()), row(None), row(None, None), row(None, "2020-01-01T00:00:00Z")]
    likes = await read(account, *rows)
    ids = [like.track.id for like in likes.items if like.unsyncable is Unsyncable.WITHDRAWN]
    assert len(set(ids)) == 4
    moved = await read(account, row(track(id="new")), *rows)
    assert [like.track.id for like in moved.items if like.unsyncable is Unsyncable.WITHDRAWN] == ids


async def test_local_files(account: Account) -> None:
    """Told by their object or, where that is bare, by their address."""
    uri = "spotify:local:Caf%C3%A9+Trio:Night+%3A+Day:Some+Song:273"
    bare: dict[str, Any] = {
        "id": None,
        "uri": uri,
        "is_local": True,
        "name": "",
        "artists": [],
        "album": None,
        "duration_ms": 0,
    }
    likes = await read(
        account,
        row(bare),
        row(track(id=None, uri="spotify:local:::x:1", is_local=True)),
        row({"uri": "spotify:local:odd"}),
        row({"is_local": True}),
        {"added_at": ADDED, "is_local": True, "track": {"uri": "spotify:local:a:b:c:²"}},
    )
    assert [like.unsyncable for like in likes.items] == [Unsyncable.LOCAL_FILE] * 5
    assert likes.items[0].track == Track(
        id=uri, title="Some Song", artists=("Café Trio",), album="Night : Day", duration=273.0
    )
    assert likes.items[1].track == Track(
        id="spotify:local:::x:1",
        title="Never Gonna Give You Up",
        artists=("Rick Astley",),
        album="Whenever You Need Somebody",
        duration=213.573,
        isrc=None,
    )
    assert likes.items[2].track == Track(id="spotify:local:odd", title="", artists=())
    assert likes.items[3].track.id
    assert likes.items[4].track == Track(id="spotify:local:a:b:c:²", title="c", artists=("a",), album="b")


async def test_a_local_file_of_absurd_length(account: Account) -> None:
    """Its length is unknown."""
    like = await read_one(account, {"uri": f"spotify:local:a:b:c:{'9' * 5000}"})
    assert like.track.duration is None


async def test_episodes(account: Account) -> None:
    """The show stands for artist and album."""
    episode = {"id": "e1", "type": "episode", "name": "Part 1", "duration_ms": 60_000, "show": {"name": "The Show"}}
    likes = await read(
        account, row(episode), row(track(id=None, uri="spotify:episode:e2", episode=True)), row({"show": {}})
    )
    assert [like.unsyncable for like in likes.items] == [Unsyncable.EPISODE] * 3
    assert likes.items[0].track == Track(
        id="e1", title="Part 1", artists=("The Show",), album="The Show", duration=60.0
    )
    assert likes.items[1].track.id == "spotify:episode:e2"
    assert likes.items[2].track.id


async def test_nonsense_is_counted(account: Account) -> None:
    """One bad row never spoils the others."""
    nonsense: list[Any] = [
        None,
        5,
        "x",
        [],
        {},
        {"added_at": ADDED},
        row(7),
        row([]),
        row({}),
        row(track(id=None, uri=None)),
        row(track(id=5, uri="")),
    ]
    likes = await read(account, *nonsense, row(track()))
    assert (len(likes.items), likes.rejected, likes.rows) == (1, len(nonsense), len(nonsense) + 1)


async def test_an_id_from_the_uri(account: Account) -> None:
    """A track without an id has one in its uri."""
    assert (await read_one(account, track(id=None))).track.id == "4uLU6hMCjMI75M1A2tKUQC"


async def test_text_is_fit_to_be_stored(account: Account) -> None:
    """Half a character becomes a question mark."""
    assert (await read_one(account, track(name="a\ud800b"))).track.title == "a?b"


@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        5,
        {},
        {"items": None, "total": 1},
        {"items": [], "total": None},
        {"items": {}, "total": 0},
        {"items": [], "total": -1},
    ],
)
async def test_what_is_no_page(account: Account, body: Any) -> None:
    """A good status does not make a good answer."""
    for _ in range(3):
        account.server.json(body)
    with pytest.raises(Unreachable):
        await account.provider.favorites_page(0)


@pytest.mark.parametrize(("status", "error"), [(400, Rejected), (403, AccessDenied), (404, NotFound), (418, Rejected)])
@pytest.mark.parametrize("body", ["plain", {"error": "text"}, {"error": {"message": "no"}}, [], None])
async def test_refusals(account: Account, status: int, error: type[ServiceError], body: Any) -> None:
    """They are told by their status, whatever the body, after one request; their text names no address."""
    if body == "plain":
        account.server.text(body, status=status)
    else:
        account.server.json(body, status=status)
    with pytest.raises(error) as caught:
        await account.provider.favorites_page(0)
    assert len(account.server.seen) == 1
    assert account.server.url not in str(caught.value)


async def test_a_server_error_is_tried_again(account: Account) -> None:
    """Twice, after a short pause."""
    account.server.text("<html>Bad gateway", status=502)
    account.server.hang_up()
    account.server.json(page(row(track())))
    assert (await account.provider.favorites_page(0)).rows == 1
    assert account.time.slept == [1, 3]
    assert account.gate.state.used == 3


@pytest.mark.parametrize("kind", ["status", "html", "hang_up", "string", "deep"])
async def test_an_unreachable_service(account: Account, kind: str) -> None:
    """After three tries it is told."""
    for _ in range(4):
        match kind:
            case "status":
                account.server.json({"error": {"status": 503, "message": "x"}}, status=503)
            case "html":
                account.server.text("<html>")
            case "hang_up":
                account.server.hang_up()
            case "string":
                account.server.json({"error": "broken"}, status=500)
            case _:
                account.server.text("[" * 200_000)
    with pytest.raises(Unreachable):
        await account.provider.favorites_page(0)
    assert len(account.server.replies) == 1


async def test_a_defect_of_the_client_is_no_answer(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """An AttributeError that no HTTP error stands behind."""

    def stumble(**_: Any) -> None:
        """Fail as spotipy does."""
        raise AttributeError("message")

    monkeypatch.setattr(account.provider._client, "current_user_saved_tracks", stumble)
    with pytest.raises(Unreachable):
        await account.provider.favorites_page(0)


async def test_a_slow_service(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for for ever."""
    monkeypatch.setattr(account.provider._client, "requests_timeout", 0.05)

    async def wait(_: web.Request) -> web.Response:
        """Answer late."""
        await asyncio.sleep(0.3)
        return web.Response()

    account.server.replies += [wait] * 3
    with pytest.raises(Unreachable):
        await account.provider.favorites_page(0)


async def test_nothing_listens() -> None:
    """A refused connection is Unreachable too."""
    async with scripted_server() as server:
        account = Account(server)
    with pytest.raises(Unreachable):
        await account.provider.profile()


async def test_an_expired_token_is_renewed_once(account: Account) -> None:
    """Mid-page, and the page is then read."""
    account.server.json({"error": {"status": 401, "message": "The access token expired"}}, status=401)
    account.server.json(page(row(track())))
    assert (await account.provider.favorites_page(0)).rows == 1
    assert account.tokens.refused == ["secret-1"]
    assert account.authorizations == ["Bearer secret-1", "Bearer secret-2"]
    assert account.gate.state.used == 2


@pytest.mark.parametrize("body", [{"error": "invalid_token"}, {"error": {"message": "no"}}])
async def test_a_new_token_refused_is_no_reason_to_sign_in(account: Account, body: dict[str, Any]) -> None:
    """One renewal, then the service is taken as unreachable; no text tells a token."""
    for _ in range(3):
        account.server.json(body, status=401)
    with pytest.raises(Unreachable) as caught:
        await account.provider.favorites_page(0)
    assert len(account.server.seen) == 2
    assert account.tokens.refused == ["secret-1"]
    assert "secret" not in str(caught.value)


async def test_sign_in_is_needed_where_the_token_source_says_so(account: Account) -> None:
    """Only it knows."""
    account.tokens.error = SignInNeeded("revoked")
    account.server.json({"error": {"status": 401}}, status=401)
    with pytest.raises(SignInNeeded):
        await account.provider.favorites_page(0)


@pytest.mark.parametrize("body", ["Too many requests", {"error": "slow"}, {"error": {"reason": "QUOTA_EXCEEDED"}}])
async def test_a_short_pause(account: Account, body: Any) -> None:
    """It is waited out to the second, whatever the body looks like."""
    if isinstance(body, str):
        account.server.text(body, status=429, headers={"Retry-After": "7"})
    else:
        account.server.json(body, status=429, headers={"Retry-After": "7"})
    account.server.json(page())
    await account.provider.favorites_page(0)
    assert account.time.slept == [7]


async def test_a_long_pause(account: Account) -> None:
    """It is told at once, and nothing more is sent, no token asked for."""
    account.server.json({"error": {"status": 429}}, status=429, headers={"Retry-After": "43200"})
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            await account.provider.favorites_page(0)
        assert caught.value.until == NOON + 43_200
    assert len(account.server.seen) == 1


async def test_a_pause_of_unknown_length(account: Account) -> None:
    """Half a minute."""
    account.server.text("", status=429)
    account.server.json({"id": "me"})
    await account.provider.profile()
    assert account.time.slept == [30]


async def test_nothing_of_it_is_logged(account: Account, caplog: pytest.LogCaptureFixture) -> None:
    """Neither token nor address, even with spotipy's debug log on; other users of spotipy keep theirs."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="spotipy.client")
    account.server.json({"error": {"message": "no"}}, status=403)
    with pytest.raises(AccessDenied):
        await account.provider.profile()
    await read(account, row(track()), None)
    assert "secret" not in caplog.text
    assert "spotipy" not in {record.name.partition(".")[0] for record in caplog.records}
    assert "make no sense" in caplog.text
    logging.getLogger("spotipy.client").debug("somebody else's")
    assert "somebody else's" in caplog.text


async def test_requests_never_overlap_even_when_cancelled(account: Account) -> None:
    """A cancelled request goes on in its thread, and the next one waits for its end."""
    arrived, answer = asyncio.Event(), asyncio.Event()
    under_way = [0, 0]

    async def hold(_: web.Request) -> web.Response:
        """Answer when told to."""
        under_way[0] += 1
        under_way[1] = max(under_way)
        arrived.set()
        await answer.wait()
        under_way[0] -= 1
        return web.json_response(page())

    account.server.replies += [hold, hold]
    first = asyncio.create_task(account.provider.favorites_page(0))
    await arrived.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(account.provider.favorites_page(0))
    await asyncio.sleep(0.05)
    assert len(account.server.seen) == 1
    answer.set()
    assert (await second).total == 0
    assert under_way == [0, 1]


async def test_requests_run_off_the_loop(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client never blocks the event loop."""
    threads: list[threading.Thread] = []

    def note() -> dict[str, str]:
        """Tell where it is called."""
        threads.append(threading.current_thread())
        return {"id": "me"}

    monkeypatch.setattr(account.provider._client, "me", note)
    await account.provider.profile()
    assert threads != [threading.current_thread()]


KEYS = st.sampled_from(
    ["added_at", "track", "item", "id", "uri", "name", "artists", "album", "external_ids", "isrc", "duration_ms"]
)
MORE_KEYS = st.sampled_from(["explicit", "type", "show", "episode", "is_local", "is_playable"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["episode", "track", "spotify:local:a:b:c:1", "spotify:local::::", "spotify:track:", ADDED, "W24"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | MORE_KEYS | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=25,
)


@given(rows=st.lists(VALUES | st.fixed_dictionaries({"track": VALUES, "added_at": VALUES}), max_size=6), total=VALUES)
@settings(max_examples=300, deadline=None)
def test_whatever_arrives_is_understood_or_counted(rows: list[Any], total: Any) -> None:
    """Arbitrary rows never raise anything but an error of ours, and every row is accounted for."""

    async def check() -> None:
        """Read them through the provider, as the client would return them."""
        gate = RateGate(minimum_delay=lambda: 0, daily_budget=lambda: 9)
        provider = SpotifyProvider(access_token=Tokens(), gate=gate)
        provider._client.current_user_saved_tracks = lambda **_: {"items": rows, "total": total}
        try:
            likes = await provider.favorites_page(0)
        except ServiceError:
            return
        assert len(likes.items) + likes.rejected == likes.rows
        for like in likes.items:
            assert like.track.id
            assert like.liked_at >= 0
            assert like.unsyncable or (like.track.title and like.track.artists)
            like.track.title.encode()

    asyncio.run(check())
