"""Whatever Qobuz might answer, the provider understands, counts or refuses in words of ours."""

from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.music_sync.engine.errors import RateLimited, ServiceError

from .qobuz_account import Account
from .scripted_server import scripted_server


@pytest.fixture
async def account() -> AsyncGenerator[Account]:
    """Give an account with a server of its own."""
    async with scripted_server() as server, aiohttp.ClientSession() as session:
        yield Account(server, session)


KEYS = st.sampled_from(
    ["id", "title", "version", "isrc", "duration", "performer", "performers", "name", "album", "artist", "hires"]
)
MORE_KEYS = st.sampled_from(["streamable", "streamable_at", "parental_warning", "favorited_at"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["A, MainArtist - B, C, FeaturedArtist", " - , , MainArtist", "USQX91300108", "&amp;&#xd800;"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | MORE_KEYS | st.text(max_size=3), inner, max_size=8)
    ),
    max_leaves=25,
)
BODIES = VALUES | st.fixed_dictionaries(
    {
        "tracks": VALUES
        | st.fixed_dictionaries({"items": st.lists(VALUES, max_size=6), "total": st.integers(0, 9) | VALUES})
    },
    optional={"status": VALUES | st.just("error"), "code": VALUES, "id": VALUES, "user": VALUES, "last_update": VALUES},
)


@given(body=BODIES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_arrives_is_understood_or_counted(account: Account, body: Any) -> None:
    """Arbitrary answers never raise anything but an error of ours, and every row is accounted for."""
    provider = account.provider

    async def page() -> None:
        """Read favourites and check the books."""
        likes = await provider.favorites_page(0)
        assert len(likes.items) + likes.rejected == likes.rows
        for like in likes.items:
            assert like.track.id
            assert like.unsyncable or (like.track.title and like.track.artists)
            like.track.title.encode()

    for ask in (
        page,
        provider.profile,
        provider.favorites_marker,
        provider.favorite_ids,
        lambda: provider.search_isrc("USQX91300108"),
        lambda: provider.search_tracks("x"),
        lambda: provider.add_favorites(["1"]),
    ):
        account.server.replies.clear()
        for _ in range(3):
            account.server.json(body)
        try:
            await ask()
        except RateLimited as error:
            account.time.go_by(error.until - account.time.now)
        except ServiceError:
            pass
