"""Entities and devices: what they are, and what they show through a run."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from syrupy.assertion import SnapshotAssertion

from .conftest import OpensHome
from .home import Home
from .small_world import LOCAL_FILE, MISSPELLED, ONLY_SPOTIFY, small_world, spotify_id

FIRST_POLL = 12

type Accounts = tuple[ConfigEntry, ConfigEntry]


@pytest.fixture
async def accounts(home: Home) -> Accounts:
    """Give a Spotify and a Qobuz account, loaded."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    return spotify, qobuz


@pytest.fixture
def changes(hass: HomeAssistant) -> list[State]:
    """Give a list of all states that are written from now on."""
    seen: list[State] = []

    @callback
    def see(event: Event[Any]) -> None:
        """Keep a state."""
        if event.data["new_state"] is not None:
            seen.append(event.data["new_state"])

    hass.bus.async_listen(EVENT_STATE_CHANGED, see)
    return seen


def of(changes: list[State], entity_id: str) -> list[State]:
    """Return the states of one entity."""
    return [state for state in changes if state.entity_id == entity_id]


async def test_all(open_home: OpensHome, freezer: FrozenDateTimeFactory, snapshot: SnapshotAssertion) -> None:
    """Every entity of an account and of a sync is as it was, in the registry and in its state after a run."""
    freezer.move_to("2026-11-21T06:00:00+00:00")
    home = await open_home(small_world(liked=(0, 1, ONLY_SPOTIFY, MISSPELLED, LOCAL_FILE, 2), held=(1,)))
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz, min_score=99, trigger="interval")
    await home.jump(freezer, FIRST_POLL)
    await home.act("run_sync", device_id=home.device_id(qobuz, sync))
    await home.settle()
    ids = {spotify.entry_id: "spotify", qobuz.entry_id: "qobuz", sync.subentry_id: "sync"}
    registry = er.async_get(home.hass)
    found = [er.async_entries_for_config_entry(registry, entry.entry_id) for entry in (spotify, qobuz)]
    entities = sorted((entity for some in found for entity in some), key=lambda entity: entity.entity_id)
    assert len(entities) == 30
    shown = {}
    for entity in entities:
        state = home.hass.states.get(entity.entity_id)
        assert state is not None
        attributes = {key: value for key, value in state.attributes.items() if key != "run_id"}
        shown[entity.entity_id] = {
            "unique_id": entity.unique_id.replace(sync.subentry_id, "sync"),
            "category": entity.entity_category,
            "device_class": entity.original_device_class,
            "name": entity.original_name,
            "of": ids.get(entity.config_subentry_id or str(entity.config_entry_id)),
            "state": state.state,
            "attributes": attributes,
        }
        assert entity.has_entity_name
        assert entity.translation_key
    assert shown == snapshot


async def test_devices(home: Home, accounts: Accounts) -> None:
    """An account and a sync are services, each with a device of its own."""
    spotify, qobuz = accounts
    sync = await home.add_sync(spotify, qobuz)
    account, own = home.device(qobuz), home.device(qobuz, sync)
    assert account is not None
    assert own is not None
    assert account.entry_type is own.entry_type is dr.DeviceEntryType.SERVICE
    assert (account.manufacturer, account.name) == ("Qobuz", qobuz.title)
    assert account.config_subentry_id is None
    assert account.configuration_url == "https://play.qobuz.com"
    assert (own.manufacturer, own.name) == ("Music Sync", sync.title)
    assert (own.config_entry_id, own.config_subentry_id) == (qobuz.entry_id, sync.subentry_id)
    assert own.via_device_id == account.id


