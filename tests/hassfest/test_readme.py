"""The README says what the code does: actions, fields, entities, options and words of a report."""

from collections.abc import Mapping
import re

from homeassistant.core import HomeAssistant, Service
from homeassistant.util import slugify
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.music_sync.const import (
    CONF_DAILY_BUDGET,
    CONF_MINIMUM_DELAY,
    DEFAULT_DAILY_BUDGET,
    DEFAULT_MINIMUM_DELAY,
    DOMAIN,
    Kind,
)
from custom_components.music_sync.engine.model import Unsyncable
from custom_components.music_sync.engine.outcomes import Outcome, Status
from custom_components.music_sync.services import async_setup_services
from custom_components.music_sync.sync_flow import DETAILS_SCHEMA
from tests.house.source_tree import ROOT

from .integration import descriptions, texts

README = (ROOT / "README.md").read_text(encoding="utf-8")
ACCOUNT, SYNC = "<account>", "<sync>"


@pytest.fixture
def actions(hass: HomeAssistant) -> Mapping[str, Service]:
    """Return the actions as they are registered."""
    async_setup_services(hass)
    return hass.services.async_services()[DOMAIN]


def chapter(heading: str) -> str:
    """Return the text below a heading, down to the next one of its rank or above."""
    rank = re.escape(heading).count("\\#")
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{rank}}} |\Z)", README, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def first_cells(text: str) -> set[str]:
    """Return what is written as code in the first column of tables."""
    rows = re.findall(r"^\|([^|]*)\|", text, re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


def test_actions(actions: Mapping[str, Service]) -> None:
    """Each action has its chapter, and its table the fields that the action takes."""
    told = set(re.findall(rf"^### `{DOMAIN}\.(\w+)`$", README, re.MULTILINE))
    assert told == actions.keys()
    for name, action in actions.items():
        assert action.schema is not None
        taken = {str(marker) for marker in getattr(action.schema, "schema", {})}
        assert first_cells(chapter(f"### `{DOMAIN}.{name}`")) == taken, name


def test_examples(actions: Mapping[str, Service]) -> None:
    """Every example is YAML, and what it calls takes what it gives."""
    for block in re.findall(r"^```yaml\n(.*?)^```", README, re.DOTALL | re.MULTILINE):
        example = parse_yaml(block)
        assert isinstance(example, dict)
        for step in [example, *example.get("actions", [])]:
            domain, _, name = str(step.get("action", "")).partition(".")
            if domain == DOMAIN:
                schema = actions[name].schema
                assert schema is not None
                schema(step["data"])


def test_entities() -> None:
    """Every entity is in the tables, by the id that Home Assistant makes of its name."""
    told = first_cells(chapter("## Entities"))
    account = first_cells(chapter("### On an account"))
    made = set()
    for platform, description in descriptions():
        name = slugify(texts()["entity"][platform][str(description.translation_key)]["name"])
        owner = ACCOUNT if f"{platform}.{ACCOUNT}_{name}" in account else SYNC
        made.add(f"{platform}.{owner}_{name}")
    assert told == made


def test_names_of_entities() -> None:
    """Every entity is called what Home Assistant calls it."""
    for platform, description in descriptions():
        assert f"| {texts()['entity'][platform][str(description.translation_key)]['name']} |" in chapter("## Entities")


def test_details_of_a_sync() -> None:
    """Each field of the form is explained under its label."""
    table = chapter("## Adding a sync")
    labels = texts()["config_subentries"]["sync"]["step"]
    for marker in DETAILS_SCHEMA.schema:
        assert f"| {labels['details']['data'][str(marker)]} | `{marker}` |" in table
    for field, label in labels["user"]["data"].items():
        assert f"| {label} | `{field}` |" in table


def test_options() -> None:
    """The options are explained with their defaults."""
    table = chapter("## Options of an account")
    labels = texts()["options"]["step"]["init"]["data"]
    for key, unit, defaults in (
        (CONF_MINIMUM_DELAY, " ms", DEFAULT_MINIMUM_DELAY),
        (CONF_DAILY_BUDGET, "", DEFAULT_DAILY_BUDGET),
    ):
        shown = [f"{defaults[kind]}{unit}" for kind in (Kind.SPOTIFY, Kind.QOBUZ)]
        assert f"| {labels[key]} | `{key}` | {' | '.join(shown)} |" in table


def test_words_of_a_report() -> None:
    """Every outcome and status is explained, and every reason why a row cannot be synced."""
    text = chapter("## Reading a report")
    assert first_cells(text) == {*Outcome, *(set(Status) - {Status.QUEUED, Status.RUNNING})}
    assert all(f"`{reason}`" in text for reason in Unsyncable)
