"""Tests of the library file itself: opening, migrating, refusing, and transactions that are whole."""

import asyncio
from contextlib import closing
from pathlib import Path
import sqlite3
import threading
from typing import Any

import pytest

from custom_components.music_sync.engine.library import (
    DamagedLibrary,
    Library,
    LibraryError,
    NewerLibrary,
    file,
    gates,
    schema,
    syncs,
)
from custom_components.music_sync.engine.model import GateState


async def opened(path: Path) -> Library:
    """Open a library file."""
    library = Library(path)
    await library.open()
    return library


def pragma(connection: sqlite3.Connection, name: str) -> Any:
    """Return a setting of the file."""
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


async def test_new_file_has_all_tables_and_outlives_a_power_cut(tmp_path: Path) -> None:
    """From nothing, folders included; every commit reaches the disk."""
    library = await opened(tmp_path / "deep" / "down" / "library.db")
    assert await library.run(pragma, "user_version") == len(schema.MIGRATIONS)
    assert await library.run(pragma, "journal_mode") == "wal"
    assert await library.run(pragma, "synchronous") == 2
    await library.close()


async def test_file_with_a_name_that_an_address_would_not_take(tmp_path: Path) -> None:
    """Blanks, question marks and percent signs in the path mean themselves, the second time, too."""
    path = tmp_path / "50% of what? #1" / "library.db"
    for enabled in (False, False):
        library = await opened(path)
        await library.run(syncs.enable, "sync", enabled)
        await library.close()
    assert path.exists()


async def test_what_was_kept_is_there_after_reopening(tmp_path: Path) -> None:
    """Gates and switches outlive a restart."""
    path = tmp_path / "library.db"
    library = await opened(path)
    assert await library.run(gates.load, "account") == GateState()
    assert await library.run(syncs.enabled, "sync")
    state = GateState(blocked_until=1_800_000_000.5, day=20_000, used=17, hits=2)
    await library.run(gates.save, "account", state)
    await library.run(syncs.enable, "sync", False)
    await library.close()
    library = await opened(path)
    assert await library.run(gates.load, "account") == state
    assert not await library.run(syncs.enabled, "sync")
    await library.run(syncs.enable, "sync", True)
    assert await library.run(syncs.enabled, "sync")
    await library.close()


