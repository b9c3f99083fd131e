"""Texts: well formed, there where they are asked for, and none that nobody asks for."""

import ast
from collections.abc import Iterator
from pathlib import Path
import re

import pytest

from custom_components.music_sync.const import Kind
from custom_components.music_sync.engine import errors
from custom_components.music_sync.engine.library import DamagedLibrary, LibraryError, NewerLibrary
from custom_components.music_sync.engine.sync.run import error_key
from custom_components.music_sync.runtime import _library_error_key
from tests.house.source_tree import Source, sources

from .integration import INTEGRATION, calls, constants, glue, keyword, leaves, placeholders, read_json, texts

FOR_PEOPLE = {
    "ConfigEntryAuthFailed",
    "ConfigEntryError",
    "ConfigEntryNotReady",
    "HomeAssistantError",
    "ServiceValidationError",
    "UpdateFailed",
}
"""Errors that Home Assistant shows."""

MARKDOWN_LINK = re.compile(r"\[[^\]]+\]\(\{[a-z_]+\}\)")


def raised(source: Source) -> Iterator[tuple[str, set[str] | None]]:
    """Give the key of every translated error in a module, with its placeholders where they are written out."""
    for name, call in calls(source):
        given = keyword(call, "translation_placeholders")
        if name == "refusal" and call.args:
            for key in constants(call.args[0]):
                yield key, {one.arg for one in call.keywords if one.arg}
        elif keyword(call, "translation_domain"):
            named = {key for one in given.keys for key in constants(one)} if isinstance(given, ast.Dict) else None
            chosen = keyword(call, "translation_key")
            for choice in [chosen.body, chosen.orelse] if isinstance(chosen, ast.IfExp) else [chosen]:
                for key in constants(choice):
                    yield key, named


def test_form() -> None:
    """Keys are plain; texts have no HTML, no addresses, no space around them and no quoted placeholder."""
    for path, text in leaves(texts()):
        assert all(re.fullmatch(r"[a-z0-9_-]+", key) for key in path.split(".")), path
        assert text, path
        assert text == text.strip(), path
        assert not re.search(r"<\w|</|&\w+;|https?://|www\.", MARKDOWN_LINK.sub("", text)), path
        assert not re.search(r"'\{\w+\}'", text), path
        placeholders(text)


def test_order() -> None:
    """Keys are in order, so that a text is where it is looked for."""
    paths = [path.split(".") for path, _ in leaves(texts())]
    assert paths == sorted(paths)


def test_only_translations() -> None:
    """A custom integration has no strings.json."""
    assert not (INTEGRATION / "strings.json").exists()


@pytest.mark.parametrize("language", [path.name for path in (INTEGRATION / "translations").glob("*.json")])
def test_languages_agree(language: str) -> None:
    """Every language has the English keys, and the placeholders of each text."""
    theirs = dict(leaves(read_json(f"translations/{language}")))
    ours = dict(leaves(texts()))
    assert theirs.keys() == ours.keys()
    assert {path: placeholders(text) for path, text in theirs.items()} == {
        path: placeholders(text) for path, text in ours.items()
    }


def test_errors_have_texts() -> None:
    """Every translated error that is raised has its text, and gives it what it asks for."""
    exceptions = texts()["exceptions"]
    found = [(source.path, *error) for source in glue() for error in raised(source)]
    assert found
    for path, key, named in found:
        assert key in exceptions, (path, key)
        if named is not None:
            assert placeholders(exceptions[key]["message"]) <= named, (path, key)


@pytest.mark.parametrize("error", [errors.SignInNeeded, errors.AccessDenied, errors.Unreachable, errors.Rejected])
def test_errors_of_services_have_texts(error: type[errors.ServiceError]) -> None:
    """What a service can do wrong has a text, which names the account."""
    assert placeholders(texts()["exceptions"][error_key(error("?"))]["message"]) == {"account"}


@pytest.mark.parametrize("error", [errors.RateLimited, errors.BudgetSpent])
def test_pauses_have_texts(error: type[errors.MustWait]) -> None:
    """Having to wait has a text, which names the account."""
    assert placeholders(texts()["exceptions"][error_key(error("?", until=1.0))]["message"]) == {"account"}


@pytest.mark.parametrize("error", [NewerLibrary, DamagedLibrary, LibraryError])
def test_errors_of_the_library_have_texts(error: type[LibraryError]) -> None:
    """What can be wrong with the library file has a text, which names the file."""
    assert placeholders(texts()["exceptions"][_library_error_key(error("?"))]["message"]) == {"path"}


def test_no_error_text_is_unused() -> None:
    """Every error's and repair's text is asked for somewhere."""
    named = {name for source in sources(INTEGRATION) for name in constants(source.tree)}
    assert not texts()["exceptions"].keys() - named
    kinds = tuple(f"_{kind}" for kind in Kind)
    for issue in texts()["issues"]:
        start = next((issue.removesuffix(kind) for kind in kinds if issue.endswith(kind)), issue)
        assert start in named or f"{start}_" in named, issue


def test_issues_have_texts() -> None:
    """Repairs are told of in words that say what to do, for every kind of account."""
    issues = texts()["issues"]
    for source in glue():
        for name, call in calls(source):
            if name == "async_create_issue":
                for key in constants(keyword(call, "translation_key")):
                    names = [f"{key}{kind}" for kind in Kind] if key.endswith("_") else [key]
                    assert all(issues[name]["title"] and issues[name]["description"] for name in names)


def test_options_have_texts() -> None:
    """What a selector in a flow offers has texts."""
    found = {
        key
        for source in glue()
        for name, call in calls(source)
        if name == "SelectSelectorConfig"
        for key in constants(keyword(call, "translation_key"))
    }
    assert found
    assert not found - texts()["selector"].keys()


def test_every_error_is_translated() -> None:
    """Errors without a text for people are not raised by Home Assistant's side."""
    for source in glue():
        for name, call in calls(source):
            if name in FOR_PEOPLE:
                assert keyword(call, "translation_key") is not None, (source.path, call.lineno)


def test_the_check_finds_errors() -> None:
    """The keys of errors are found in each way that they are written."""
    code = (
        'raise refusal("a", x=1)\n'
        'raise E(translation_domain=D, translation_key="b", translation_placeholders={"y": 1})\n'
        'raise E(translation_domain=D, translation_key="c" if ok == "no" else "d")\n'
    )
    assert sorted(raised(Source.parse(Path("x.py"), code))) == [("a", {"x"}), ("b", {"y"}), ("c", None), ("d", None)]