async def test_a_run_is_followed(home: Home, accounts: Accounts, changes: list[State]) -> None:
    """Status, progress and events tell each step of a run, and are quiet again after it."""
    sync = await home.add_sync(*accounts)
    status, progress = (home.entity_id("sensor", sync, key) for key in ("status", "progress"))
    event = home.entity_id("event", sync, "run")
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.1}, path="track/search")
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.1}, path="favorite/create")
    changes.clear()
    await home.press(sync, "sync_now")
    await home.settle()
    steps = [state.state for state in of(changes, status)]
    assert steps == ["queued", "reading", "matching", "writing", "idle"]
    working = [state for state in of(changes, progress) if state.attributes["step"]]
    assert {state.attributes["step"] for state in working} == {"reading", "matching", "writing"}
    matching = next(state for state in working if state.attributes["step"] == "matching")
    assert matching.attributes["total"] == 3
    assert matching.attributes["current"] == "Bohemian Rhapsody (Queen)"
    assert of(changes, progress)[-1].state == "unknown"
    assert of(changes, progress)[-1].attributes["step"] is None
    told = of(changes, event)
    assert [state.attributes["event_type"] for state in told] == ["started", "completed"]
    assert told[0].attributes["run_id"] == told[1].attributes["run_id"]
    assert told[1].attributes["counts"]["added"] == 3
    assert home.state(sync, "last_result").state == "completed"
    assert home.state(sync, "coverage").state == "100.0"
    assert {key: home.state(sync, key).state for key in ("added", "review", "missing", "failed")} == {
        "added": "3",
        "review": "0",
        "missing": "0",
        "failed": "0",
    }


async def test_progress_is_told_now_and_then(
    open_home: OpensHome, changes: list[State], monkeypatch: pytest.MonkeyPatch
) -> None:
    """States are not written with every request, but regularly."""
    home = await open_home(small_world(liked=tuple(range(7))))
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz)
    progress = home.entity_id("sensor", sync, "progress")
    await home.act("run_sync", device_id=home.device_id(qobuz, sync), dry_run=True)
    await home.settle()
    assert len([state for state in of(changes, progress) if state.attributes["step"] == "matching"]) == 1
    changes.clear()
    monkeypatch.setattr("custom_components.music_sync.run_queue.TELL_EVERY", 0.0)
    home.spotify.change_state({"like": {"track": spotify_id(9)}})
    await home.act("run_sync", device_id=home.device_id(qobuz, sync))
    await home.settle()
    done = [state.attributes["done"] for state in of(changes, progress) if state.attributes["step"] == "writing"]
    assert done == [0, 8]


async def test_preview(home: Home, accounts: Accounts, changes: list[State]) -> None:
    """A preview writes nothing, is told of as such, and does not count as the last run."""
    sync = await home.add_sync(*accounts)
    changes.clear()
    await home.press(sync, "preview")
    await home.settle()
    assert not home.favorites()
    told = of(changes, home.entity_id("event", sync, "run"))
    assert [(state.attributes["event_type"], state.attributes["dry_run"]) for state in told] == [
        ("started", True),
        ("completed", True),
    ]
    assert home.state(sync, "last_run").state == "unknown"
    assert home.state(sync, "added").state == "unknown"
    assert (await home.act("get_report", device_id=home.device_id(accounts[1], sync)))["dry_run"] is True


async def test_review_is_asked_for_once(open_home: OpensHome, changes: list[State]) -> None:
    """More to review than before is an event; the same again, or a preview, is none."""
    home = await open_home(small_world(liked=(0, MISSPELLED)))
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz, min_score=99)
    event = home.entity_id("event", sync, "run")
    for button, types in (
        ("preview", ["started", "completed"]),
        ("sync_now", ["started", "completed", "review_needed"]),
        ("sync_now", ["started", "completed"]),
    ):
        changes.clear()
        await home.press(sync, button)
        await home.settle()
        assert [state.attributes["event_type"] for state in of(changes, event)] == types
    assert home.state(sync, "review").state == "1"
    home.qobuz.add_fault({"kind": "status", "status": 500}, path="lastUpdate", times=3)
    for types in (["started", "failed"], ["started", "completed"]):
        changes.clear()
        await home.press(sync, "sync_now")
        await home.settle()
        assert [state.attributes["event_type"] for state in of(changes, event)] == types
        assert home.state(sync, "review").state == "1"


