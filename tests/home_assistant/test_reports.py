"""The actions that tell what came of runs, and the one that fetches now."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.exceptions import HomeAssistantError
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from .conftest import OpensHome
from .home import Home, Json, asked
from .small_world import LOCAL_FILE, MISSPELLED, ONLY_SPOTIFY, small_world, spotify_id

CHANGING = props("run_id", "entry_id", "started_at", "finished_at", "duration")


@pytest.fixture
async def home(open_home: OpensHome) -> Home:
    """Give a home where likes have every kind of outcome."""
    return await open_home(small_world(liked=(0, 1, ONLY_SPOTIFY, MISSPELLED, LOCAL_FILE, 2), held=(1,)))


@pytest.fixture
async def accounts(home: Home) -> tuple[ConfigEntry, ConfigEntry]:
    """Give a Spotify and a Qobuz account, loaded."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    return spotify, qobuz


def ids(response: dict[str, Any]) -> list[str]:
    """Return the items' ids at the source."""
    return [item["source"]["id"] for item in response["items"]]


async def test_get_runs(home: Home, accounts: tuple[ConfigEntry, ConfigEntry], snapshot: SnapshotAssertion) -> None:
    """Runs are told newest first, without items, in pages; of a sync or of a whole target."""
    spotify, qobuz = accounts
    sync = await home.add_sync(spotify, qobuz)
    device = home.device_id(qobuz, sync)
    first = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id, dry_run=True)
    second = await home.act("run_sync", device_id=device)
    told = await home.act("get_runs", target=qobuz.entry_id)
    assert [run["run_id"] for run in told["runs"]] == [second["run_id"], first["run_id"]]
    assert told["total"] == 2
    assert told == snapshot(exclude=CHANGING)
    own = await home.act("get_runs", device_id=device)
    assert [run["run_id"] for run in own["runs"]] == [second["run_id"]]
    assert own["total"] == 1
    page = await home.act("get_runs", target=qobuz.entry_id, offset=1, page_size=1)
    assert [run["run_id"] for run in page["runs"]] == [first["run_id"]]
    assert page["total"] == 2
    assert (await home.act("get_runs", target=qobuz.entry_id, offset=2))["runs"] == []


async def test_get_report(home: Home, accounts: tuple[ConfigEntry, ConfigEntry]) -> None:
    """A report is that of the run named, or else of the latest; its items come in pages and by outcome."""
    spotify, qobuz = accounts
    device = home.device_id(qobuz, await home.add_sync(spotify, qobuz, min_score=99))
    run = await home.act("run_sync", device_id=device)
    later = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id, dry_run=True)
    assert await home.act("get_report", run_id=run["run_id"]) == run
    assert await home.act("get_report", device_id=device) == run
    assert await home.act("get_report", target=qobuz.entry_id) == later
    pages = [await home.act("get_report", run_id=run["run_id"], offset=offset, page_size=4) for offset in (0, 4, 8)]
    assert [len(page["items"]) for page in pages] == [4, 2, 0]
    assert [item for page in pages for item in page["items"]] == run["items"]
    assert {page["items_total"] for page in pages} == {6}
    some = await home.act("get_report", run_id=run["run_id"], outcome=["missing", "unsyncable"])
    assert some["items_total"] == len(some["items"]) == 2
    assert {item["outcome"] for item in some["items"]} == {"missing", "unsyncable"}
    assert some["counts"] == run["counts"]
    one = await home.act("get_report", run_id=run["run_id"], outcome="added", page_size=1, offset=1)
    assert (one["items_total"], ids(one)) == (2, [spotify_id(2)])


async def test_get_missing(home: Home, accounts: tuple[ConfigEntry, ConfigEntry], snapshot: SnapshotAssertion) -> None:
    """What the target lacks is told with the reason and the best candidate."""
    spotify, qobuz = accounts
    device = home.device_id(qobuz, await home.add_sync(spotify, qobuz, min_score=99))
    await home.act("run_sync", device_id=device)
    both: tuple[Json, ...] = ({"device_id": device}, {"target": qobuz.entry_id})
    for whose in both:
        told = await home.act("get_missing", **whose)
        assert ids(told) == [spotify_id(ONLY_SPOTIFY), spotify_id(MISSPELLED)]
        assert told["total"] == 2
        assert told == snapshot(name="missing")
    assert ids(await home.act("get_missing", device_id=device, offset=1, page_size=1)) == [spotify_id(MISSPELLED)]


