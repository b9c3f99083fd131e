"""Tests of both providers against the sandbox's stand-ins on real sockets."""

from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest

from custom_components.music_sync.engine.errors import AccessDenied, RateLimited, Rejected, SignInNeeded, Unreachable
from custom_components.music_sync.engine.model import Like, Unsyncable
from custom_components.music_sync.engine.providers.capabilities import ReadsFavorites
from custom_components.music_sync.engine.providers.gate import RateGate
from custom_components.music_sync.engine.providers.qobuz import QobuzProvider
from custom_components.music_sync.engine.providers.spotify import SpotifyProvider
from sandbox.control import Running, serve
from sandbox.qobuz import QobuzStandIn
from sandbox.spotify import SpotifyStandIn
from sandbox.world import World, load

from .fake_time import FakeTime

WORLD = load()
TOKEN = "sandbox-token-listener"
FAULTS = [
    {"kind": "status", "status": 502},
    {"kind": "html", "status": 503},
    {"kind": "html", "status": 200},
    {"kind": "truncate"},
    {"kind": "truncate", "content_length": "cut"},
    {"kind": "reset"},
]


def gate(time: FakeTime) -> RateGate:
    """Build a gate that no pause holds up."""
    return RateGate(minimum_delay=lambda: 0.0, daily_budget=lambda: 5000, clock=time.clock, sleep=time.sleep)


async def post(url: str, body: dict[str, Any], method: str = "POST") -> None:
    """Change a stand-in over HTTP."""
    async with aiohttp.ClientSession() as session, session.request(method, url, json=body) as response:
        assert response.ok, await response.text()


async def all_likes(provider: ReadsFavorites) -> list[Like]:
    """Read page after page, as the caller does."""
    likes: list[Like] = []
    offset = 0
    while True:
        page = await provider.favorites_page(offset)
        assert page.rejected == 0
        likes += page.items
        offset += page.rows
        if offset >= page.total or not page.rows:
            return likes


class SpotifyAccount:
    """A provider whose tokens come from the stand-in."""

    def __init__(self, running: Running, stand_in: SpotifyStandIn, time: FakeTime) -> None:
        """Sign in; `time` is the stand-in's too."""
        self.url = running.url
        self.stand_in = stand_in
        self.renewed = 0
        self.token = str(stand_in.sign_in()["access_token"])
        self.provider = SpotifyProvider(access_token=self.access_token, gate=gate(time), api_url=f"{running.url}/v1")

    async def access_token(self, *, rejected: str | None = None) -> str:
        """Sign in anew for a refused token."""
        if rejected == self.token:
            self.renewed += 1
            self.token = str(self.stand_in.sign_in()["access_token"])
        return self.token


@pytest.fixture
async def spotify() -> AsyncGenerator[SpotifyAccount]:
    """Give a Spotify account."""
    time = FakeTime()
    stand_in = SpotifyStandIn(WORLD, time.clock)
    async with await serve(stand_in) as running:
        account = SpotifyAccount(running, stand_in, time)
        yield account
        await account.provider.close()


class QobuzAccount:
    """A provider with a session of its own."""

    def __init__(self, running: Running, session: aiohttp.ClientSession) -> None:
        """Sign in."""
        self.url = running.url
        self.session = session
        self.provider = self.signed_in()

    def signed_in(self, token: str = TOKEN, app_id: str = "100000001") -> QobuzProvider:
        """Build a provider with these credentials."""
        return QobuzProvider(
            session=self.session,
            user_auth_token=token,
            app_id=app_id,
            gate=gate(FakeTime()),
            api_url=f"{self.url}/api.json/0.2",
        )


@pytest.fixture
async def qobuz() -> AsyncGenerator[QobuzAccount]:
    """Give a Qobuz account."""
    async with await serve(QobuzStandIn(WORLD)) as running, aiohttp.ClientSession() as session:
        yield QobuzAccount(running, session)


def expected(world: World, like: dict[str, Any]) -> tuple[str | None, Unsyncable | None]:
    """Tell what a like of the world must become: a track's id, or the reason it cannot be carried."""
    match like["track"]:
        case None:
            return None, Unsyncable.WITHDRAWN
        case {"type": "episode"}:
            return None, Unsyncable.EPISODE
        case {"is_local": True}:
            return None, Unsyncable.LOCAL_FILE
        case dict():
            return None, Unsyncable.NO_METADATA
        case identity:
            data = world.spotify_tracks[identity].data
            bare = not data["name"] or not any(artist["name"] for artist in data["artists"])
            return identity, Unsyncable.NO_METADATA if bare else None


async def test_spotify_collections(spotify: SpotifyAccount) -> None:
    """Each is counted by one request for the shortest page; a lost scope is told as not allowed."""
    saved = len(spotify.stand_in.requests)
    totals = {name: await spotify.provider.collection_total(name) for name in spotify.provider.collections}
    assert totals == {"playlists": 7, "albums": 99, "artists": 68}
    assert len(spotify.stand_in.requests) == saved + len(totals)
    spotify.token = str(spotify.stand_in.sign_in(scope="user-library-read")["access_token"])
    with pytest.raises(AccessDenied):
        await spotify.provider.collection_total("artists")


