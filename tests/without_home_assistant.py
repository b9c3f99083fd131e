"""Lets tests import the engine without running Home Assistant's side of the integration."""

from pathlib import Path
import sys
from types import ModuleType

ROOT = Path(__file__).parent.parent
PACKAGE = "custom_components.music_sync"


def install_bare_package() -> None:
    """Put an empty package where the integration is, unless the real one is loaded already."""
    if PACKAGE not in sys.modules:
        package = ModuleType(PACKAGE)
        package.__path__ = [str(ROOT / "custom_components" / "music_sync")]
        sys.modules[PACKAGE] = package
