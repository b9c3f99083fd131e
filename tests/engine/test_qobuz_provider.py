"""Tests of the Qobuz provider against a scripted server on a real socket."""

from collections.abc import AsyncGenerator
import time
from typing import Any

import aiohttp
import pytest

from custom_components.music_sync.engine.errors import BudgetSpent, Rejected, ServiceError, SignInNeeded, Unreachable
from custom_components.music_sync.engine.model import Like, Profile, Track, Unsyncable
from custom_components.music_sync.engine.providers.capabilities import (
    Identifies,
    ReadsFavorites,
    SearchesTracks,
    WritesFavorites,
)

from .qobuz_account import TOKEN, Account, favorites, track
from .scripted_server import scripted_server


@pytest.fixture
async def account() -> AsyncGenerator[Account]:
    """Give an account with a server of its own."""
    async with scripted_server() as server, aiohttp.ClientSession() as session:
        yield Account(server, session)


async def read_one(account: Account, **changes: Any) -> Track:
    """Read a page of one favourite, and return what became of it."""
    account.server.json(favorites(track(**changes)))
    page = await account.provider.favorites_page(0)
    assert page.rejected == 0
    return page.items[0].track


async def find(account: Account, *rows: Any) -> list[str]:
    """Search for an ISRC among these rows, and return the ids found."""
    account.server.json(favorites(*rows))
    return [found.id for found in await account.provider.search_isrc("us-qx9-13-00108")]


@pytest.mark.parametrize(
    ("title", "work", "shown"),
    [
        ("I. Allegro con brio", "Symphony No. 5, Op. 67", "Symphony No. 5, Op. 67: I. Allegro con brio"),
        ("Symphony No. 5, Op. 67: I. Allegro", "Symphony No. 5, op. 67", "Symphony No. 5, Op. 67: I. Allegro"),
        ("Creep", None, "Creep"),
        ("", "Symphony No. 5", ""),
    ],
)
async def test_a_movement_is_named_with_its_work(account: Account, title: str, work: str | None, shown: str) -> None:
    """Other services name both in the title."""
    assert (await read_one(account, title=title, work=work)).title == shown


def test_capabilities(account: Account) -> None:
    """It reads, writes and searches."""
    assert isinstance(account.provider, Identifies)
    assert isinstance(account.provider, ReadsFavorites)
    assert isinstance(account.provider, WritesFavorites)
    assert isinstance(account.provider, SearchesTracks)
    assert (account.provider.favorites_page_size, account.provider.favorites_per_write) == (500, 50)


@pytest.mark.parametrize(
    ("body", "profile"),
    [
        ({"id": 123, "login": "ann@x", "display_name": "Ann"}, Profile(id="123", name="Ann")),
        ({"user": {"id": "123", "login": "ann"}}, Profile(id="123", name="ann")),
        ({"id": " 123 ", "display_name": None}, Profile(id="123", name="123")),
    ],
)
async def test_profile(account: Account, body: dict[str, Any], profile: Profile) -> None:
    """Both shapes are understood, and the credentials travel in headers alone."""
    account.server.json(body)
    assert await account.signed_in(f" {TOKEN}\n", " 123456789 ").profile() == profile
    request = account.server.seen[0]
    assert (request.method, request.path, request.query) == ("GET", "/api.json/0.2/user/get", {})
    assert request.headers["X-App-Id"] == "123456789"
    assert request.headers["X-User-Auth-Token"] == TOKEN
    assert account.gate.state.used == 0


@pytest.mark.parametrize("body", [{}, {"id": None}, {"id": True}, {"id": 0}, {"id": ""}, {"user": []}, [], None])
async def test_profile_without_an_id(account: Account, body: Any) -> None:
    """An answer that names nobody is no answer."""
    for _ in range(3):
        account.server.json(body)
    with pytest.raises(Unreachable):
        await account.provider.profile()


@pytest.mark.parametrize(
    ("token", "app_id", "error"),
    [
        ("", "1", SignInNeeded),
        ("a b", "1", SignInNeeded),
        ("a\nb", "1", SignInNeeded),
        ("\u00e9", "1", SignInNeeded),
        ("a", "", Rejected),
        ("a", "1\r2", Rejected),
    ],
)
async def test_credentials_that_cannot_be_sent(
    account: Account, token: str, app_id: str, error: type[ServiceError]
) -> None:
    """A bad paste is told apart, without a request."""
    with pytest.raises(error):
        await account.signed_in(token, app_id).profile()
    assert account.server.seen == []