async def test_spotify_likes_of_the_whole_world(spotify: SpotifyAccount) -> None:
    """Every like arrives, newest first, and the odd ones are told for what they are."""
    likes = await all_likes(spotify.provider)
    wanted = [expected(WORLD, like) for like in reversed(WORLD.spotify_likes)]
    assert len(likes) == len(wanted) == len({like.track.id for like in likes})
    assert [like.unsyncable for like in likes] == [reason for _, reason in wanted]
    assert all(like.track.id == identity for like, (identity, _) in zip(likes, wanted, strict=True) if identity)


async def test_spotify_profile(spotify: SpotifyAccount) -> None:
    """The immutable id, or the other where there is none."""
    first = await spotify.provider.profile()
    await post(f"{spotify.url}/_sandbox/switches", {"account_id": False}, "PATCH")
    assert (await spotify.provider.profile()).id != first.id


async def test_spotify_tokens_expiring_mid_page(spotify: SpotifyAccount) -> None:
    """Each is renewed once, and nothing is lost."""
    spotify.stand_in.switch(requests_per_token=3)
    likes = await all_likes(spotify.provider)
    assert len(likes) == len(WORLD.spotify_likes)
    assert spotify.renewed == (len(likes) - 1) // 150


@pytest.mark.parametrize("fault", FAULTS)
async def test_spotify_faults(spotify: SpotifyAccount, fault: dict[str, Any]) -> None:
    """One is outlived, three are told."""
    await post(f"{spotify.url}/_sandbox/faults", {"path": "/me/tracks", "times": 1, "fault": fault})
    assert (await spotify.provider.favorites_page(0)).rows == 50
    await post(f"{spotify.url}/_sandbox/faults", {"path": "/me/tracks", "fault": fault})
    with pytest.raises(Unreachable):
        await spotify.provider.favorites_page(0)


async def test_spotify_refuses_everything(spotify: SpotifyAccount) -> None:
    """Not being on the list of allowed people is no reason to sign in again."""
    spotify.stand_in.switch(allowlist=[])
    with pytest.raises(AccessDenied):
        await spotify.provider.profile()


@pytest.mark.parametrize("form", ["seconds", "date"])
@pytest.mark.parametrize("body", ["json", "json_without_reason", "text"])
async def test_spotify_quota(spotify: SpotifyAccount, form: str, body: str) -> None:
    """A long block is told at once with its end, and no call is made while it stands."""
    spotify.stand_in.switch(quota={"me/tracks": 1}, retry_after_form=form, limit_body=body)
    await spotify.provider.favorites_page(0)
    for _ in range(3):
        with pytest.raises(RateLimited) as caught:
            await spotify.provider.favorites_page(0)
        assert caught.value.until == pytest.approx(spotify.stand_in.now() + 43_200, rel=0, abs=1)
    assert spotify.stand_in.spotify.limits.calls_while_blocked == 0


async def test_spotify_quota_without_a_length(spotify: SpotifyAccount) -> None:
    """A few careful tries, ever further apart, then it is told."""
    spotify.stand_in.switch(quota={"me/tracks": 1}, retry_after_form="missing")
    await spotify.provider.favorites_page(0)
    with pytest.raises(RateLimited):
        await spotify.provider.favorites_page(0)
    assert 0 < spotify.stand_in.spotify.limits.calls_while_blocked < 4


async def test_spotify_window(spotify: SpotifyAccount) -> None:
    """Short blocks are waited out to the second, and the whole is read."""
    spotify.stand_in.switch(window_limit=4, window_retry_after=30)
    assert len(await all_likes(spotify.provider)) == len(WORLD.spotify_likes)
    assert spotify.stand_in.spotify.limits.calls_while_blocked == 0


async def test_qobuz_reads_favorites(qobuz: QobuzAccount) -> None:
    """Page by page under a silent cap, and as ids: the same."""
    wanted = {str(identity) for identity in WORLD.qobuz_favorites}
    assert await qobuz.provider.favorite_ids() == wanted
    await post(f"{qobuz.url}/_sandbox/switches", {"page_cap": 7}, "PATCH")
    likes = await all_likes(qobuz.provider)
    assert [like.track.id for like in likes] == [str(identity) for identity in reversed(WORLD.qobuz_favorites)]


async def test_qobuz_adds_favorites(qobuz: QobuzAccount) -> None:
    """What is added is there, and the marker shows that something changed."""
    profile = await qobuz.provider.profile()
    assert profile.name == "Listener"
    new = [str(identity) for identity in WORLD.qobuz_tracks if identity not in WORLD.qobuz_favorites][:50]
    before = await qobuz.provider.favorites_marker()
    assert before == await qobuz.provider.favorites_marker()
    await qobuz.provider.add_favorites(new)
    assert await qobuz.provider.favorites_marker() != before
    assert set(new) <= await qobuz.provider.favorite_ids()
    likes = await all_likes(qobuz.provider)
    assert len(likes) == len(WORLD.qobuz_favorites) + 50


