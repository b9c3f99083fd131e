"""Bad input is refused: translated, saying what to do, before anything is read or written."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import OpensHome
from .home import Home, asked
from .small_world import small_world

SAYS_WHAT_TO_DO = ("Choose", "Enable", "Check", "Look up", "Start", "Leave out", "Add it")


@pytest.fixture
async def accounts(home: Home) -> tuple[ConfigEntry, ConfigEntry]:
    """Give a Spotify and a Qobuz account, loaded, and forget what they asked for."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    return spotify, qobuz


def check(error: ServiceValidationError, key: str, *says: str) -> None:
    """Check that a refusal is translated and says what is wrong, and what to do."""
    assert (error.translation_domain, error.translation_key) == ("music_sync", key)
    text = str(error)
    assert any(todo in text for todo in SAYS_WHAT_TO_DO), text
    assert all(part in text for part in says), text


@pytest.mark.parametrize("field", ["source", "target"])
async def test_unknown_account(home: Home, accounts: tuple[ConfigEntry, ConfigEntry], field: str) -> None:
    """An account that is not there."""
    fields = {"source": accounts[0].entry_id, "target": accounts[1].entry_id} | {field: "nobody"}
    check(await home.refused("sync_favorites", **fields), "account_unknown", "nobody")


@pytest.mark.parametrize("field", ["source", "target"])
async def test_entry_of_another_integration(home: Home, accounts: tuple[ConfigEntry, ConfigEntry], field: str) -> None:
    """An entry of another integration."""
    other = MockConfigEntry(domain="sun")
    other.add_to_hass(home.hass)
    fields = {"source": accounts[0].entry_id, "target": accounts[1].entry_id} | {field: other.entry_id}
    check(await home.refused("sync_favorites", **fields), "account_unknown", other.entry_id)


@pytest.mark.parametrize(("source", "target"), [(1, 0), (0, 0), (1, 1)])
async def test_wrong_kind(home: Home, accounts: tuple[ConfigEntry, ConfigEntry], source: int, target: int) -> None:
    """Accounts that cannot be read, or written, either way round."""
    fields = {"source": accounts[source].entry_id, "target": accounts[target].entry_id}
    titles = accounts[source].title, accounts[target].title
    check(await home.refused("sync_favorites", **fields), "wrong_account_kind", *titles)


@pytest.mark.parametrize(
    ("fields", "key", "says"),
    [
        ({"min_score": 101}, "out_of_range", ("min_score", "101", "0", "100")),
        ({"min_score": -0.5}, "out_of_range", ("-0.5",)),
        ({"min_score": "nan"}, "out_of_range", ("nan",)),
        ({"limit": 0}, "out_of_range", ("limit", "0", "1000000")),
        ({"limit": -3}, "out_of_range", ("-3",)),
        ({"limit": 1_000_001}, "out_of_range", ("1000001",)),
        ({"mode": "mirror"}, "mirror_unavailable", ("add_only",)),
        ({"method": "database"}, "method_unavailable", ("Qobuz", "api")),
    ],
)
async def test_fields(
    home: Home,
    accounts: tuple[ConfigEntry, ConfigEntry],
    fields: dict[str, Any],
    key: str,
    says: tuple[str, ...],
) -> None:
    """Numbers out of range, and what is not there yet."""
    error = await home.refused("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id, **fields)
    check(error, key, *says)


@pytest.mark.parametrize("which", [0, 1])
async def test_account_not_loaded(home: Home, accounts: tuple[ConfigEntry, ConfigEntry], which: int) -> None:
    """A source or a target that is not loaded."""
    await home.unload(accounts[which])
    fields = {"source": accounts[0].entry_id, "target": accounts[1].entry_id}
    check(await home.refused("sync_favorites", **fields), "account_not_loaded", accounts[which].title)


async def test_empty_source(open_home: OpensHome) -> None:
    """A Spotify account that likes nothing: one look is needed to tell, and the target is left alone."""
    home = await open_home(small_world(liked=()))
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz)
    for action, fields in (
        ("sync_favorites", {"source": spotify.entry_id, "target": qobuz.entry_id}),
        ("run_sync", {"device_id": home.device_id(qobuz, sync)}),
    ):
        home.spotify.requests.clear()
        home.qobuz.requests.clear()
        with pytest.raises(ServiceValidationError) as caught:
            await home.act(action, **fields)
        check(caught.value, "source_empty", spotify.title)
        assert asked(home.spotify) == ["tracks"]
        assert not home.qobuz.requests
    with pytest.raises(ServiceValidationError):
        await home.press(sync, "sync_now")
    assert not home.qobuz.requests
    assert (await home.act("get_runs", target=qobuz.entry_id)) == {"runs": [], "total": 0}


