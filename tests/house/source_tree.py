"""What the house's rules are held against: its files, parsed where they are Python."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
import shutil
import subprocess

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "music_sync"
ENGINE = INTEGRATION / "engine"

type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Definition = ast.ClassDef | Function


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file: `path` from the root of the repository."""

    path: Path
    text: str
    tree: ast.Module

    @classmethod
    def parse(cls, path: Path, text: str) -> Source:
        """Parse a file's text."""
        return cls(path, text, ast.parse(text))

    @property
    def module(self) -> tuple[str, ...]:
        """The dotted name of the module, or of the package where this is its `__init__`, in parts."""
        parts = self.path.with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts

    @property
    def package(self) -> tuple[str, ...]:
        """The package that relative imports start from."""
        return self.module if self.path.name == "__init__.py" else self.module[:-1]

    def definitions(self) -> Iterator[Definition]:
        """Give all classes and functions, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def code(self) -> str:
        """Return the text without docstrings and comments."""
        tree = ast.parse(self.text)
        for node in ast.walk(tree):
            if isinstance(
                node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
            ) and ast.get_docstring(node):
                node.body = [*node.body[1:], ast.Pass()]
        return ast.unparse(tree)

    def imports(self) -> Iterator[tuple[str, ...]]:
        """Give the dotted name of everything imported, in parts, relative imports resolved.

        What is imported from a package is told with its name, since that may be a module.
        """
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield tuple(alias.name.split("."))
            elif isinstance(node, ast.ImportFrom):
                here = self.package[: len(self.package) - node.level + 1] if node.level else ()
                start = (*here, *(node.module.split(".") if node.module else ()))
                for alias in node.names:
                    yield (*start, alias.name)


@cache
def repository_files() -> tuple[Path, ...]:
    """Return the files of the repository, from its root: tracked ones, and new ones that are not ignored."""
    git = shutil.which("git")
    assert git is not None, "git tells which files belong to the repository"
    listed = subprocess.run(
        [git, "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (ROOT / (path := Path(name))).is_file())


@cache
def sources(folder: Path = ROOT) -> tuple[Source, ...]:
    """Return the Python files below a folder."""
    return tuple(
        Source.parse(path, (ROOT / path).read_text(encoding="utf-8"))
        for path in repository_files()
        if path.suffix == ".py" and (ROOT / path).is_relative_to(folder)
    )
