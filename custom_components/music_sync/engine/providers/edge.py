"""Strict readers for what arrives as JSON: a value of the right kind, or a plain sign that there is none.

None of them raises, whatever it is given.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
import re
from typing import Any

_GREATEST = 2**53
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", re.ASCII)
_ISRC_NOISE = re.compile(r"[\s-]")


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a JSON object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> Sequence[Any]:
    """Return a JSON array as it is, anything else as an empty one."""
    return value if isinstance(value, list) else ()


def text(value: Any) -> str:
    """Return a JSON string without blanks around it and fit to be stored as UTF-8, anything else as ""."""
    return value.encode(errors="replace").decode().strip() if isinstance(value, str) else ""


def whole(value: Any) -> int | None:
    """Return a JSON whole number from 0 to 2**53, anything else as None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _GREATEST else None


def positive(value: Any) -> float | None:
    """Return a finite JSON number above 0 and up to 2**53, anything else as None."""
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 < value <= _GREATEST:
        return float(value)
    return None


def truth(value: Any) -> bool | None:
    """Return a JSON true or false, anything else as None."""
    return value if isinstance(value, bool) else None


def isrc(value: Any) -> str | None:
    """Return an ISRC as its twelve upper-case characters, whatever is none as None."""
    code = _ISRC_NOISE.sub("", text(value)).upper()
    return code if _ISRC.fullmatch(code) else None