async def test_older_file_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the steps that are missing are taken, and what is there stays."""
    path = tmp_path / "library.db"
    library = await opened(path)
    await library.run(syncs.enable, "sync", False)
    await library.close()
    added = "ALTER TABLE syncs ADD COLUMN note TEXT; UPDATE syncs SET note = 'kept'"
    monkeypatch.setattr(file, "MIGRATIONS", (*schema.MIGRATIONS, added))
    library = await opened(path)
    rows = await library.run(lambda connection: connection.execute("SELECT enabled, note FROM syncs").fetchall())
    assert rows == [(0, "kept")]
    assert await library.run(pragma, "user_version") == len(schema.MIGRATIONS) + 1
    await library.close()


async def test_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that breaks off leaves the file at the step before."""
    path = tmp_path / "library.db"
    await (await opened(path)).close()
    monkeypatch.setattr(file, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE half (a); CREATE TABLE syncs (a)"))
    with pytest.raises(LibraryError):
        await opened(path)
    monkeypatch.undo()
    library = await opened(path)
    tables = await library.run(lambda connection: connection.execute("SELECT name FROM sqlite_schema").fetchall())
    assert ("half",) not in tables
    await library.close()


def crash_of_a_newer_version(path: Path, mode: str, after: Path) -> dict[str, bytes]:
    """Leave in a folder what a newer version had on disk when it died; give the files by name."""
    path.parent.mkdir()
    after.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
        connection.execute("CREATE TABLE of_the_future (a)")
        connection.commit()
        files = {one.name: one.read_bytes() for one in path.parent.iterdir() if not one.name.endswith("-shm")}
    for name, content in files.items():
        (after / name).write_bytes(content)
    return files


@pytest.mark.parametrize("mode", ["wal", "delete"])
async def test_newer_file_is_refused_and_untouched(tmp_path: Path, mode: str) -> None:
    """A file of a newer version stays as it is, to the byte, even with what a crash left in its log."""
    before = crash_of_a_newer_version(tmp_path / "before" / "library.db", mode, tmp_path / "after")
    assert ("library.db-wal" in before) is (mode == "wal")
    with pytest.raises(NewerLibrary):
        await opened(tmp_path / "after" / "library.db")
    assert {name: (tmp_path / "after" / name).read_bytes() for name in before} == before


@pytest.mark.parametrize("damage", ["text", "head", "schema", "cut", "random"])
async def test_damaged_file_is_refused_and_untouched(tmp_path: Path, damage: str) -> None:
    """What is no database, or only half of one, stays as it is, to the byte."""
    path = tmp_path / "library.db"
    await (await opened(path)).close()
    whole = path.read_bytes()
    broken = {
        "text": b"This is no database, but somebody's shopping list. " * 40,
        "head": b"\0" * 100 + whole[100:],
        "schema": whole[:100] + b"\xff" * 4000 + whole[4100:],
        "cut": whole[: len(whole) // 2],
        "random": bytes(range(256)) * 64,
    }[damage]
    path.write_bytes(broken)
    with pytest.raises(DamagedLibrary):
        await opened(path)
    assert path.read_bytes() == broken


async def test_path_that_cannot_be_opened(tmp_path: Path) -> None:
    """A folder where the file should be is unusable, which is not the same as damaged."""
    (tmp_path / "library.db").mkdir()
    with pytest.raises(LibraryError) as raised:
        await opened(tmp_path / "library.db")
    assert not isinstance(raised.value, DamagedLibrary)


async def test_closed_file_is_refused(tmp_path: Path) -> None:
    """After closing, and before opening, nothing runs; closing twice is fine."""
    library = await opened(tmp_path / "library.db")
    await library.close()
    await library.close()
    for one in (library, Library(tmp_path / "other.db")):
        with pytest.raises(LibraryError):
            await one.run(pragma, "user_version")
    await one.close()


async def test_transaction_is_whole_or_not_at_all(library: Library) -> None:
    """What a function wrote before it failed is gone, and the file goes on working."""

    def half(connection: sqlite3.Connection) -> None:
        """Write, and fail."""
        syncs.enable(connection, "first", False)
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        await library.run(half)
    assert await library.run(syncs.enabled, "first")
    await library.run(syncs.enable, "second", False)
    assert not await library.run(syncs.enabled, "second")


async def test_caller_that_goes_away_leaves_the_transaction_whole(library: Library) -> None:
    """A cancelled caller does not wait, and what was begun is finished."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection: sqlite3.Connection) -> None:
        """Write in two steps."""
        syncs.enable(connection, "first", False)
        begun.set()
        go_on.wait(5)
        syncs.enable(connection, "second", False)

    task = asyncio.create_task(library.run(slow))
    await asyncio.to_thread(begun.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert not await library.run(syncs.enabled, "second")
    assert not await library.run(syncs.enabled, "first")


async def test_closing_waits_for_what_is_under_way(tmp_path: Path) -> None:
    """What was asked for before closing is kept."""
    library = await opened(tmp_path / "library.db")
    asked = [asyncio.create_task(library.run(syncs.enable, str(number), False)) for number in range(20)]
    await asyncio.sleep(0)
    await library.close()
    await asyncio.gather(*asked)
    library = await opened(tmp_path / "library.db")
    assert not any([await library.run(syncs.enabled, str(number)) for number in range(20)])
    await library.close()


async def test_file_is_private(tmp_path: Path) -> None:
    """What a person listens to is readable for nobody else."""
    library = Library(tmp_path / "library.db")
    await library.open()
    try:
        assert (tmp_path / "library.db").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "library.db-wal").stat().st_mode & 0o777 == 0o600
    finally:
        await library.close()
