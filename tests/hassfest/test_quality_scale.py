"""The integration quality scale: every rule has an honest status, and what is done can be seen."""

import ast
import re

import pytest

from custom_components.music_sync.config_flow import MusicSyncConfigFlow

from .integration import INTEGRATION, calls, functions, glue, module, platforms, read_json, read_yaml

RULES = {
    "bronze": frozenset(
        {
            "action-setup",
            "appropriate-polling",
            "brands",
            "common-modules",
            "config-flow",
            "config-flow-test-coverage",
            "dependency-transparency",
            "docs-actions",
            "docs-conditions",
            "docs-high-level-description",
            "docs-installation-instructions",
            "docs-removal-instructions",
            "docs-triggers",
            "entity-event-setup",
            "entity-unique-id",
            "has-entity-name",
            "runtime-data",
            "test-before-configure",
            "test-before-setup",
            "unique-config-entry",
        }
    ),
    "silver": frozenset(
        {
            "action-exceptions",
            "config-entry-unloading",
            "docs-configuration-parameters",
            "docs-installation-parameters",
            "entity-unavailable",
            "integration-owner",
            "log-when-unavailable",
            "parallel-updates",
            "reauthentication-flow",
            "test-coverage",
        }
    ),
    "gold": frozenset(
        {
            "devices",
            "diagnostics",
            "discovery",
            "discovery-update-info",
            "docs-data-update",
            "docs-examples",
            "docs-known-limitations",
            "docs-supported-devices",
            "docs-supported-functions",
            "docs-troubleshooting",
            "docs-use-cases",
            "dynamic-devices",
            "entity-category",
            "entity-device-class",
            "entity-disabled-by-default",
            "entity-translations",
            "exception-translations",
            "icon-translations",
            "reconfiguration-flow",
            "repair-issues",
            "stale-devices",
        }
    ),
    "platinum": frozenset(
        {
            "async-dependency",
            "inject-websession",
            "strict-typing",
        }
    ),
}
"""The rules of each tier."""


def status(rule: str) -> str:
    """Return a rule's status."""
    about = read_yaml("quality_scale.yaml")["rules"][rule]
    return str(about["status"] if isinstance(about, dict) else about)


def test_every_rule_has_a_status() -> None:
    """The rules are exactly those of the scale; what is not done says why."""
    rules = read_yaml("quality_scale.yaml")["rules"]
    assert {tier: len(names) for tier, names in RULES.items()} == {
        "bronze": 20,
        "silver": 10,
        "gold": 21,
        "platinum": 3,
    }
    assert rules.keys() == frozenset.union(*RULES.values())
    for rule, about in rules.items():
        if about == "done":
            continue
        assert about.keys() == {"status", "comment"}, rule
        assert about["status"] in {"exempt", "todo"}, rule
        assert about["comment"].strip().endswith("."), rule


@pytest.mark.parametrize(
    ("rule", "file"),
    [("brands", "brand/icon.png"), ("diagnostics", "diagnostics.py"), ("strict-typing", "py.typed")],
)
def test_what_is_done_is_there(rule: str, file: str) -> None:
    """A file that a rule asks for exists exactly where the rule is done."""
    assert (status(rule) == "done") is (INTEGRATION / file).is_file()


def test_action_setup() -> None:
    """Actions are registered when the integration is set up, not with an account."""
    setup = {function.name: ast.unparse(function) for function in functions(module("__init__").tree)}
    assert "async_setup_services(hass)" in setup["async_setup"]
    assert "async_setup_services" not in setup["async_setup_entry"]


def test_appropriate_polling() -> None:
    """How often accounts are looked at is in the code, not in a form."""
    for source in glue():
        assert "scan_interval" not in source.text


def test_runtime_data() -> None:
    """What belongs to an account is its runtime data, typed; nothing lies in `hass.data` under a bare text."""
    assert "type MusicSyncConfigEntry = ConfigEntry[LoadedAccount]" in module("runtime").text
    for source in glue():
        assert not re.search(r"hass\.data\[(DOMAIN|['\"])", source.text), source.path
        for function in functions(source.tree):
            if function.name in {"async_setup_entry", "async_unload_entry", "async_get_config_entry_diagnostics"}:
                taken = {argument.arg: ast.unparse(argument.annotation or argument) for argument in function.args.args}
                assert taken["entry"] == "MusicSyncConfigEntry", source.path


def test_test_before_setup() -> None:
    """Setting an account up fails with the errors that Home Assistant understands."""
    named = {name for name, _ in calls(module("__init__"))}
    assert {"ConfigEntryAuthFailed", "ConfigEntryNotReady"} <= named


def test_config_entry_unloading() -> None:
    """An account can be unloaded and removed."""
    names = {function.name for function in functions(module("__init__").tree)}
    assert {"async_setup_entry", "async_unload_entry", "async_remove_entry"} <= names


def test_flows() -> None:
    """Signing in again and changing an account are there, for every account is unique."""
    for step in ("user", "reauth", "reauth_confirm", "reconfigure"):
        assert hasattr(MusicSyncConfigFlow, f"async_step_{step}")
    named = {name for name, _ in calls(module("config_flow"))}
    assert {"async_set_unique_id", "_abort_if_unique_id_configured", "_abort_if_unique_id_mismatch"} <= named


def test_nothing_listens_to_updates() -> None:
    """No account reloads whenever its token is refreshed."""
    assert not [source.path for source in glue() for name, _ in calls(source) if name == "add_update_listener"]


def test_entities_are_in_their_platforms() -> None:
    """Entities live in the module of their platform, their shared bases in `entity`."""
    homes = {*platforms(), "entity"}
    for source in glue():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("Entity") for base in node.bases):
                assert source.path.stem in homes, (source.path, node.name)


def test_has_entity_name() -> None:
    """The shared bases name their entities within their device, and give each an id."""
    bases = [node for node in module("entity").tree.body if isinstance(node, ast.ClassDef)]
    assert bases
    for base in bases:
        assert "_attr_has_entity_name = True" in ast.unparse(base)
        assert "self._attr_unique_id" in ast.unparse(base)


def test_integration_owner() -> None:
    """Somebody looks after it."""
    assert read_json("manifest.json")["codeowners"]


def test_callbacks_are_synchronous() -> None:
    """Nothing that is awaited is marked as a callback."""
    for source in glue():
        for function in functions(source.tree):
            if isinstance(function, ast.AsyncFunctionDef):
                assert "callback" not in map(ast.unparse, function.decorator_list), (source.path, function.name)


def test_log_messages() -> None:
    """Messages in the log begin with a capital letter and end without a full stop."""
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    for source in glue():
        for name, call in calls(source):
            if name in levels and ast.unparse(call.func).startswith("_LOGGER"):
                message = call.args[0]
                assert isinstance(message, ast.Constant), (source.path, call.lineno)
                assert re.fullmatch(r"[A-Z%].*[^.]", str(message.value), re.DOTALL), (source.path, call.lineno)
