"""What tests of the engine share."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from custom_components.music_sync.engine.library import Library
from custom_components.music_sync.engine.sync import apply
from sandbox.world import World

from .sync_bench import OpensBench, SyncBench, open_bench


@pytest.fixture
async def open_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpensBench]:
    """Give a function that serves a world, with accounts and a library file; looks for what was written do not wait."""
    monkeypatch.setattr(apply, "LOOKS", (0.0, 0.0, 0.0))
    async with AsyncExitStack() as stack:

        async def open_world(world: World) -> SyncBench:
            """Serve a world."""
            return await stack.enter_async_context(open_bench(world, tmp_path / "library.db", monkeypatch))

        yield open_world


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    """Give an open library file."""
    opened = Library(tmp_path / "library.db")
    await opened.open()
    yield opened
    await opened.close()
