"""Actions: bad input is refused, translated, before anything is read or written."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv, device_registry as dr
import voluptuous as vol

from .accounts import kind_of
from .const import (
    CONF_ARTIST_WHITELIST,
    CONF_FIRST_ARTIST_ONLY,
    CONF_MIN_SCORE,
    CONF_MODE,
    CONF_SOURCE,
    DEFAULT_MIN_SCORE,
    DOMAIN,
    Content,
    Mode,
)
from .engine.library import Library, runs
from .engine.library.runs import Run
from .engine.outcomes import Outcome
from .engine.sync.favorites import FavoritesRequest
from .engine.sync.report import describe_item
from .pairings import accepted
from .refusals import refusal
from .run_queue import QueuedRun
from .runtime import MUSIC_SYNC, MusicSyncConfigEntry
from .sync_coordinator import SyncCoordinator, async_refuse_empty

ATTR_TARGET: Final = "target"
ATTR_DRY_RUN: Final = "dry_run"
ATTR_LIMIT: Final = "limit"
ATTR_SKIP_EXISTING: Final = "skip_existing"
ATTR_METHOD: Final = "method"
ATTR_WAIT: Final = "wait"
ATTR_CONTENT: Final = "content"
ATTR_RUN_ID: Final = "run_id"
ATTR_OUTCOME: Final = "outcome"
ATTR_OFFSET: Final = "offset"
ATTR_PAGE_SIZE: Final = "page_size"

PAGE_SIZE: Final = 50
LARGEST_PAGE: Final = 500
METHODS: Final = ("api", "database")

# Numbers are checked below, where what is wrong with them can be said in the user's language.
_RUN_FIELDS: Final = {
    vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    vol.Optional(ATTR_LIMIT): vol.Coerce(int),
    vol.Optional(ATTR_WAIT, default=True): cv.boolean,
}
_PAGE_FIELDS: Final = {
    vol.Optional(ATTR_OFFSET, default=0): vol.Coerce(int),
    vol.Optional(ATTR_PAGE_SIZE, default=PAGE_SIZE): vol.Coerce(int),
}
_WHOSE_FIELDS: Final = {
    vol.Optional(ATTR_DEVICE_ID): cv.string,
    vol.Optional(ATTR_TARGET): cv.string,
}

SYNC_FAVORITES_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_SOURCE): cv.string,
        vol.Required(ATTR_TARGET): cv.string,
        vol.Optional(CONF_MODE, default=Mode.ADD_ONLY.value): vol.In([mode.value for mode in Mode]),
        vol.Optional(CONF_MIN_SCORE, default=DEFAULT_MIN_SCORE): vol.Coerce(float),
        vol.Optional(ATTR_SKIP_EXISTING, default=True): cv.boolean,
        vol.Optional(ATTR_METHOD, default="api"): vol.In(METHODS),
        vol.Optional(CONF_FIRST_ARTIST_ONLY, default=False): cv.boolean,
        vol.Optional(CONF_ARTIST_WHITELIST, default=list): vol.All(cv.ensure_list, [cv.string]),
        **_RUN_FIELDS,
    }
)
RUN_SYNC_SCHEMA: Final = vol.Schema({vol.Required(ATTR_DEVICE_ID): cv.string, **_RUN_FIELDS})
REFRESH_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_SOURCE): cv.string,
        vol.Optional(ATTR_CONTENT): vol.All(cv.ensure_list, [cv.string]),
        vol.Optional(ATTR_LIMIT): vol.Coerce(int),
    }
)
GET_RUNS_SCHEMA: Final = vol.Schema({**_WHOSE_FIELDS, **_PAGE_FIELDS})
GET_REPORT_SCHEMA: Final = vol.Schema(
    {
        **_WHOSE_FIELDS,
        vol.Optional(ATTR_RUN_ID): cv.string,
        vol.Optional(ATTR_OUTCOME): vol.All(cv.ensure_list, [vol.In([outcome.value for outcome in Outcome])]),
        **_PAGE_FIELDS,
    }
)
GET_MISSING_SCHEMA: Final = vol.Schema({**_WHOSE_FIELDS, **_PAGE_FIELDS})


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, handler, schema, response in (
        ("sync_favorites", _async_sync_favorites, SYNC_FAVORITES_SCHEMA, SupportsResponse.OPTIONAL),
        ("run_sync", _async_run_sync, RUN_SYNC_SCHEMA, SupportsResponse.OPTIONAL),
        ("refresh", _async_refresh, REFRESH_SCHEMA, SupportsResponse.OPTIONAL),
        ("get_runs", _async_get_runs, GET_RUNS_SCHEMA, SupportsResponse.ONLY),
        ("get_report", _async_get_report, GET_REPORT_SCHEMA, SupportsResponse.ONLY),
        ("get_missing", _async_get_missing, GET_MISSING_SCHEMA, SupportsResponse.ONLY),
    ):
        hass.services.async_register(DOMAIN, name, handler, schema=schema, supports_response=response)


async def _async_sync_favorites(call: ServiceCall) -> ServiceResponse:
    """Bring the likes of one account to another."""
    source = _loaded_account(call.hass, call.data[CONF_SOURCE])
    target = _loaded_account(call.hass, call.data[ATTR_TARGET])
    if Content.FAVORITES not in accepted(kind_of(target), kind_of(source)):
        raise refusal("wrong_account_kind", source=source.title, target=target.title)
    if call.data[CONF_MODE] == Mode.MIRROR:
        raise refusal("mirror_unavailable")
    if call.data[ATTR_METHOD] != "api":
        raise refusal("method_unavailable", target=target.title)
    request = FavoritesRequest(
        dry_run=call.data[ATTR_DRY_RUN],
        limit=_limit(call.data),
        min_score=_within(call.data[CONF_MIN_SCORE], CONF_MIN_SCORE, 0, 100),
        skip_existing=call.data[ATTR_SKIP_EXISTING],
        first_artist_only=call.data[CONF_FIRST_ARTIST_ONLY],
        artist_whitelist=tuple(call.data[CONF_ARTIST_WHITELIST]),
    )
    await async_refuse_empty(source)
    return await _async_answer(call, target.runtime_data.queue.submit(source, request))


async def _async_run_sync(call: ServiceCall) -> ServiceResponse:
    """Run a sync as it is set up."""
    sync = _sync(call.hass, call.data[ATTR_DEVICE_ID])
    limit = _limit(call.data)
    return await _async_answer(call, await sync.async_start(dry_run=call.data[ATTR_DRY_RUN], limit=limit))


async def _async_refresh(call: ServiceCall) -> ServiceResponse:
    """Fetch now what is new on an account."""
    entry = _loaded_account(call.hass, call.data[CONF_SOURCE])
    has = {Content.FAVORITES.value}
    wanted = set(call.data.get(ATTR_CONTENT, has))
    if unknown := wanted - has:
        raise refusal(
            "content_unavailable",
            account=entry.title,
            content=", ".join(sorted(unknown)),
            available=", ".join(sorted(has)),
        )
    count, changed = await entry.runtime_data.coordinator.async_look_now(_limit(call.data))
    return {Content.FAVORITES.value: {"count": count, "changed": changed}}


async def _async_get_runs(call: ServiceCall) -> ServiceResponse:
    """Answer with the finished runs of a sync or a target, newest first."""
    target, sync = _whose(call)
    offset, page_size = _page(call.data)
    library = await _async_library(call.hass)
    found = await library.run(runs.find, target, sync, offset=offset, limit=page_size)
    return {"runs": [run.report for run in found], "total": await library.run(runs.count, target, sync)}


async def _async_get_report(call: ServiceCall) -> ServiceResponse:
    """Answer with a run's report and a page of its items."""
    library = await _async_library(call.hass)
    offset, page_size = _page(call.data)
    if (run_id := call.data.get(ATTR_RUN_ID)) is not None:
        run = await library.run(runs.get, run_id)
        if run is None or run.report is None:
            raise refusal("run_unknown", run_id=run_id)
    else:
        target, sync = _whose(call)
        found = await library.run(runs.find, target, sync, limit=1)
        if not found:
            raise refusal("no_runs")
        run = found[0]
    outcomes = [Outcome(outcome) for outcome in call.data.get(ATTR_OUTCOME, ())]
    return await _async_report(library, run, outcomes, offset, page_size)


