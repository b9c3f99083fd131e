"""Names that Home Assistant's side of Music Sync shares."""

from enum import StrEnum
from typing import Final

DOMAIN: Final = "music_sync"

CONF_KIND: Final = "kind"
CONF_USER_AUTH_TOKEN: Final = "user_auth_token"
CONF_APP_ID: Final = "app_id"

CONF_MINIMUM_DELAY: Final = "minimum_delay"
CONF_DAILY_BUDGET: Final = "daily_budget"

SUBENTRY_SYNC: Final = "sync"
CONF_SOURCE: Final = "source"
CONF_SOURCE_UNIQUE_ID: Final = "source_unique_id"
CONF_CONTENT: Final = "content"
CONF_MODE: Final = "mode"
CONF_TRIGGER: Final = "trigger"
CONF_INTERVAL_HOURS: Final = "interval_hours"
CONF_MIN_SCORE: Final = "min_score"
CONF_FIRST_ARTIST_ONLY: Final = "first_artist_only"
CONF_ARTIST_WHITELIST: Final = "artist_whitelist"

DEFAULT_INTERVAL_HOURS: Final = 24
DEFAULT_MIN_SCORE: Final = 70


class Kind(StrEnum):
    """Kinds of account."""

    SPOTIFY = "spotify"
    QOBUZ = "qobuz"


KIND_NAMES: Final = {Kind.SPOTIFY: "Spotify", Kind.QOBUZ: "Qobuz"}


class Content(StrEnum):
    """What a sync carries from its source to its target."""

    FAVORITES = "favorites"


class Mode(StrEnum):
    """Whether a sync only adds, or also removes what left the source."""

    ADD_ONLY = "add_only"
    MIRROR = "mirror"


DEFAULT_MINIMUM_DELAY: Final = {Kind.SPOTIFY: 200, Kind.QOBUZ: 1000}
"""Milliseconds between two requests of an account."""

DEFAULT_DAILY_BUDGET: Final = {Kind.SPOTIFY: 2000, Kind.QOBUZ: 5000}
"""Requests a day; of Qobuz, only searches count."""