@pytest.mark.parametrize("action", ["run_sync", "get_runs", "get_report", "get_missing"])
async def test_device_is_no_sync(home: Home, accounts: tuple[ConfigEntry, ConfigEntry], action: str) -> None:
    """The device of an account, of another integration, or none at all."""
    sun = MockConfigEntry(domain="sun")
    sun.add_to_hass(home.hass)
    foreign = dr.async_get(home.hass).async_get_or_create(config_entry_id=sun.entry_id, identifiers={("sun", "1")})
    for device_id in (home.device_id(accounts[1]), foreign.id, "nothing"):
        check(await home.refused(action, device_id=device_id), "device_is_no_sync", device_id)


@pytest.mark.parametrize("action", ["run_sync", "get_runs", "get_report", "get_missing"])
async def test_sync_of_an_account_not_loaded(
    home: Home, accounts: tuple[ConfigEntry, ConfigEntry], action: str
) -> None:
    """A sync whose account is not loaded."""
    sync = await home.add_sync(*accounts)
    device_id = home.device_id(accounts[1], sync)
    await home.unload(accounts[1])
    check(await home.refused(action, device_id=device_id), "account_not_loaded", accounts[1].title)


async def test_sync_without_its_source(home: Home, accounts: tuple[ConfigEntry, ConfigEntry]) -> None:
    """A sync whose source is not loaded, or was removed."""
    spotify, qobuz = accounts
    sync = await home.add_sync(spotify, qobuz)
    device_id = home.device_id(qobuz, sync)
    await home.unload(spotify)
    check(await home.refused("run_sync", device_id=device_id), "account_not_loaded", spotify.title)
    await home.hass.config_entries.async_remove(spotify.entry_id)
    await home.settle()
    check(await home.refused("run_sync", device_id=device_id), "source_missing", sync.title)


@pytest.mark.parametrize("action", ["get_report", "get_missing"])
async def test_no_runs(home: Home, accounts: tuple[ConfigEntry, ConfigEntry], action: str) -> None:
    """Asking what came of runs where there was none."""
    sync = await home.add_sync(*accounts)
    check(await home.refused(action, target=accounts[1].entry_id), "no_runs")
    check(await home.refused(action, device_id=home.device_id(accounts[1], sync)), "no_runs")


async def test_unknown_run(home: Home, accounts: tuple[ConfigEntry, ConfigEntry]) -> None:
    """A run that there never was, or that is not over."""
    check(await home.refused("get_report", run_id="01K"), "run_unknown", "01K")
    home.qobuz.add_fault({"kind": "delay", "seconds": 0.3}, path="lastUpdate")
    queued = await home.act("sync_favorites", source=accounts[0].entry_id, target=accounts[1].entry_id, wait=False)
    with pytest.raises(ServiceValidationError) as caught:
        await home.act("get_report", run_id=queued["run_id"])
    check(caught.value, "run_unknown", queued["run_id"])
    await home.settle()
    assert (await home.act("get_report", run_id=queued["run_id"]))["status"] == "completed"


@pytest.mark.parametrize("action", ["get_runs", "get_report", "get_missing"])
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"offset": -1}, ("offset", "-1")),
        ({"page_size": 0}, ("page_size", "0")),
        ({"page_size": 501}, ("page_size", "500")),
    ],
)
async def test_pages(
    home: Home,
    accounts: tuple[ConfigEntry, ConfigEntry],
    action: str,
    fields: dict[str, int],
    says: tuple[str, ...],
) -> None:
    """A page that cannot be."""
    check(await home.refused(action, target=accounts[1].entry_id, **fields), "out_of_range", *says)


@pytest.mark.parametrize("action", ["get_runs", "get_report", "get_missing"])
async def test_nobody_named(home: Home, accounts: tuple[ConfigEntry, ConfigEntry], action: str) -> None:
    """Neither a sync nor a target, both, and a target that is not there."""
    check(await home.refused(action), "whose_missing")
    check(await home.refused(action, target=accounts[1].entry_id, device_id="some"), "whose_missing")
    check(await home.refused(action, target="nobody"), "account_unknown", "nobody")


async def test_refresh(home: Home, accounts: tuple[ConfigEntry, ConfigEntry]) -> None:
    """Refreshing what is not there."""
    spotify, _ = accounts
    check(await home.refused("refresh", source="nobody"), "account_unknown", "nobody")
    error = await home.refused("refresh", source=spotify.entry_id, content=["favorites", "plays"])
    check(error, "content_unavailable", spotify.title, "plays", "favorites")
    check(await home.refused("refresh", source=spotify.entry_id, limit=0), "out_of_range", "limit")
    await home.unload(spotify)
    check(await home.refused("refresh", source=spotify.entry_id), "account_not_loaded", spotify.title)