async def test_missing_outlives_a_run_that_failed(home: Home, accounts: tuple[ConfigEntry, ConfigEntry]) -> None:
    """A run that could not read says nothing about what the target lacks."""
    spotify, qobuz = accounts
    fields: Json = {"source": spotify.entry_id, "target": qobuz.entry_id}
    await home.act("sync_favorites", **fields, min_score=99)
    home.qobuz.add_fault({"kind": "status", "status": 500}, path="lastUpdate")
    assert (await home.act("sync_favorites", **fields))["status"] == "failed"
    assert (await home.act("get_missing", target=qobuz.entry_id))["total"] == 2


async def test_refresh(home: Home, accounts: tuple[ConfigEntry, ConfigEntry]) -> None:
    """Fetching now tells how much there is and whether that is news."""
    spotify, qobuz = accounts
    assert await home.act("refresh", source=spotify.entry_id) == {"favorites": {"count": 6, "changed": True}}
    assert home.state(spotify, "liked_songs").state == "6"
    home.spotify.requests.clear()
    assert await home.act("refresh", source=spotify.entry_id) == {"favorites": {"count": 6, "changed": False}}
    assert asked(home.spotify) == ["tracks"]
    home.spotify.change_state({"like": {"track": spotify_id(3)}})
    answer = await home.act("refresh", source=spotify.entry_id, content=["favorites"])
    assert answer == {"favorites": {"count": 7, "changed": True}}
    assert not await home.act("refresh", respond=False, source=spotify.entry_id)
    assert await home.act("refresh", source=qobuz.entry_id) == {"favorites": {"count": 1, "changed": True}}


async def test_refresh_the_newest(home: Home, accounts: tuple[ConfigEntry, ConfigEntry]) -> None:
    """With a limit only the newest are fetched, by one request."""
    spotify, _ = accounts
    home.spotify.requests.clear()
    answer = await home.act("refresh", source=spotify.entry_id, limit=1)
    assert answer["favorites"]["changed"]
    assert asked(home.spotify) == ["tracks"]
    assert home.state(spotify, "liked_songs").state == "unknown"


@pytest.mark.parametrize(
    ("status", "headers", "key"),
    [(500, {}, "service_failed"), (403, {}, "access_denied"), (429, {"Retry-After": "7200"}, "rate_limited")],
)
async def test_refresh_that_fails(
    home: Home, accounts: tuple[ConfigEntry, ConfigEntry], status: int, headers: dict[str, str], key: str
) -> None:
    """The action and the button say what went wrong, and the account shows it."""
    spotify, _ = accounts
    home.spotify.add_fault({"kind": "status", "status": status, "headers": headers}, path="/v1/me/tracks")
    with pytest.raises(HomeAssistantError) as caught:
        await home.act("refresh", source=spotify.entry_id)
    assert caught.value.translation_key == key
    assert spotify.title in str(caught.value)
    assert home.state(spotify, "connected", "binary_sensor").state == ("on" if status == 429 else "off")
    with pytest.raises(HomeAssistantError) as caught:
        await home.press(spotify, "refresh")
    assert caught.value.translation_key == key
    if status != 429:
        home.spotify.faults.clear()
        await home.press(spotify, "refresh")
        assert home.state(spotify, "connected", "binary_sensor").state == "on"


async def test_budget_is_spent(home: Home, accounts: tuple[ConfigEntry, ConfigEntry]) -> None:
    """A budget of requests is read at each use, shown, and kept to."""
    spotify, qobuz = accounts
    home.hass.config_entries.async_update_entry(qobuz, options={"minimum_delay": 0, "daily_budget": 1})
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert report["status"] == "partial"
    assert report["error"] == "budget_spent"
    assert report["counts"]["skipped"] == 4
    assert {item["reason"] for item in report["items"] if item["outcome"] == "skipped"} == {"budget"}
    assert home.state(qobuz, "requests_left_today").state == "0"
    home.hass.config_entries.async_update_entry(qobuz, options={"minimum_delay": 0, "daily_budget": 5000})
    report = await home.act("sync_favorites", source=spotify.entry_id, target=qobuz.entry_id)
    assert report["status"] == "completed"
