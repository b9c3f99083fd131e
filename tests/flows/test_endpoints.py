"""Where the services are."""

from collections.abc import Callable

import pytest

from custom_components.music_sync import endpoints

ADDRESSES = [
    (endpoints.spotify_accounts_url, "MUSIC_SYNC_SPOTIFY_ACCOUNTS_URL", "https://accounts.spotify.com"),
    (endpoints.spotify_api_url, "MUSIC_SYNC_SPOTIFY_API_URL", "https://api.spotify.com/v1"),
    (endpoints.qobuz_api_url, "MUSIC_SYNC_QOBUZ_API_URL", "https://www.qobuz.com/api.json/0.2"),
]


@pytest.mark.parametrize(("address", "variable", "default"), ADDRESSES)
def test_address(monkeypatch: pytest.MonkeyPatch, address: Callable[[], str], variable: str, default: str) -> None:
    """An environment variable, read at each call, replaces the real address; an empty one does not."""
    monkeypatch.delenv(variable, raising=False)
    assert address() == default
    monkeypatch.setenv(variable, "")
    assert address() == default
    monkeypatch.setenv(variable, "http://127.0.0.1:8000/api/")
    assert address() == "http://127.0.0.1:8000/api"
