"""Spotify's access token: renewed when it has to be, by a service that may have limits of its own."""

from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .home import Home, asked

type Accounts = tuple[MockConfigEntry, MockConfigEntry]


@pytest.fixture
async def accounts(home: Home) -> Accounts:
    """Give a Spotify and a Qobuz account, loaded."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    return spotify, qobuz


async def test_token_expires_in_the_middle(home: Home, accounts: Accounts) -> None:
    """It is renewed once, and nothing is lost."""
    spotify, qobuz = accounts
    home.spotify.requests.clear()
    home.spotify.change_state({"expire_access_tokens": True})
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert report["counts"]["added"] == 3
    assert asked(home.spotify).count("token") == 1


async def test_limited_sign_in(home: Home, accounts: Accounts) -> None:
    """A rate limit where tokens are renewed is one of the account: it is shown, and nothing more is sent."""
    spotify, _ = accounts
    home.spotify.change_state({"expire_access_tokens": True})
    fault = {"kind": "status", "status": 429, "headers": {"Retry-After": "3600"}}
    home.spotify.add_fault(fault, path="/api/token")
    home.spotify.requests.clear()
    for _attempt in range(2):
        with pytest.raises(HomeAssistantError) as caught:
            await home.act("refresh", source=spotify.entry_id)
        assert caught.value.translation_key == "rate_limited"
    assert asked(home.spotify).count("token") == 1
    assert home.state(spotify, "rate_limited_until").state != "unknown"
