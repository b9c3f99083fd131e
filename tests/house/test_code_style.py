"""How code is written here: docstrings, annotations, sizes and names."""

import ast
from pathlib import Path
import re

import pytest

from .source_tree import Function, Source, repository_files, sources

LONGEST = 450
"""Lines of a module."""

SAYS_NOTHING = frozenset({"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"})
"""Words in a module's name that do not say what it does."""


def undocumented(source: Source) -> list[str]:
    """Return the classes and functions, and the module, that have no docstring."""
    missing = [] if ast.get_docstring(source.tree) else ["the module"]
    return missing + [node.name for node in source.definitions() if not ast.get_docstring(node)]


def unannotated(source: Source) -> list[str]:
    """Return the functions that leave a parameter or what they return without a type."""
    methods = {
        id(child)
        for node in source.definitions()
        if isinstance(node, ast.ClassDef)
        for child in node.body
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return [
        node.name
        for node in source.definitions()
        if not isinstance(node, ast.ClassDef)
        if not is_annotated(node, is_method=id(node) in methods)
    ]


def is_annotated(node: Function, *, is_method: bool) -> bool:
    """Tell whether a function says what it takes and returns; a method need not say what its object is."""
    taken = [*node.args.posonlyargs, *node.args.args]
    if is_method and not any(ast.unparse(decorator) == "staticmethod" for decorator in node.decorator_list):
        taken = taken[1:]
    taken += [*node.args.kwonlyargs, *(more for more in (node.args.vararg, node.args.kwarg) if more)]
    return node.returns is not None and all(one.annotation for one in taken)


def test_everything_has_a_docstring() -> None:
    """Modules, classes and functions say what they are, private and nested ones too."""
    assert not {str(source.path): missing for source in sources() if (missing := undocumented(source))}


def test_everything_is_annotated() -> None:
    """Functions say what they take and what they return."""
    assert not {str(source.path): bare for source in sources() if (bare := unannotated(source))}


def test_modules_are_short() -> None:
    """A module has one concern."""
    lengths = {str(source.path): len(source.text.splitlines()) for source in sources()}
    assert not {path: length for path, length in lengths.items() if length > LONGEST}


def test_modern_python() -> None:
    """Annotations are lazy by themselves, and nothing is silenced without saying what."""
    assert not [source.path for source in sources() if ("__future__", "annotations") in source.imports()]
    silencing = re.compile(r"# *(?:noqa(?!:)|type: *ignore(?!\[))")
    assert not [source.path for source in sources() if silencing.search(source.text)]


def test_names_say_what_a_module_does() -> None:
    """No file or folder is called by a word that fits everything."""
    assert not [
        path
        for path in repository_files()
        if SAYS_NOTHING & set(re.split(r"[\W_]+", str(path.with_suffix("")).lower()))
    ]


@pytest.mark.parametrize(
    ("code", "missing"),
    [
        ("x = 1", ["the module"]),
        ('"""M."""\nclass A:\n    """A."""\n    def _f(self): ...', ["_f"]),
        ('"""M."""\nclass _A: ...', ["_A"]),
        ('"""M."""\ndef f():\n    """F."""\n    async def g(): ...', ["g"]),
    ],
)
def test_a_missing_docstring_is_found(code: str, missing: list[str]) -> None:
    """Wherever one is missing."""
    assert undocumented(Source.parse(Path("x.py"), code)) == missing


@pytest.mark.parametrize(
    ("code", "bare"),
    [
        ("def f(x) -> None: ...", ["f"]),
        ("def f(*x: int): ...", ["f"]),
        ("def f(*, x) -> None: ...", ["f"]),
        ("class A:\n    def f(self, x) -> None: ...", ["f"]),
        ("class A:\n    @staticmethod\n    def f(x) -> None: ...", ["f"]),
        ("class A:\n    def f(self, x: int) -> None: ...", []),
    ],
)
def test_a_missing_annotation_is_found(code: str, bare: list[str]) -> None:
    """Wherever one is missing, but for what a method's object is."""
    assert unannotated(Source.parse(Path("x.py"), code)) == bare