async def test_qobuz_adds_them_again(qobuz: QobuzAccount) -> None:
    """A batch refused as a whole is Rejected, and sent once."""
    await post(f"{qobuz.url}/_sandbox/switches", {"favorite_again": "refused"}, "PATCH")
    with pytest.raises(Rejected):
        await qobuz.provider.add_favorites([str(WORLD.qobuz_favorites[0])])


async def test_qobuz_thousands_of_ids(qobuz: QobuzAccount) -> None:
    """A library of a round number is read to its end."""
    ids = [identity for identity in WORLD.qobuz_tracks if identity not in WORLD.qobuz_favorites]
    ids = ids[: 100 - len(WORLD.qobuz_favorites)]
    await post(f"{qobuz.url}/_sandbox/state", {"users": {"listener": {"add_favorites": {"tracks": ids}}}}, "PATCH")
    assert len(await qobuz.provider.favorite_ids()) == 100


async def test_qobuz_search(qobuz: QobuzAccount) -> None:
    """Every track of the world with an ISRC is found by it where the service can, and by its name."""
    await post(f"{qobuz.url}/_sandbox/switches", {"isrc_search": True}, "PATCH")
    likes = await all_likes(qobuz.provider)
    coded = [like.track for like in likes if like.track.isrc]
    assert coded
    for track in coded:
        found = await qobuz.provider.search_isrc(track.isrc or "")
        assert track.id in [item.id for item in found]
        assert {item.isrc for item in found} == {track.isrc}
    found = await qobuz.provider.search_tracks(f"{coded[0].title} {coded[0].artists[0]}")
    assert coded[0].id in [item.id for item in found]


async def test_qobuz_isrc_search_switched_off(qobuz: QobuzAccount) -> None:
    """Then it cannot tell."""
    likes = await all_likes(qobuz.provider)
    code = next(like.track.isrc for like in likes if like.track.isrc)
    assert not await qobuz.provider.search_isrc(code or "")


async def test_qobuz_credentials(qobuz: QobuzAccount) -> None:
    """Token, app id and the bond between them are told apart."""
    with pytest.raises(SignInNeeded):
        await qobuz.signed_in(token="wrong").profile()
    with pytest.raises(SignInNeeded):
        await qobuz.signed_in(app_id="100000002").profile()
    with pytest.raises(Rejected):
        await qobuz.signed_in(app_id="999999999").profile()
    await post(f"{qobuz.url}/_sandbox/state", {"users": {"listener": {"subscription": False}}}, "PATCH")
    with pytest.raises(AccessDenied):
        await qobuz.provider.profile()


@pytest.mark.parametrize("fault", [*FAULTS, {"kind": "body", "body": {"status": "error", "code": 503}}])
async def test_qobuz_faults(qobuz: QobuzAccount, fault: dict[str, Any]) -> None:
    """One is outlived, three are told."""
    await post(f"{qobuz.url}/_sandbox/faults", {"path": "track/search", "times": 1, "fault": fault})
    await qobuz.provider.search_tracks("love")
    await post(f"{qobuz.url}/_sandbox/faults", {"path": "track/search", "fault": fault})
    with pytest.raises(Unreachable):
        await qobuz.provider.search_tracks("love")


async def test_qobuz_lost_reply(qobuz: QobuzAccount) -> None:
    """A write that was carried out unseen is Unreachable, and reading the target tells."""
    new = next(str(identity) for identity in WORLD.qobuz_tracks if identity not in WORLD.qobuz_favorites)
    await post(f"{qobuz.url}/_sandbox/faults", {"path": "favorite/create", "fault": {"kind": "lost_reply"}})
    with pytest.raises(Unreachable):
        await qobuz.provider.add_favorites([new])
    assert new in await qobuz.provider.favorite_ids()


async def test_qobuz_block(qobuz: QobuzAccount) -> None:
    """Half a day, told at once."""
    await post(f"{qobuz.url}/_sandbox/switches", {"block_retry_after": "seconds"}, "PATCH")
    await post(f"{qobuz.url}/_sandbox/state", {"block": 43_200}, "PATCH")
    with pytest.raises(RateLimited):
        await qobuz.provider.search_tracks("love")


async def test_qobuz_odd_rows(qobuz: QobuzAccount) -> None:
    """Whatever the stand-in's oddities make of the rows, they are read or counted."""
    async with aiohttp.ClientSession() as session, session.get(f"{qobuz.url}/_sandbox/switches") as response:
        switches = await response.json()
    for name in (name for name, value in switches.items() if value == [] and name != "redirects_allowed"):
        await post(f"{qobuz.url}/_sandbox/reset", {})
        await post(f"{qobuz.url}/_sandbox/switches", {name: ["*"]}, "PATCH")
        page = await qobuz.provider.favorites_page(0)
        assert len(page.items) + page.rejected == page.rows == len(WORLD.qobuz_favorites)
        assert (page.rejected > 0) == (name == "null_items")
