"""Tests of a run that is killed: whatever the moment, the next one ends right, and nothing is sent twice."""

import asyncio
import signal
import sys

import pytest

from custom_components.music_sync.engine.library import runs
from custom_components.music_sync.engine.outcomes import Status
from custom_components.music_sync.engine.sync.run import recover
from tests.without_home_assistant import ROOT

from .doomed_run import MOMENTS
from .sync_bench import OpensBench, SyncBench, described, favorite, world

ALL = [favorite(number) for number in range(60)]


async def kill(bench: SyncBench, moment: str) -> None:
    """Let another process carry out a run on the same file until it is killed."""
    await bench.library.close()
    token = str(bench.spotify.sign_in()["access_token"])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.engine.doomed_run",
        moment,
        str(bench.path),
        bench.spotify_url,
        bench.qobuz_url,
        token,
        str(bench.time.now),
        cwd=ROOT,
    )
    assert await process.wait() == -signal.SIGKILL
    await bench.reopen()


@pytest.mark.parametrize(
    ("moment", "left", "arrived", "settled", "writes"),
    [
        ("planned", {"planned": 60}, 0, "planned", 2),
        ("sent", {"sent": 50, "planned": 10}, 0, "failed", 2),
        ("carried out", {"sent": 50, "planned": 10}, 50, "done", 1),
        ("marking", {"sent": 50, "planned": 10}, 50, "done", 1),
        ("marked", {"done": 50, "planned": 10}, 50, "done", 1),
    ],
)
async def test_killed_run(
    open_sync: OpensBench, moment: str, left: dict[str, int], arrived: int, settled: str, writes: int
) -> None:
    """What was in flight is settled by what the target holds; the ledger says exactly what we wrote."""
    assert moment in MOMENTS
    bench = await open_sync(world(60, likes=range(60)))
    await kill(bench, moment)
    states = list((await bench.states()).values())
    assert {state: states.count(state) for state in states} == left
    assert bench.favorites() == ALL[:arrived]
    assert await bench.ledger() == (set(ALL[:50]) if moment == "marked" else set())
    killed = await bench.library.run(runs.get, "run-0000")
    assert killed is not None
    assert (killed.status, killed.report) == (Status.RUNNING, None)

    await recover(bench.target, bench.library, described)
    closed = await bench.library.run(runs.get, "run-0000")
    assert closed is not None
    assert closed.report is not None
    assert closed.report["source"] == {
        "entry_id": "entry-spotify",
        "title": "Title of entry-spotify",
        "kind": "spotify",
    }
    told = {name: left.get(state, 0) for name, state in (("added", "done"), ("failed", "sent"), ("skipped", "planned"))}
    assert {name: closed.report["counts"][name] for name in ("source", *told)} == {"source": 60, **told}
    assert len(await bench.library.run(runs.items, "run-0000")) == 60
    assert await bench.library.run(runs.latest, "entry-qobuz", "sync", least_items=1) is None
    bench.sent()
    done = await bench.run()
    asked = bench.sent()[1]
    assert asked.count("create") == writes
    assert "search" not in asked[: asked.index("create")]
    assert (done.status, done.counts) == (
        "completed",
        {"added": 60 - arrived} | ({"already_present": arrived} if arrived else {}),
    )
    assert bench.favorites() == ALL
    assert await bench.ledger() == set(ALL)
    first = await bench.library.run(
        lambda connection: connection.execute(
            "SELECT DISTINCT state FROM operations WHERE run = 'run-0000' AND position < 50"
        ).fetchall()
    )
    assert first == [(settled,)]
    again = await bench.run()
    assert again.counts == {"already_present": 60}
    assert "create" not in bench.sent()[1]
    listed = await bench.library.run(runs.find, "entry-qobuz")
    assert [one.status for one in listed] == [Status.COMPLETED, Status.COMPLETED, Status.PARTIAL]
