"""Adding a sync to an account, and changing it."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, UnknownHandler
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import add_spotify_account, suggested

DETAILS: dict[str, Any] = {
    "mode": "add_only",
    "trigger": "on_change",
    "interval_hours": 24,
    "min_score": 70,
    "first_artist_only": False,
    "artist_whitelist": [],
}


async def begin(hass: HomeAssistant, target: MockConfigEntry) -> Any:
    """Open the dialog that adds a sync."""
    return await hass.config_entries.subentries.async_init((target.entry_id, "sync"), context={"source": SOURCE_USER})


async def choose(hass: HomeAssistant, flow: Any, source: MockConfigEntry) -> Any:
    """Choose what to sync from."""
    return await hass.config_entries.subentries.async_configure(
        flow["flow_id"], {"source": source.entry_id, "content": "favorites"}
    )


async def add(hass: HomeAssistant, target: MockConfigEntry, source: MockConfigEntry) -> ConfigSubentry:
    """Add a sync and return it."""
    form = await choose(hass, await begin(hass, target), source)
    await hass.config_entries.subentries.async_configure(form["flow_id"], DETAILS)
    sync: ConfigSubentry
    (sync,) = target.subentries.values()
    return sync


async def test_sync_is_added(
    hass: HomeAssistant, qobuz_account: MockConfigEntry, spotify_account: MockConfigEntry
) -> None:
    """Two forms, all of it preset, make a sync."""
    form = await begin(hass, qobuz_account)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    source, content = form["data_schema"].schema
    assert source.default() == spotify_account.entry_id
    assert content.default() == "favorites"
    form = await choose(hass, form, spotify_account)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "details"
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (sync,) = qobuz_account.subentries.values()
    assert sync.subentry_type == "sync"
    assert sync.title == "Favorites from Spotify \N{EN DASH} Anna"
    assert sync.unique_id == "sync_spotify_anna_favorites"
    assert dict(sync.data) == {
        "source": spotify_account.entry_id,
        "source_unique_id": "spotify_anna",
        "content": "favorites",
        **DETAILS,
    }


async def test_details_are_kept(
    hass: HomeAssistant, qobuz_account: MockConfigEntry, spotify_account: MockConfigEntry
) -> None:
    """What is chosen is stored: numbers whole, names trimmed, once each and never split."""
    form = await choose(hass, await begin(hass, qobuz_account), spotify_account)
    names = ["Earth, Wind & Fire", " AC/DC ", "", "AC/DC"]
    await hass.config_entries.subentries.async_configure(
        form["flow_id"],
        {
            "mode": "add_only",
            "trigger": "interval",
            "interval_hours": 720.0,
            "min_score": 0.0,
            "first_artist_only": True,
            "artist_whitelist": names,
        },
    )
    (sync,) = qobuz_account.subentries.values()
    assert {key: sync.data[key] for key in DETAILS} == {
        "mode": "add_only",
        "trigger": "interval",
        "interval_hours": 720,
        "min_score": 0,
        "first_artist_only": True,
        "artist_whitelist": ["Earth, Wind & Fire", "AC/DC"],
    }
    assert type(sync.data["interval_hours"]) is int
    assert type(sync.data["min_score"]) is int


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "replace"},
        {"trigger": "sometimes"},
        {"interval_hours": 0},
        {"interval_hours": 721},
        {"min_score": -1},
        {"min_score": 101},
    ],
)
async def test_impossible_details_are_refused(
    hass: HomeAssistant, qobuz_account: MockConfigEntry, spotify_account: MockConfigEntry, wrong: dict[str, Any]
) -> None:
    """The form names the field and takes a second try."""
    form = await choose(hass, await begin(hass, qobuz_account), spotify_account)
    with pytest.raises(InvalidData) as refused:
        await hass.config_entries.subentries.async_configure(form["flow_id"], {**DETAILS, **wrong})
    assert set(refused.value.schema_errors) == set(wrong)
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], DETAILS)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_mirror_is_not_available_yet(
    hass: HomeAssistant, qobuz_account: MockConfigEntry, spotify_account: MockConfigEntry
) -> None:
    """The form says so, keeps what was typed, and takes a second try."""
    form = await choose(hass, await begin(hass, qobuz_account), spotify_account)
    form = await hass.config_entries.subentries.async_configure(
        form["flow_id"], {**DETAILS, "mode": "mirror", "min_score": 90}
    )
    assert form["type"] is FlowResultType.FORM
    assert form["errors"] == {"mode": "mirror_unavailable"}
    assert suggested(form, "min_score") == 90
    assert not qobuz_account.subentries
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], {**DETAILS, "min_score": 90})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_same_sync_twice_is_refused(
    hass: HomeAssistant, qobuz_account: MockConfigEntry, spotify_account: MockConfigEntry
) -> None:
    """A target has one sync of a content from a source; another source is another sync."""
    sync = await add(hass, qobuz_account, spotify_account)
    result = await choose(hass, await begin(hass, qobuz_account), spotify_account)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"
    assert list(qobuz_account.subentries.values()) == [sync]

    ben = add_spotify_account(hass, "Ben")
    form = await choose(hass, await begin(hass, qobuz_account), ben)
    await hass.config_entries.subentries.async_configure(form["flow_id"], DETAILS)
    assert [sync.title for sync in qobuz_account.subentries.values()] == [
        "Favorites from Spotify \N{EN DASH} Anna",
        "Favorites from Spotify \N{EN DASH} Ben",
    ]


async def test_same_sync_in_two_dialogs_is_refused(
    hass: HomeAssistant, qobuz_account: MockConfigEntry, spotify_account: MockConfigEntry
) -> None:
    """The second of two open dialogs does not add the sync again."""
    forms = [await choose(hass, await begin(hass, qobuz_account), spotify_account) for _ in range(2)]
    results = [await hass.config_entries.subentries.async_configure(form["flow_id"], DETAILS) for form in forms]
    assert [result["type"] for result in results] == [FlowResultType.CREATE_ENTRY, FlowResultType.ABORT]
    assert results[1]["reason"] == "already_configured"
    assert len(qobuz_account.subentries) == 1


async def test_unloaded_target_is_refused(
    hass: HomeAssistant, qobuz_account: MockConfigEntry, spotify_account: MockConfigEntry
) -> None:
    """A sync cannot be added to an account that is not loaded."""
    qobuz_account.mock_state(hass, ConfigEntryState.SETUP_RETRY)
    result = await begin(hass, qobuz_account)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "entry_not_loaded"


async def test_without_sources_there_is_nothing_to_add(hass: HomeAssistant, qobuz_account: MockConfigEntry) -> None:
    """Only loaded accounts that can be read count as sources."""
    add_spotify_account(hass, state=ConfigEntryState.SETUP_RETRY)
    result = await begin(hass, qobuz_account)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_sources"


async def test_only_loaded_sources_are_offered(hass: HomeAssistant, qobuz_account: MockConfigEntry) -> None:
    """Sources are shown by their title, the target and unloaded ones are not among them."""
    anna, ben = add_spotify_account(hass), add_spotify_account(hass, "Ben")
    add_spotify_account(hass, "Cleo", ConfigEntryState.NOT_LOADED)
    form = await begin(hass, qobuz_account)
    assert form["data_schema"].schema["source"].config["options"] == [
        {"value": anna.entry_id, "label": "Spotify \N{EN DASH} Anna"},
        {"value": ben.entry_id, "label": "Spotify \N{EN DASH} Ben"},
    ]
    assert form["data_schema"].schema["content"].config["options"] == ["favorites"]


async def test_source_unloaded_meanwhile_can_be_exchanged(hass: HomeAssistant, qobuz_account: MockConfigEntry) -> None:
    """When the chosen source is gone by then, the form says so and takes another."""
    anna, ben = add_spotify_account(hass), add_spotify_account(hass, "Ben")
    form = await begin(hass, qobuz_account)
    ben.mock_state(hass, ConfigEntryState.NOT_LOADED)
    form = await choose(hass, form, ben)
    assert form["step_id"] == "user"
    assert form["errors"] == {"source": "source_not_loaded"}
    form = await choose(hass, form, anna)
    assert form["step_id"] == "details"


async def test_sources_have_no_syncs(hass: HomeAssistant, spotify_account: MockConfigEntry) -> None:
    """An account that is only read offers no syncs to add."""
    assert not spotify_account.supported_subentry_types
    with pytest.raises(UnknownHandler):
        await begin(hass, spotify_account)


async def test_sync_is_changed(
    hass: HomeAssistant, qobuz_account: MockConfigEntry, spotify_account: MockConfigEntry
) -> None:
    """Details can be changed whenever, also with an unloaded source; source, content and title stay."""
    sync = await add(hass, qobuz_account, spotify_account)
    spotify_account.mock_state(hass, ConfigEntryState.NOT_LOADED)
    form = await qobuz_account.start_subentry_reconfigure_flow(hass, sync.subentry_id)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "reconfigure"
    assert form["description_placeholders"] == {"sync": "Favorites from Spotify \N{EN DASH} Anna"}
    assert suggested(form, "trigger") == "on_change"
    changed = {**DETAILS, "trigger": "manual", "min_score": 85, "artist_whitelist": ["AC/DC"]}

    form = await hass.config_entries.subentries.async_configure(form["flow_id"], {**changed, "mode": "mirror"})
    assert form["errors"] == {"mode": "mirror_unavailable"}
    assert suggested(form, "min_score") == 85
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], changed)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    (stored,) = qobuz_account.subentries.values()
    assert stored.title == sync.title
    assert dict(stored.data) == {**sync.data, **changed}

    form = await qobuz_account.start_subentry_reconfigure_flow(hass, sync.subentry_id)
    without_names = {key: value for key, value in changed.items() if key != "artist_whitelist"}
    await hass.config_entries.subentries.async_configure(form["flow_id"], without_names)
    assert qobuz_account.subentries[sync.subentry_id].data["artist_whitelist"] == []