async def _async_get_missing(call: ServiceCall) -> ServiceResponse:
    """Answer with what the target lacks: what was not found, and what a person has to decide."""
    target, sync = _whose(call)
    offset, page_size = _page(call.data)
    library = await _async_library(call.hass)
    run = await library.run(runs.latest, target, sync, least_items=1)
    if run is None:
        raise refusal("no_runs")
    lacking = [Outcome.MISSING, Outcome.REVIEW]
    items = await library.run(runs.items, run.id, lacking, offset=offset, limit=page_size)
    return {
        "items": [describe_item(item) for item in items],
        "total": await library.run(runs.count_items, run.id, lacking),
    }


async def _async_answer(call: ServiceCall, queued: QueuedRun) -> ServiceResponse:
    """Answer as the caller wants: not at all, at once, or with the report; stopping to wait never stops the run."""
    if not call.return_response:
        return None
    if not call.data[ATTR_WAIT]:
        return {"run_id": queued.run.id, "status": "queued"}
    await queued.over.wait()
    library = await _async_library(call.hass)
    run = await library.run(runs.get, queued.run.id)
    if run is None or run.report is None:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="run_interrupted")
    return await _async_report(library, run, [], 0, PAGE_SIZE)


async def _async_report(
    library: Library, run: Run, outcomes: list[Outcome], offset: int, page_size: int
) -> dict[str, Any]:
    """Return a report with a page of its items."""
    items = await library.run(runs.items, run.id, outcomes, offset=offset, limit=page_size)
    return {
        **(run.report or {}),
        "items_total": await library.run(runs.count_items, run.id, outcomes),
        "items": [describe_item(item) for item in items],
    }


