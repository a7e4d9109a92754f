"""Opening DuckDB: the one place where the landing and the published file are opened, with errors one can act on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from infusion_etl.errors import Busy, InfusionError, StorageError
from infusion_etl.locks import PATIENCE, held
from infusion_etl.settings import Project
from infusion_etl.warehouse import files, sql
from infusion_etl.warehouse.spill import spill_folder

LANDING = "landing"
_EMPTY = 3 * 4096  # bytes of a DuckDB file without anything in it
MEMORY = "208MB"
"""What DuckDB may use itself; Python and memory that DuckDB does not count come on top (measured).

192 MB are not enough for 103 columns of contacts and their custom fields: they would be landed with MORE_MEMORY.
"""
LANDING_MEMORY = "128MB"
"""What DuckDB may use to land a large batch once it is decoded.

Rows that are inserted take as much again that DuckDB does not count: with 208 MB a million contacts peaked at 416 MB,
with 128 MB at 341 MB, in the same time; 104 MB were still enough (measured).
"""
MORE_MEMORY = "2GB"
"""For batches that cannot be decoded or landed with less: very wide, or with very large pages."""

BENCH = "memory"
"""The name of the workbench's own database, in memory or on disk."""


@contextmanager
def workbench(project: Project, *, on_disk: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB that spills to `data/`; its time zone is UTC. Raises Busy, StorageError.

    One thread: it takes the same CPU time and half the memory of two, and datasets are refreshed side by side.
    `on_disk`: its tables lie in a file, compressed, and not in memory: 70 MB less for 100,000 contacts (measured), but
    slower for a few rows. The file goes with the workbench.
    """
    with spill_folder(project) as spill, told("the decoding of a batch"), _bench(spill, on_disk) as connection:
        settings = {"memory_limit": MEMORY, "threads": "1", "preserve_insertion_order": "false", "TimeZone": "UTC"}
        for name, value in (*settings.items(), ("temp_directory", str(spill))):
            connection.execute(f"SET {name} = {sql.text(value)}")
        yield connection


def _bench(spill: Path, on_disk: bool) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(spill / f"{BENCH}.duckdb")) if on_disk else duckdb.connect()


def allow_less_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Let a connection, whose tables lie on disk, take LANDING_MEMORY: what it holds beyond that is written out."""
    connection.execute(f"SET memory_limit = '{LANDING_MEMORY}'")


def allow_more_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Let a connection take MORE_MEMORY: better than no refresh at all."""
    connection.execute(f"SET memory_limit = '{MORE_MEMORY}'")


@contextmanager
def landing(
    project: Project,
    connection: duckdb.DuckDBPyConnection,
    *,
    read_only: bool = False,
    patience: float = PATIENCE,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach the landing file as `landing` meanwhile, behind its lock; it is made when missing, unless `read_only`.

    Raises Busy when the lock is not free within `patience` seconds, StorageError.
    """
    with held(project.locks / "landing.lock", "the landing file", patience), told(str(project.landing)):
        connection.execute(f"ATTACH {sql.text(str(project.landing))} AS {LANDING}{' (READ_ONLY)' if read_only else ''}")
        try:
            _close_to_others(project.landing)
            yield connection
        finally:
            connection.execute(f"DETACH {LANDING}")


def _close_to_others(path: Path) -> None:
    """Leave a new file to its owner: DuckDB makes it as the umask has it. It holds nothing yet."""
    if path.stat().st_size <= _EMPTY:
        path.chmod(files.PRIVATE)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        _roll_back(connection)
        raise
    connection.execute("COMMIT")


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:
        return  # DuckDB had already rolled back; the error that led here is the one to tell


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn DuckDB's errors about files and memory into Busy and StorageError; `what` is what was being opened."""
    try:
        yield
    except InfusionError:
        raise
    except duckdb.Error as error:
        raise storage_error(what, error) from error


_REMEDIES = (
    (
        ("Could not set lock", "Conflicting lock"),
        "is open in another program",
        "Close it there (readers use the published file)",
    ),
    (
        ("newer version", "version number", "serialization version"),
        "was written by a newer DuckDB",
        "Upgrade infusion-etl's duckdb package",
    ),
    (
        ("not a valid DuckDB", "Corrupt", "corrupt", "checksum", "Could not read enough bytes"),
        "is damaged",
        "Restore it from a copy, or move it away: the next refreshes build it again",
    ),
    (("No space left", "disk is full", "max_temp_directory_size"), "cannot be written: the disk is full", "Make room"),
    (
        ("Permission denied",),
        "may not be opened by this user",
        "Give the user that runs infusion-etl the rights to data/",
    ),
)


def storage_error(what: str, error: duckdb.Error) -> InfusionError:
    """Return the error for people; DuckDB's text only tells which, for it may quote data."""
    text = str(error)
    for signs, message, remedy in _REMEDIES:
        if any(sign in text for sign in signs):
            kind = Busy if "another program" in message else StorageError
            return kind(f"{what} {message}", remedy=remedy)
    return StorageError(f"{what} failed in DuckDB ({type(error).__name__})", remedy=_first_words(error))


def _first_words(error: duckdb.Error) -> str:
    """Only errors about DuckDB's own business are quoted: conversion errors quote values."""
    quotable = duckdb.IOException | duckdb.OutOfMemoryException | duckdb.TransactionException | duckdb.CatalogException
    return str(error).splitlines()[0][:200] if isinstance(error, quotable) else ""


@contextmanager
def published(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published file to read. Raises StorageError when nothing is published yet, or it cannot be opened."""
    if not path.is_file():
        message = f"nothing is published yet: {path} does not exist"
        raise StorageError(message, remedy="Run `infusion-etl refresh` first")
    with told(str(path)):
        connection = duckdb.connect(str(path), read_only=True)
    with connection, told(str(path)):
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
