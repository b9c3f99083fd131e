"""The demo's two runs: the first sync, and another straight after it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from .client import Client, Json
from .dashboard import Device
from .problem import Problem
from .stage import Stage
from .stand_ins import StandIns
from .verdict import Demo, Run

RUN_TIMEOUT = 900.0
PAGE = 500


async def first_and_second(stage: Stage, sync: Device, before: frozenset[int], show: Callable[[str], None]) -> Demo:
    """Run a sync twice; `before` are Qobuz's favourites as they were, `show` is given lines about the progress."""
    watch = asyncio.create_task(_watch(stage.client, sync, show))
    try:
        await stage.client.action("run_sync", RUN_TIMEOUT, device_id=sync.id)
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        show("")
    first = await _oldest(stage.client, stage.stand_ins, sync)
    after = await stage.stand_ins.favorites()
    await stage.stand_ins.forget_requests()
    report = await stage.client.action("run_sync", RUN_TIMEOUT, device_id=sync.id)
    second = await _whole(stage.client, stage.stand_ins, report["run_id"])
    return Demo(first=first, second=second, before=before, after=after)


async def _oldest(client: Client, stand_ins: StandIns, sync: Device) -> Run:
    """Give a sync's first run, which its own trigger may have begun before anybody asked."""
    runs = await client.action("get_runs", RUN_TIMEOUT, device_id=sync.id)
    return await _whole(client, stand_ins, runs["runs"][-1]["run_id"])


async def _whole(client: Client, stand_ins: StandIns, run_id: str) -> Run:
    """Give a run with all its items."""
    requests = await stand_ins.requests()
    report: Json = {}
    items: list[Json] = []
    while not report or len(items) < report["items_total"]:
        report = await client.action("get_report", RUN_TIMEOUT, run_id=run_id, offset=len(items), page_size=PAGE)
        if not report["items"]:
            break
        items += report["items"]
    return Run(report=report, items=items, requests=requests)


async def _watch(client: Client, sync: Device, show: Callable[[str], None]) -> None:
    """Show a sync's progress every second."""
    entities = [sync.entities[key] for key in ("sensor.status", "sensor.progress") if key in sync.entities]
    while True:
        await asyncio.sleep(1)
        with suppress(Problem):
            states = [(await client.state(entity))["state"] for entity in entities]
            show(f"{' '.join(states)} %")
