"""Where the services are: environment variables may point elsewhere, for development and tests."""

import os


def spotify_accounts_url() -> str:
    """Return the address of Spotify's sign-in, without a slash at its end."""
    return _address("MUSIC_SYNC_SPOTIFY_ACCOUNTS_URL", "https://accounts.spotify.com")


def spotify_api_url() -> str:
    """Return the address of Spotify's Web API, without a slash at its end."""
    return _address("MUSIC_SYNC_SPOTIFY_API_URL", "https://api.spotify.com/v1")


def qobuz_api_url() -> str:
    """Return the address of Qobuz's API, without a slash at its end."""
    return _address("MUSIC_SYNC_QOBUZ_API_URL", "https://www.qobuz.com/api.json/0.2")


def _address(variable: str, default: str) -> str:
    """Return what the environment says, or else the default."""
    return (os.environ.get(variable) or default).rstrip("/")
