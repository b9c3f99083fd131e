"""The blueprints load, ask for what they need, and do what they say."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint, DomainBlueprints
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed, async_mock_service

from tests.house.source_tree import ROOT

FOLDER = ROOT / "blueprints" / "automation" / "music_sync"
FILES = sorted(FOLDER.glob("*.yaml"))
EVENT = "event.favorites_from_spotify_run"
REPORT = {
    "items_total": 2,
    "items": [
        {
            "source": {"title": "One", "artists": ["Anna", "Ben"]},
            "candidate": {"title": "One (Radio Edit)", "artists": ["Anna"]},
        },
        {"source": {"title": "Two", "artists": ["Cleo"]}, "candidate": None},
    ],
}


def load(file: Path) -> Blueprint:
    """Load a blueprint as Home Assistant does."""
    return Blueprint(
        dict(load_yaml_dict(file)),
        path=f"music_sync/{file.name}",
        expected_domain="automation",
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )


async def use(hass: HomeAssistant, file: str, **inputs: Any) -> None:
    """Set up an automation that is made from a blueprint."""
    automation = {"alias": "Ours", "use_blueprint": {"path": f"music_sync/{file}", "input": inputs}}
    with patch.object(DomainBlueprints, "_load_blueprint", return_value=load(FOLDER / file)):
        assert await async_setup_component(hass, "automation", {"automation": [automation]})
    await hass.async_block_till_done()
    assert hass.states.is_state("automation.ours", "on")


def tell(hass: HomeAssistant, event_type: str, at: int) -> None:
    """Let the event of a sync's runs tell of something."""
    moment = dt_util.utcnow() + timedelta(seconds=at)
    hass.states.async_set(EVENT, moment.isoformat(), {"event_type": event_type, "run_id": "01RUN", "dry_run": False})


@pytest.fixture
def asked(hass: HomeAssistant) -> list[ServiceCall]:
    """Answer every request for a report, and keep them."""
    calls: list[ServiceCall] = async_mock_service(
        hass, "music_sync", "get_report", response=REPORT, supports_response=SupportsResponse.ONLY
    )
    return calls


@pytest.fixture
def notifications(hass: HomeAssistant) -> list[ServiceCall]:
    """Keep the notifications."""
    calls: list[ServiceCall] = async_mock_service(hass, "persistent_notification", "create")
    return calls


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_loads(hass: HomeAssistant, file: Path) -> None:
    """Each is well formed, explains itself, and says where it comes from."""
    blueprint = load(file)
    assert blueprint.validate() is None
    assert blueprint.metadata["description"]
    assert blueprint.metadata["source_url"].endswith(f"/{file.relative_to(ROOT)}")
    assert all(about["name"] and about["selector"] for about in blueprint.inputs.values())


def test_readme_offers_them() -> None:
    """The README has a button for each."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(FILES) == readme.count("blueprint_import/?blueprint_url=")
    for file in FILES:
        path = str(file.relative_to(ROOT)).replace("/", "%2F")
        assert f"%2Fblob%2Fmain%2F{path})" in readme


async def test_tells_what_needs_a_review(
    hass: HomeAssistant, asked: list[ServiceCall], notifications: list[ServiceCall]
) -> None:
    """It asks for the run's tracks to review, and lists them with their candidates."""
    hass.states.async_set(EVENT, "unknown")
    await use(hass, "review_needed.yaml", run_event=EVENT)
    tell(hass, "review_needed", 1)
    await hass.async_block_till_done()
    assert [call.data for call in asked] == [{"run_id": "01RUN", "outcome": "review", "page_size": 500}]
    assert [call.data for call in notifications] == [
        {
            "title": "Music Sync: 2 to review",
            "message": "- Anna, Ben: One (perhaps Anna: One (Radio Edit))\n- Cleo: Two",
            "notification_id": f"music_sync_{EVENT}",
        }
    ]


async def test_keeps_silent_otherwise(
    hass: HomeAssistant, asked: list[ServiceCall], notifications: list[ServiceCall]
) -> None:
    """Other events, and the old one that comes back after a restart, tell nothing."""
    await use(hass, "review_needed.yaml", run_event=EVENT)
    for step, event_type in enumerate(("started", "completed")):
        tell(hass, event_type, step)
    hass.states.async_set(EVENT, "unavailable")
    tell(hass, "review_needed", 3)
    hass.states.async_set(EVENT, "unavailable")
    await hass.async_block_till_done()
    assert (asked, notifications) == ([], [])


async def test_syncs_at_the_time(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Each sync is run, on the days that were chosen and on no other."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to("2026-11-20 23:00:00+00:00")
    runs = async_mock_service(hass, "music_sync", "run_sync")
    await use(hass, "sync_at_a_time.yaml", syncs=["one", "two"], at="04:00:00", days=["sun"])
    for moment, expected in (("2026-11-21 04:00:00+00:00", []), ("2026-11-22 04:00:00+00:00", ["one", "two"])):
        freezer.move_to(moment)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        assert [call.data["device_id"] for call in runs] == expected
    await hass.services.async_call("automation", "turn_off", {"entity_id": "automation.ours"}, blocking=True)