async def test_a_wrong_app_id_is_told_from_a_wrong_token(account: Account) -> None:
    """The sign-in form needs to say which."""
    body = {"status": "error", "code": 400, "message": "Invalid or missing app_id parameter"}
    account.server.json(body, status=400)
    with pytest.raises(Rejected):
        await account.provider.profile()
    account.server.json({"status": "error", "code": 401, "message": "x (Root=1-ab)"}, status=401)
    with pytest.raises(SignInNeeded):
        await account.provider.profile()


async def test_a_page_of_favorites(account: Account) -> None:
    """One request that costs no budget; every field arrives."""
    account.budget = 0
    account.server.json(favorites(track(favorited_at=1_700_000_000), track(id="60", favorited_at=None), total=900))
    page = await account.provider.favorites_page(500)
    assert page.items[0] == Like(
        track=Track(
            id="59954869",
            title="Get Lucky",
            artists=("Daft Punk", "Pharrell Williams"),
            album="Random Access Memories",
            duration=248.0,
            isrc="USQX91300108",
            version="Radio Edit",
            explicit=False,
            playable=True,
        ),
        liked_at=1_700_000_000,
    )
    assert (page.items[1].track.id, page.items[1].liked_at) == ("60", 0)
    assert (page.total, page.rows, page.rejected) == (900, 2, 0)
    request = account.server.seen[0]
    assert request.path == "/api.json/0.2/favorite/getUserFavorites"
    assert request.query == {"type": "tracks", "limit": "500", "offset": "500"}


async def test_a_silent_cap_shows_in_the_rows(account: Account) -> None:
    """Whoever advances by them misses nothing."""
    account.server.json(favorites(*[track(id=number) for number in range(1, 101)], total=150))
    account.server.json(favorites(*[track(id=number) for number in range(101, 151)], total=150))
    first = await account.provider.favorites_page(0)
    second = await account.provider.favorites_page(first.rows)
    assert len({like.track.id for like in [*first.items, *second.items]}) == 150


async def test_nonsense_is_counted(account: Account) -> None:
    """One bad row never spoils the others; a nameless one is told as such."""
    rows: list[Any] = [None, 5, "x", [], {}, track(id=None), track(id=-1), track(id=1.5), track(title=None), track()]
    account.server.json(favorites(*rows))
    page = await account.provider.favorites_page(0)
    assert (len(page.items), page.rejected, page.rows) == (2, 8, 10)
    assert [like.unsyncable for like in page.items] == [Unsyncable.NO_METADATA, None]


@pytest.mark.parametrize(
    "body",
    [{}, {"tracks": None}, {"tracks": []}, {"tracks": {"items": None, "total": 0}}, {"tracks": {"items": []}}, "x", 5],
)
async def test_what_is_no_page(account: Account, body: Any) -> None:
    """A good status does not make a good answer."""
    for _ in range(3):
        account.server.json(body)
    with pytest.raises(Unreachable):
        await account.provider.favorites_page(0)


@pytest.mark.parametrize(
    ("performer", "performers", "artists"),
    [
        ({"name": "A"}, "A, MainArtist - B, MainArtist - C, FeaturedArtist, Producer - D, Producer", ("A", "B", "C")),
        ({"name": "A"}, "a, MainArtist - B, Composer, FeaturedArtist - b, MainArtist", ("A", "B")),
        ({"name": "B"}, "A, MainArtist - B, MainArtist", ("B", "A")),
        (None, "Tyler, The Creator, MainArtist - Kali, FeaturedArtist", ("Tyler, The Creator", "Kali")),
        (None, "Crosby, Stills, Nash & Young, MainArtist, ComposerLyricist", ("Crosby, Stills, Nash & Young",)),
        (None, "Max, Associated Performer, MainArtist", ("Max",)),
        (None, "Low, mainartist", ("Low",)),
        (None, "Simon &amp; Garfunkel, MainArtist", ("Simon & Garfunkel",)),
        (None, "Nobody, Producer -  - , MainArtist", ("Album Artist",)),
        (None, None, ("Album Artist",)),
        ({"name": None}, 7, ("Album Artist",)),
        ("A", [], ("Album Artist",)),
        ({"name": "AC&#47;DC"}, None, ("AC/DC",)),
    ],
)
async def test_artists(account: Account, performer: Any, performers: Any, artists: tuple[str, ...]) -> None:
    """The performer first, then the other main and featured ones, each once; or else the album's."""
    album = {"title": "X", "artist": {"name": "Album Artist"}}
    assert (await read_one(account, performer=performer, performers=performers, album=album)).artists == artists


