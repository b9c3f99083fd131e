"""Arrows point down: what may import what (the house's first rule)."""

from collections.abc import Mapping
import subprocess
import sys

import pytest

from .source_tree import ENGINE, INTEGRATION, ROOT, Source, sources

HOME = ENGINE.relative_to(ROOT).parts

ALLOWED: Mapping[str, frozenset[str]] = {
    "": frozenset(),
    "errors": frozenset(),
    "model": frozenset(),
    "outcomes": frozenset({"model"}),
    "verdicts": frozenset({"model"}),
    "matching": frozenset({"model", "verdicts"}),
    "library": frozenset({"model", "outcomes", "verdicts"}),
    "providers": frozenset({"errors", "model"}),
    "sync": frozenset({"errors", "model", "outcomes", "verdicts", "matching", "library", "providers.capabilities"}),
}
"""What each part of the engine may import beside itself; "" is the engine's own `__init__`."""

SHARED_BY_PROVIDERS = frozenset({"capabilities", "edge", "gate"})
"""Modules of `providers` that are no service."""

NETWORK = frozenset({"aiohttp", "http", "pylast", "requests", "socket", "spotipy", "urllib", "urllib3"})
KINDS = ("spotify", "qobuz")


def inside(imported: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return where in the engine an import leads, None where it leads elsewhere."""
    return imported[len(HOME) :] if imported[: len(HOME)] == HOME else None


def forbidden(source: Source) -> set[str]:
    """Return what a file of the engine imports though it must not."""
    here = source.module[len(HOME) :]
    part = here[0] if here else ""
    found = set()
    for imported in source.imports():
        there = inside(imported)
        name = ".".join(imported)
        if there is None:
            at_home = imported[: len(HOME) - 1] == HOME[:-1]
            if at_home or imported[0] == "homeassistant" or (imported[0] in NETWORK and part != "providers"):
                found.add(name)
        elif there[:1] != (part,):
            if not {there[0], ".".join(there[:2])} & ALLOWED[part]:
                found.add(name)
        elif part == "providers" and len(there) > 1 and there[1] not in {*SHARED_BY_PROVIDERS, *here[1:2]}:
            found.add(name)
    return found


def test_engine_imports() -> None:
    """The engine imports nothing of Home Assistant or of its side, and its parts only what is below them."""
    assert not {str(source.path): found for source in sources(ENGINE) if (found := forbidden(source))}


@pytest.mark.parametrize(
    ("path", "line", "culprit"),
    [
        ("model.py", "from .errors import NotFound", ".errors.NotFound"),
        ("matching/score.py", "from ..library import mirror", ".library.mirror"),
        ("matching/score.py", "from ..outcomes import Outcome", ".outcomes.Outcome"),
        ("library/matches.py", "from ..matching import match", ".matching.match"),
        ("library/matches.py", "import aiohttp", "aiohttp"),
        ("providers/qobuz.py", "from .spotify import SpotifyProvider", ".providers.spotify.SpotifyProvider"),
        ("providers/qobuz.py", "from ..sync import plan", ".sync.plan"),
        ("sync/plan.py", "from ..providers.gate import RateGate", ".providers.gate.RateGate"),
        ("sync/plan.py", "from ...const import DOMAIN", "custom_components.music_sync.const.DOMAIN"),
        ("sync/plan.py", "from homeassistant.core import callback", "homeassistant.core.callback"),
    ],
)
def test_a_forbidden_import_is_found(path: str, line: str, culprit: str) -> None:
    """Each way of breaking the rule is noticed."""
    source = Source.parse(ENGINE.relative_to(ROOT) / path, line)
    assert forbidden(source) == {".".join(HOME) + culprit if culprit.startswith(".") else culprit}


@pytest.mark.parametrize("part", ["library", "sync"])
def test_only_providers_know_a_service(part: str) -> None:
    """A sync asks for a capability, never for a kind: its code names no service."""
    found = sources(ENGINE / part)
    assert found
    assert not [source.path for source in found for kind in KINDS if kind in source.code().casefold()]


def test_home_assistant_needs_no_part_of_the_tests() -> None:
    """What is installed stands alone: neither tests nor sandbox are imported by the integration."""
    assert not {
        f"{source.path}: {'.'.join(imported)}"
        for source in sources(INTEGRATION)
        for imported in source.imports()
        if imported[0] in {"benchmarks", "sandbox", "scripts", "tests"}
    }


def test_engine_runs_without_home_assistant() -> None:
    """Every module of the engine can be imported where Home Assistant is not installed."""
    modules = [".".join(source.module) for source in sources(ENGINE)]
    program = (
        "import importlib, sys\n"
        "import tests.absent_home_assistant\n"
        "from tests.without_home_assistant import install_bare_package\n"
        "install_bare_package()\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(sorted(name for name in sys.modules if name.startswith('homeassistant')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
