"""A pytest plugin under which importing Home Assistant fails, as where it is not installed."""

from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
import sys
from types import ModuleType
from typing import override

PACKAGE = "homeassistant"


class Absent(MetaPathFinder):
    """Finds no Home Assistant, and lets nothing after it find one."""

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse Home Assistant and whatever is in it."""
        if fullname.partition(".")[0] == PACKAGE:
            raise ModuleNotFoundError(f"{fullname} must not be imported here", name=fullname)
        return None


if PACKAGE in sys.modules:
    raise ImportError(f"{PACKAGE} has been imported before the tests began")
sys.meta_path.insert(0, Absent())
