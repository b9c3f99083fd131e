"""A sync that cannot do its work does not try it over and over."""

from datetime import datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.util import dt as dt_util
import pytest

from custom_components.music_sync.runtime import MUSIC_SYNC

from .conftest import OpensHome
from .home import Home, asked
from .small_world import small_world, spotify_id

MINUTE = 60
HOUR = 60 * MINUTE
FIRST_START = 16
POLL = 10 * MINUTE + 2
MOST = 5
"""Times that a full disk stays full: a sync that starts over at once is to fail a test, not to go on for ever."""


async def fill_disk(home: Home, change: str) -> list[bool]:
    """Let changes of the library file fail, and give a list of those that did."""
    library = await home.hass.data[MUSIC_SYNC].async_library()
    failed: list[bool] = []

    def is_full() -> bool:
        """Tell whether the disk is full, a few times."""
        failed.append(True)
        return len(failed) <= MOST

    full = f"CREATE TRIGGER full BEFORE {change} BEGIN SELECT RAISE(FAIL, 'The disk is full') WHERE is_full(); END"
    await library.run(lambda connection: connection.create_function("is_full", 0, is_full))
    await library.run(lambda connection: connection.execute(full))
    return failed


@pytest.mark.parametrize("trigger", ["on_change", "interval"])
@pytest.mark.parametrize("change", ["INSERT ON runs", "UPDATE ON runs", "INSERT ON items"])
async def test_library_that_cannot_be_written(
    freezer: FrozenDateTimeFactory, home: Home, change: str, trigger: str
) -> None:
    """A run that the library file does not take down is made up for an hour later, or when a person wants it."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz, trigger=trigger)
    failed = await fill_disk(home, change)
    await home.jump(freezer, FIRST_START)
    assert len(failed) == 1
    starts_at = datetime.fromisoformat(home.state(sync, "next_run").state)
    assert (starts_at - dt_util.utcnow()).total_seconds() == pytest.approx(HOUR, abs=2)
    home.qobuz.requests.clear()
    for _ in range(5):
        await home.jump(freezer, POLL)
    assert len(failed) == 1
    assert "create" not in asked(home.qobuz)
    assert (await home.act("get_runs", target=qobuz.entry_id))["total"] == 0
    library = await home.hass.data[MUSIC_SYNC].async_library()
    await library.run(lambda connection: connection.execute("DROP TRIGGER full"))
    await home.jump(freezer, POLL)
    runs = (await home.act("get_runs", target=qobuz.entry_id))["runs"]
    assert [run["status"] for run in runs] == ["completed"]
    assert home.has([0, 1, 2])


async def test_person_need_not_wait_for_the_hour(freezer: FrozenDateTimeFactory, home: Home) -> None:
    """The disk has room again: whoever presses the button does not wait."""
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz, trigger="interval")
    await fill_disk(home, "INSERT ON items")
    await home.jump(freezer, FIRST_START)
    library = await home.hass.data[MUSIC_SYNC].async_library()
    await library.run(lambda connection: connection.execute("DROP TRIGGER full"))
    await home.press(sync, "sync_now")
    await home.settle()
    assert home.state(sync, "last_result").state == "completed"


async def test_source_that_likes_nothing(freezer: FrozenDateTimeFactory, open_home: OpensHome) -> None:
    """One run says so; after it only the first like starts another."""
    home = await open_home(small_world(liked=()))
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    sync = await home.add_sync(spotify, qobuz, trigger="on_change")
    await home.jump(freezer, FIRST_START)
    for _ in range(5):
        await home.jump(freezer, HOUR)
    runs = (await home.act("get_runs", target=qobuz.entry_id))["runs"]
    assert [(run["status"], run["error"]) for run in runs] == [("failed", "source_empty")]
    assert home.state(sync, "next_run").state == "unknown"
    home.spotify.change_state({"like": {"track": spotify_id(3)}})
    await home.jump(freezer, POLL)
    assert home.has([3])
    assert (await home.act("get_runs", target=qobuz.entry_id))["total"] == 2