@pytest.mark.parametrize(
    ("path", "result", "status"), [("lastUpdate", "failed", "failed"), ("track/search", "partial", "idle")]
)
async def test_a_run_that_goes_wrong(
    home: Home, accounts: Accounts, changes: list[State], path: str, result: str, status: str
) -> None:
    """How it ended is shown and told."""
    sync = await home.add_sync(*accounts)
    home.qobuz.add_fault({"kind": "status", "status": 404}, path=path)
    changes.clear()
    await home.press(sync, "sync_now")
    await home.settle()
    assert home.state(sync, "last_result").state == result
    assert home.state(sync, "status").state == status
    told = of(changes, home.entity_id("event", sync, "run"))
    assert [state.attributes["event_type"] for state in told] == ["started", result]


async def test_two_runs_of_a_sync(home: Home, accounts: Accounts, changes: list[State]) -> None:
    """One under way and one that waits: the status is that of the one under way, and each is told of once."""
    sync = await home.add_sync(*accounts)
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.1}, path="track/search")
    changes.clear()
    await home.press(sync, "preview")
    await home.until(home.qobuz, "search")
    await home.press(sync, "sync_now")
    assert home.state(sync, "status").state == "matching"
    await home.settle()
    told = of(changes, home.entity_id("event", sync, "run"))
    assert [(state.attributes["event_type"], state.attributes["dry_run"]) for state in told] == [
        ("started", True),
        ("completed", True),
        ("started", False),
        ("completed", False),
    ]


async def test_long_attributes_are_not_recorded(home: Home, accounts: Accounts) -> None:
    """What changes with every step, and what is long, is left out of the history."""
    sync = await home.add_sync(*accounts)
    await home.act("run_sync", device_id=home.device_id(accounts[1], sync))
    await home.settle()
    progress, event = home.state(sync, "progress"), home.state(sync, "run", "event")
    assert progress.state_info is not None
    assert event.state_info is not None
    assert {"step", "current", "done", "total", "matched", "failed"} <= set(
        progress.state_info["unrecorded_attributes"]
    )
    assert "counts" in event.state_info["unrecorded_attributes"]


async def test_collections(freezer: FrozenDateTimeFactory, home: Home, accounts: Accounts) -> None:
    """What else is on Spotify is counted with the first poll, hours later again, and known over a restart."""
    spotify, _ = accounts
    assert home.state(spotify, "playlists").state == "unknown"
    home.spotify.change_state({"saved": {"albums": [], "artists": []}, "playlist": {"id": "p1", "name": "Mine"}})
    await home.jump(freezer, FIRST_POLL)
    counts = {key: home.state(spotify, key).state for key in ("playlists", "saved_albums", "followed_artists")}
    assert counts == {"playlists": home.state(spotify, "playlists").state, "saved_albums": "0", "followed_artists": "0"}
    before = int(counts["playlists"])
    assert before >= 1
    home.spotify.change_state({"playlist": {"id": "p2", "name": "Another"}})
    await home.jump(freezer, 3600)
    assert home.state(spotify, "playlists").state == str(before)
    await home.restart(*accounts)
    assert home.state(spotify, "playlists").state == str(before)
    await home.jump(freezer, 6 * 3600)
    assert home.state(spotify, "playlists").state == str(before + 1)


async def test_disabled_sync_entities(home: Home, accounts: Accounts) -> None:
    """A sync with all its entities disabled still runs."""
    sync: ConfigSubentry = await home.add_sync(*accounts)
    device_id = home.device_id(accounts[1], sync)
    registry = er.async_get(home.hass)
    for entity in er.async_entries_for_device(registry, device_id):
        registry.async_update_entity(entity.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await home.unload(accounts[1])
    await home.set_up(accounts[1])
    assert (await home.act("run_sync", device_id=device_id))["counts"]["added"] == 3
