"""Finds a credential in what a person pasted: the bare value, a whole header line, a piece of JSON or of a command."""

import re
from typing import Final

_AROUND: Final = " \t\r\n'\"`\u201c\u201d\u2018\u2019\u00ab\u00bb,;"


def pasted_value(text: str, header: str) -> str:
    """Return the value itself: what follows the name of its `header` where that is there, without quotes and spaces.

    Names are recognised however they are written: `X-App-Id`, `app_id`, `appId`.
    """
    name = r"[-_]?".join(header.removeprefix("X-").split("-"))
    named = re.search(rf"{name}['\"]?\s*[:=]\s*['\"]?([^\s'\",;&]+)", text, re.IGNORECASE)
    return (named[1] if named else text).strip(_AROUND)
