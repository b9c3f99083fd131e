"""The library file: SQLite behind one worker thread, one transaction a call."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
import sqlite3
from typing import Concatenate

from .schema import MIGRATIONS


class LibraryError(Exception):
    """The library file cannot be used."""


class NewerLibrary(LibraryError):
    """The file was written by a newer version of Music Sync; it is left as it is."""


class DamagedLibrary(LibraryError):
    """The file is no database, or a damaged one; it is left as it is."""


class Library:
    """Runs functions that take the connection, each in a transaction of its own, in one thread.

    The functions live beside this file, by what they keep: `mirror`, `matches`, `journal`, `runs`, `gates`, `syncs`.
    """

    def __init__(self, path: Path) -> None:
        """Name the file; `open` opens it."""
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="music_sync_library")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the file, made and brought up to date where needed. Raises LibraryError."""
        try:
            self._connection = await self._submit(_connect, self._path)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise

    async def close(self) -> None:
        """Finish what is under way and close the file."""
        if (connection := self._connection) is not None:
            self._connection = None
            await self._submit(connection.close)
        await asyncio.to_thread(self._thread.shutdown)

    async def run[**P, R](
        self, function: Callable[Concatenate[sqlite3.Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Call `function(connection, *args, **kwargs)` in a transaction: all of it is kept, or nothing."""
        if (connection := self._connection) is None:
            raise LibraryError("The library file is closed")

        def transaction() -> R:
            """Call the function; an error undoes all it did."""
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                return function(connection, *args, **kwargs)

        return await self._submit(transaction)

    async def _submit[**P, R](self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run in the worker thread; a caller that is cancelled meanwhile leaves the transaction whole."""
        return await asyncio.wrap_future(self._thread.submit(function, *args, **kwargs))


def _connect(path: Path) -> sqlite3.Connection:
    """Open and migrate; full synchronisation, because the journal must outlive a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        version = _version(path) if path.exists() else 0
        if version > len(MIGRATIONS):
            raise NewerLibrary(f"Schema {version} is newer than {len(MIGRATIONS)}, the newest known")
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            if version == 0 and path.exists():
                # What a person listens to is nobody else's business; SQLite's own files beside it follow suit.
                path.chmod(0o600)
            _migrate(connection, version)
        except BaseException:
            connection.close()
            raise
    except sqlite3.OperationalError as error:
        raise LibraryError(f"The library file cannot be opened: {error}") from error
    except sqlite3.DatabaseError as error:
        raise DamagedLibrary(f"The library file cannot be read: {error}") from error
    return connection


def _version(path: Path) -> int:
    """Return the version of a file's tables, looking without a chance to change anything."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return version


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring the tables up to date, each step whole or not at all."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")
