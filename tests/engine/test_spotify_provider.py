"""Tests of the Spotify provider against a scripted server on a real socket."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.music_sync.engine.errors import ServiceError, Unreachable
from custom_components.music_sync.engine.model import Like, Page, Profile, Track, Unsyncable
from custom_components.music_sync.engine.providers.capabilities import (
    Identifies,
    ReadsFavorites,
    SearchesTracks,
    WritesFavorites,
)
from custom_components.music_sync.engine.providers.gate import RateGate
from custom_components.music_sync.engine.providers.spotify import SpotifyProvider

from .scripted_server import scripted_server
from .spotify_account import ADDED, ADDED_AT, Account, Tokens, page, row, track


@pytest.fixture
async def account() -> AsyncGenerator[Account]:
    """Give an account with a server of its own."""
    async with scripted_server() as server:
        account = Account(server)
        yield account
        await account.provider.close()


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
        (
            {"id": "user.1", "account_id": "acc", "display_name": "Ann"},
            Profile(id="acc", name="Ann", former_id="user.1"),
        ),
        ({"id": "1234", "account_id": "acc", "display_name": None}, Profile(id="acc", name="1234", former_id="1234")),
        ({"id": "1234"}, Profile(id="1234", name="1234")),
        ({"id": "acc", "account_id": "acc"}, Profile(id="acc", name="acc")),
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


@pytest.mark.parametrize("body", [{}, {"total": None}, {"artists": {"total": -1}}, {"artists": []}])
async def test_a_collection_without_a_total(account: Account, body: dict[str, Any]) -> None:
    """An answer that does not tell is no answer."""
    account.server.json(body)
    with pytest.raises(Unreachable):
        await account.provider.collection_total("artists")