@pytest.mark.parametrize("album", [None, {}, {"artist": None}, 5])
async def test_without_an_album(account: Account, album: Any) -> None:
    """There may be none, and then no artist either."""
    found = await read_one(account, album=album, performer=None, performers=None)
    assert (found.album, found.artists) == (None, ())


async def test_entities_and_absent_values(account: Account) -> None:
    """Texts are plain; what is not there is None."""
    found = await read_one(
        account,
        title="Rock &amp; Roll&nbsp;",
        version="Live &quot;89&quot;",
        album={"title": "A &lt; B"},
        duration=0,
        isrc="",
        streamable=None,
        parental_warning=1,
    )
    assert (found.title, found.version, found.album) == ("Rock & Roll", 'Live "89"', "A < B")
    assert (found.duration, found.isrc, found.playable, found.explicit) == (None, None, None, None)
    assert (await read_one(account, version="")).version is None


async def test_playable(account: Account) -> None:
    """What is not out yet cannot be played."""
    assert (await read_one(account, streamable_at=int(time.time()) + 86_400)).playable is False
    assert (await read_one(account, streamable_at=1_000_000_000)).playable is True
    assert (await read_one(account, streamable_at="soon")).playable is True
    assert (await read_one(account, streamable=False)).playable is False


async def test_marker(account: Account) -> None:
    """It changes with the favourite tracks, and nothing else matters where these are told."""
    account.budget = 0
    for last_update in (
        {"favorite": 10, "favorite_track": 7},
        {"favorite": 11, "favorite_track": 7},
        {"favorite": 11, "favorite_track": 8},
        {"favorite": 8},
    ):
        account.server.json({"last_update": last_update})
    markers = [await account.provider.favorites_marker() for _ in range(4)]
    assert markers[0] == markers[1]
    assert len(set(markers)) == 3
    assert account.server.seen[0].path == "/api.json/0.2/user/lastUpdate"


@pytest.mark.parametrize("body", [{}, {"last_update": None}, {"last_update": {"favorite_track": None}}])
async def test_no_marker(account: Account, body: Any) -> None:
    """Where nothing is told, everything may have changed."""
    account.server.json(body)
    account.server.json(body)
    assert await account.provider.favorites_marker() != await account.provider.favorites_marker()


async def test_favorite_ids(account: Account) -> None:
    """One request, whatever the ids look like."""
    account.budget = 0
    account.server.json({"albums": ["x"], "tracks": [1, "2", None, {}, 2, True], "artists": [9]})
    assert await account.provider.favorite_ids() == {"1", "2"}
    assert account.server.seen[0].query == {"limit": "5000"}
    account.server.json({"tracks": []})
    assert await account.provider.favorite_ids() == frozenset()


async def test_more_favorites_than_the_list_of_ids_holds(account: Account) -> None:
    """A round number of ids may be where the list of ids ends: the list of favourites tells, and is read."""
    account.server.json({"tracks": list(range(1, 5001))})
    account.server.json(favorites(track(id=6003), total=6003))
    for start in range(6003, 0, -500):
        rows = [track(id=identity) for identity in range(start, max(start - 500, 0), -1)]
        account.server.json(favorites(*rows, None, total=6003))
    assert await account.provider.favorite_ids() == {str(identity) for identity in range(1, 6004)}


async def test_a_round_number_of_favorites(account: Account) -> None:
    """That there are no more costs one small request."""
    account.server.json({"tracks": list(range(1, 51))})
    account.server.json(favorites(track(id=50), total=50))
    assert len(await account.provider.favorite_ids()) == 50
    assert [seen.query.get("limit") for seen in account.server.seen] == ["5000", "1"]


