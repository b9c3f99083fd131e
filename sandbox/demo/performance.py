"""The demo itself: accounts, a dashboard, and a sync that runs twice."""

from .. import world as worlds
from . import dashboard
from .accounts import add_favorites_sync, add_qobuz, add_spotify, set_options
from .runs import first_and_second
from .stage import Stage
from .terminal import say, show_progress
from .verdict import Demo, Truth, truth

QUICK = 5
"""Milliseconds between two requests to a stand-in."""


async def connect(on: Stage) -> None:
    """Add both accounts and the sync, as a person would; requests are counted from the sync on."""
    say("· connecting Spotify and Qobuz")
    source = await add_spotify(on.client)
    target, next_flow = await add_qobuz(on.client)
    for entry_id in (source, target):
        await set_options(on.client, entry_id, minimum_delay=QUICK)
    await on.stand_ins.forget_requests()
    await add_favorites_sync(on.client, source, target, next_flow)


async def perform(on: Stage) -> tuple[Demo, Truth]:
    """Connect the accounts, lay out the dashboard and run the sync twice."""
    before = await on.stand_ins.favorites()
    await connect(on)
    found = await dashboard.find_devices(on.client)
    await dashboard.save(on.client, found)
    sync = next(device for device in found if device.is_sync)
    say(f"· syncing: {sync.name}")
    result = await first_and_second(on, sync, before, show_progress)
    return result, truth(worlds.load(), result.first.items, result.before, result.after)
