"""The map in CONTRIBUTING.md: everything on it is there, and every module of the integration is on it."""

from collections.abc import Iterator
from pathlib import Path

from .source_tree import INTEGRATION, ROOT, sources

UNNAMED = frozenset({"__init__.py"})
"""Files that go without saying below the integration itself."""


def places(lines: list[str]) -> Iterator[Path]:
    """Give the paths on a map that is indented by two spaces a folder."""
    folders: list[Path] = []
    for line in lines:
        depth = (len(line) - len(line.lstrip())) // 2
        path = Path(*folders[:depth][-1:], line.split()[0])
        folders[depth:] = [path]
        yield path


def on_the_map() -> list[Path]:
    """Return the paths on the map."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = text.partition("## Map of the house\n\n```\n")[2].partition("\n```")[0]
    return list(places(drawn.splitlines()))


def test_places() -> None:
    """A map is read by its indentation."""
    drawn = ["a/b/    the first", "  c/", "    d.py  a module", "  e.py", "f/"]
    assert list(map(str, places(drawn))) == ["a/b", "a/b/c", "a/b/c/d.py", "a/b/e.py", "f"]


def test_everything_on_the_map_is_there() -> None:
    """No path on the map leads nowhere, and none is told twice."""
    paths = on_the_map()
    assert paths
    assert not [path for path in paths if not (ROOT / path).exists()]
    assert len(paths) == len(set(paths))


def test_every_module_is_on_the_map() -> None:
    """No module of the integration is missing."""
    drawn = set(on_the_map())
    missing = [source.path for source in sources(INTEGRATION) if source.path not in drawn]
    assert not [path for path in missing if path.name not in UNNAMED]