async def _async_library(hass: HomeAssistant) -> Library:
    """Return the library file."""
    return await hass.data[MUSIC_SYNC].async_library()


def _loaded_account(hass: HomeAssistant, entry_id: str) -> MusicSyncConfigEntry:
    """Return the loaded account with this entry id, or refuse."""
    entry: ConfigEntry[Any] | None = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.domain != DOMAIN:
        raise refusal("account_unknown", entry_id=entry_id)
    if entry.state is not ConfigEntryState.LOADED:
        raise refusal("account_not_loaded", account=entry.title)
    return entry


def _sync(hass: HomeAssistant, device_id: str) -> SyncCoordinator:
    """Return the sync that a device stands for, or refuse."""
    device = dr.async_get(hass).async_get(device_id)
    entry = hass.config_entries.async_get_entry(device.config_entry_id or "") if device else None
    if device is None or entry is None or entry.domain != DOMAIN or device.config_subentry_id is None:
        raise refusal("device_is_no_sync", device_id=device_id)
    return _loaded_account(hass, entry.entry_id).runtime_data.syncs[device.config_subentry_id]


def _whose(call: ServiceCall) -> tuple[str, str | None]:
    """Return the target, and the sync if one was named, or refuse both at once."""
    if ATTR_DEVICE_ID in call.data and ATTR_TARGET in call.data:
        raise refusal("whose_missing")
    if (device_id := call.data.get(ATTR_DEVICE_ID)) is not None:
        sync = _sync(call.hass, device_id)
        return sync.config_entry.entry_id, sync.subentry_id
    if (target := call.data.get(ATTR_TARGET)) is not None:
        return _loaded_account(call.hass, target).entry_id, None
    raise refusal("whose_missing")


def _limit(data: Mapping[str, Any]) -> int | None:
    """Return the limit, or refuse one below 1."""
    return None if (limit := data.get(ATTR_LIMIT)) is None else int(_within(limit, ATTR_LIMIT, 1, 1_000_000))


def _page(data: Mapping[str, Any]) -> tuple[int, int]:
    """Return which page is wanted, or refuse."""
    offset = _within(data[ATTR_OFFSET], ATTR_OFFSET, 0, 1_000_000)
    return int(offset), int(_within(data[ATTR_PAGE_SIZE], ATTR_PAGE_SIZE, 1, LARGEST_PAGE))


def _within(value: float, field: str, lowest: int, highest: int) -> float:
    """Return a number, or refuse one out of range."""
    if not lowest <= value <= highest:
        raise refusal("out_of_range", field=field, value=value, lowest=lowest, highest=highest)
    return value
