"""The library file: mirrors, matches, pins, ledger, journal and runs, in SQLite."""

from .file import DamagedLibrary, Library, LibraryError, NewerLibrary

__all__ = ["DamagedLibrary", "Library", "LibraryError", "NewerLibrary"]
