"""What goes with what: which content a target of one kind takes from a source of another."""

from collections.abc import Mapping
from typing import Final

from .const import Content, Kind

_ACCEPTED: Final[Mapping[Kind, Mapping[Kind, tuple[Content, ...]]]] = {
    Kind.QOBUZ: {Kind.SPOTIFY: (Content.FAVORITES,)},
}
"""By the target's kind, then the source's."""


def can_be_target(kind: Kind) -> bool:
    """Tell whether syncs can write to accounts of a kind."""
    return kind in _ACCEPTED


def accepted(target: Kind, source: Kind) -> tuple[Content, ...]:
    """Return what a target takes from a source; nothing where they do not go together."""
    return _ACCEPTED.get(target, {}).get(source, ())