async def test_favorites_that_are_not_sent(account: Account) -> None:
    """A total that is never reached is not waited for."""
    account.server.json({"tracks": list(range(1, 51))})
    account.server.json(favorites(track(id=50), total=60))
    account.server.json(favorites(track(id=51), total=60))
    account.server.json(favorites(total=60))
    assert len(await account.provider.favorite_ids()) == 51


async def test_no_list_of_ids(account: Account) -> None:
    """An answer without tracks is not an empty one."""
    account.server.json({"albums": []})
    with pytest.raises(Unreachable):
        await account.provider.favorite_ids()


async def test_add_favorites(account: Account) -> None:
    """One form, in the order given, which costs no budget."""
    account.budget = 0
    account.server.json({"status": "success"})
    await account.provider.add_favorites(["3", "1", "2"])
    request = account.server.seen[0]
    assert (request.method, request.path, request.query) == ("POST", "/api.json/0.2/favorite/create", {})
    assert request.form == {"track_ids": "3,1,2", "album_ids": "", "artist_ids": ""}
    assert request.headers["Content-Type"].startswith("application/x-www-form-urlencoded")


async def test_a_refused_batch(account: Account) -> None:
    """It is Rejected, once."""
    account.server.json({"status": "error", "code": 400, "message": "already"}, status=400)
    with pytest.raises(Rejected):
        await account.provider.add_favorites(["1"])
    assert len(account.server.seen) == 1


@pytest.mark.parametrize("kind", ["502", "hang_up", "truncated"])
async def test_a_write_of_unknown_fate_is_not_repeated(account: Account, kind: str) -> None:
    """Only reading the target tells."""
    match kind:
        case "502":
            account.server.text("<html>", status=502)
        case "hang_up":
            account.server.hang_up()
        case _:
            account.server.text('{"status": "succ')
    account.server.json({"status": "success"})
    with pytest.raises(Unreachable):
        await account.provider.add_favorites(["1"])
    assert len(account.server.seen) == 1


async def test_a_limited_write_is_repeated(account: Account) -> None:
    """It was surely not carried out."""
    account.server.json({"code": 429}, status=429, headers={"Retry-After": "2"})
    account.server.json({"status": "success"})
    await account.provider.add_favorites(["1"])
    assert account.time.slept == [2]


async def test_search_by_isrc(account: Account) -> None:
    """Exact equality, however spelled; what can be played first, then hi-res, then the lowest id."""
    found = await find(
        account,
        track(id=100, streamable=False, hires=True),
        track(id=30),
        track(id=9),
        track(id=40, hires=True, isrc="usqx9-13-00108"),
        track(id=5, isrc="USQX91300109"),
        track(id=6, isrc=None),
        None,
    )
    assert found == ["40", "9", "30", "100"]
    assert account.server.seen[0].path == "/api.json/0.2/track/search"
    assert account.server.seen[0].query == {"query": "USQX91300108", "limit": "50", "offset": "0"}
    assert account.gate.state.used == 1


async def test_what_is_no_isrc_is_not_searched(account: Account) -> None:
    """Nothing is sent."""
    assert await account.provider.search_isrc("1234567") == ()
    assert await account.provider.search_tracks("  ") == ()
    assert account.server.seen == []


async def test_search_for_text(account: Account) -> None:
    """The service's own order, without rows that make no sense."""
    account.server.json(
        favorites(track(id=2), None, track(id=1), track(id=3, title=""), {"id": 4, "title": "No artist"})
    )
    found = await account.provider.search_tracks(" daft punk & co #1 ")
    assert [item.id for item in found] == ["2", "1"]
    assert account.server.seen[0].query["query"] == "daft punk & co #1"


async def test_no_search_result(account: Account) -> None:
    """An answer without tracks is no answer."""
    account.server.json({"query": "x", "albums": {}})
    with pytest.raises(Unreachable):
        await account.provider.search_tracks("x")


async def test_only_searches_cost_budget(account: Account) -> None:
    """When it is spent, everything else goes on."""
    account.budget = 1
    account.server.json(favorites())
    assert await account.provider.search_tracks("x") == ()
    with pytest.raises(BudgetSpent):
        await account.provider.search_tracks("x")
    assert len(account.server.seen) == 1
    account.server.json({"id": 5})
    await account.provider.profile()
