"""The manifest, and what HACS reads."""

import ast
import re
import sys

from awesomeversion import AwesomeVersion
from homeassistant.const import Platform

from tests.house.source_tree import sources

from .integration import INTEGRATION, ROOT, glue, read_json

REQUIRED = {"codeowners", "documentation", "domain", "iot_class", "issue_tracker", "name", "version"}
OPTIONAL = {"after_dependencies", "config_flow", "dependencies", "integration_type", "loggers", "requirements"}

ALWAYS_THERE = {"automation", "diagnostics", "homeassistant", "repairs", "system_health", "websocket_api"}
"""Components that may be used without being asked for."""

HOME_ASSISTANT = {"aiohttp", "homeassistant", "voluptuous"}
COME_ALONG = {"requests", "urllib3"}
"""What spotipy brings with it."""


def test_keys() -> None:
    """Domain and name come first, the rest by the alphabet; nothing is unknown, nothing is missing."""
    manifest = read_json("manifest.json")
    assert list(manifest) == ["domain", "name", *sorted(manifest.keys() - {"domain", "name"})]
    assert REQUIRED <= manifest.keys() <= REQUIRED | OPTIONAL


def test_values() -> None:
    """Each value is what Home Assistant takes."""
    manifest = read_json("manifest.json")
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["config_flow"] is True
    assert manifest["integration_type"] == "service"
    assert manifest["iot_class"] == "cloud_polling"
    assert AwesomeVersion(manifest["version"]).valid
    assert all(re.fullmatch(r"@[\w-]+", owner) for owner in manifest["codeowners"])
    for address in (manifest["documentation"], manifest["issue_tracker"]):
        assert address.startswith("https://")
        assert "home-assistant.io" not in address
    for names in ("after_dependencies", "dependencies", "loggers", "requirements"):
        assert manifest[names] == sorted(set(manifest[names]))


def test_requirements_leave_room() -> None:
    """A requirement is a range: one environment holds those of all integrations."""
    assert all(
        re.fullmatch(r"[\w-]+>=[\d.]+,<\d+", requirement) for requirement in read_json("manifest.json")["requirements"]
    )


def test_everything_imported_is_required() -> None:
    """Libraries that are imported come with Home Assistant or are asked for in the manifest."""
    asked = {re.split(r"\W", requirement)[0] for requirement in read_json("manifest.json")["requirements"]}
    known = asked | COME_ALONG | HOME_ASSISTANT | {"custom_components"} | sys.stdlib_module_names
    assert not {imported[0] for source in sources(INTEGRATION) for imported in source.imports()} - known


def test_every_component_used_is_asked_for() -> None:
    """Components that are imported are set up before this one."""
    manifest = read_json("manifest.json")
    allowed = {*manifest["dependencies"], *manifest["after_dependencies"], *Platform, *ALWAYS_THERE}
    used = {
        imported[2]
        for source in glue()
        for imported in source.imports()
        if imported[:2] == ("homeassistant", "components") and f"{imported[2]}.py" != source.path.name
    }
    assert not used - allowed


def test_a_dependency_is_used() -> None:
    """No component is asked for that has nothing to do here."""
    names = set(read_json("manifest.json")["dependencies"])
    code = {node.id for source in glue() for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    files = {source.path.stem for source in glue()}
    assert names <= code | files


def test_hacs() -> None:
    """HACS finds what it needs, and the same name."""
    hacs = read_json("hacs.json", ROOT)
    assert hacs.keys() <= {"name", "homeassistant", "render_readme", "hacs", "country"}
    assert hacs["name"] == read_json("manifest.json")["name"]
    assert AwesomeVersion(hacs["homeassistant"]) >= AwesomeVersion("2026.8.0")
    assert (ROOT / "README.md").is_file()
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert (INTEGRATION / "brand" / "icon.png").is_file()
