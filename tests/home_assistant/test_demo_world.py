"""One whole run over the demo world of real recordings, judged by what is the same recording by construction."""

import pytest

from custom_components.music_sync.engine.outcomes import Outcome
from sandbox.world import load

from .conftest import OpensHome


@pytest.mark.timeout(300)
async def test_demo_world(open_home: OpensHome) -> None:
    """The books balance, nothing wrong is added, nearly all that is there is; a second run writes nothing."""
    world = load()
    home = await open_home(world)
    spotify, qobuz = home.add_spotify(), home.add_qobuz()
    await home.set_up(spotify, qobuz)
    fields = {"source": spotify.entry_id, "target": qobuz.entry_id}
    before = set(home.favorites())
    report = await home.act("sync_favorites", **fields)
    items = []
    for offset in range(0, report["items_total"], 500):
        page = await home.act("get_report", run_id=report["run_id"], offset=offset, page_size=500)
        items += page["items"]
    counts = dict(report["counts"])
    assert report["status"] == "completed"
    assert counts["source"] == len(items) == len(world.spotify_likes)
    assert counts["source"] == sum(counts[outcome] for outcome in Outcome)
    paired = [(item["source"]["id"], int(item["target"]["id"])) for item in items if item["target"]]
    assert world.judge(paired) == []
    available = {liked for liked in world.liked() if world.available(liked)}
    assert len(available & {source for source, _ in paired}) / len(available) >= 0.98
    added = {int(item["target"]["id"]) for item in items if item["outcome"] == "added"}
    assert set(home.favorites()) == before | added
    home.qobuz.requests.clear()
    again = await home.act("sync_favorites", **fields)
    assert again["counts"]["added"] == 0
    assert len(home.qobuz.requests) <= 3
