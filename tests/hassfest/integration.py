"""The integration's files as the checks read them."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
import json
from pathlib import Path
from string import Formatter
from types import ModuleType
from typing import Any

from homeassistant.helpers.entity import EntityDescription
from homeassistant.util.yaml import load_yaml_dict

from custom_components.music_sync import PLATFORMS
from tests.house.source_tree import INTEGRATION, ROOT, Source, sources

__all__ = ["INTEGRATION", "ROOT"]


@cache
def read_json(name: str, folder: Path = INTEGRATION) -> dict[str, Any]:
    """Return a JSON file's object."""
    content: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return content


@cache
def read_yaml(name: str) -> dict[str, Any]:
    """Return a YAML file's mapping."""
    return dict(load_yaml_dict(INTEGRATION / name))


def texts() -> dict[str, Any]:
    """Return the English texts."""
    return read_json("translations/en.json")


def icons() -> dict[str, Any]:
    """Return the icons."""
    return read_json("icons.json")


def leaves(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Give every value that is no mapping, with the dotted path of its keys."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def placeholders(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def glue() -> tuple[Source, ...]:
    """Return Home Assistant's side of the integration: all but the engine."""
    return tuple(source for source in sources(INTEGRATION) if "engine" not in source.path.parts)


def module(name: str) -> Source:
    """Return one of its modules."""
    return next(source for source in glue() if source.path.name == f"{name}.py")


def calls(source: Source) -> Iterator[tuple[str, ast.Call]]:
    """Give every call, with the last part of the called name."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def constants(node: ast.AST | None) -> set[str]:
    """Return all texts within an expression; without placeholders where it is an f-string."""
    return {
        child.value
        for child in (ast.walk(node) if node else ())
        if isinstance(child, ast.Constant) and isinstance(child.value, str)
    }


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return what a call gives for a keyword."""
    return next((one.value for one in call.keywords if one.arg == name), None)


def platforms() -> dict[str, ModuleType]:
    """Return the platforms' modules by name."""
    return {name: import_module(f"custom_components.music_sync.{name}") for name in PLATFORMS}


def descriptions() -> list[tuple[str, EntityDescription]]:
    """Return all entity descriptions, each with its platform."""
    found = []
    for name, platform in platforms().items():
        for value in vars(platform).values():
            several = value if isinstance(value, tuple) else (value,)
            # Its metaclass makes a description an instance of something that only looks like its class.
            found += [(str(name), one) for one in several if set(EntityDescription.__annotations__) <= set(dir(one))]
    return found
