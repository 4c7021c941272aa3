"""One connection of the ledger to its database, SQLite or PostgreSQL, behind the same five verbs.

A store is used by one thread only, but for `interrupt`, and makes its connection when first asked: a
database that was away is found again by the next call.
"""

import os
import socket
import sqlite3  # pysqlite3, see secondgate/settings.py
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final, Protocol

from secondgate.json_text import as_json
from secondgate.ledger.patience import PATIENCE
from secondgate.ledger.statements import Select, Write

Row = tuple[Any, ...]

# SQLite waits for another process's lock by looking again after 1, 2, 5, 10, … 100 ms. Our transactions
# take about one: with that, two workers do no more than one does; looking this often, nearly twice as much
# (measured). A second in all is short for a login, whose client waits for 5, and long for anybody's commit.
LOCK_EVERY: Final = 0.0003  # seconds
LOCK_WITHIN: Final = 1.0

# Cached pages: a login looks up five random ids, and with SQLite's 2 MB nearly each of them is read from the
# file again, which is a twentieth of a login (measured with 60,000 users).
CACHE: Final = 16_384  # KB

PRAGMAS: Final = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=0", f"cache_size=-{CACHE}",
)  # fmt: skip


class StoreError(Exception):
    """The database did not do it.

    `row_is_at_fault`: another row may fare better. `again`: the same may be done when tried again.
    """

    def __init__(self, message: str, *, row_is_at_fault: bool = False, again: bool = False) -> None:
        super().__init__(message)
        self.row_is_at_fault = row_is_at_fault
        self.again = again


class Store(Protocol):
    """What the ledger asks of a database. Every method raises StoreError."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold one consistent view of the database."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make one transaction, durable when the block is left; an exception takes all of it back."""

    def select(self, statement: Select, *lists: Sequence[Any]) -> list[Row]:
        """Return the rows; outside of `reading`, the statement has a view of its own."""

    def write(self, statement: Write, rows: Sequence[Row]) -> list[Any]:
        """Do the statement for each row; return the first column of what it returns."""

    def moment(self, at: float) -> str:
        """Return a Unix time as the text that a DateTimeField takes."""

    def interrupt(self) -> None:
        """Make what is under way fail; the one method for another thread to call. Raises nothing."""

    def close(self) -> None:
        """Let go of the connection."""


class SqliteStore:
    """SQLite through its own driver: Django's cursor costs twice as much a login (measured)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            try:
                self._open = sqlite3.connect(
                    f"{self._path.as_uri()}?mode=rw", uri=True, timeout=LOCK_WITHIN, isolation_level=None,
                    check_same_thread=False, cached_statements=256,
                )  # fmt: skip
                for pragma in PRAGMAS:
                    self._open.execute(f"PRAGMA {pragma}")
            except sqlite3.Error as cause:
                self.close()
                raise _sqlite_error(cause) from cause
        return self._open

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold one read transaction."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock from the beginning: a lock taken later can fail half-way."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._told():
            self._execute_first(begin)
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _execute_first(self, text: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Do what another process's lock may keep us from; inside a transaction nothing does."""
        connection, ends = self._connection, time.monotonic() + LOCK_WITHIN
        while True:
            try:
                return connection.execute(text, values)
            except sqlite3.OperationalError as cause:
                if not _is_locked(cause) or time.monotonic() > ends:
                    raise
                time.sleep(LOCK_EVERY)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell SQLite's errors in our words."""
        try:
            yield
        except sqlite3.Error as cause:
            raise _sqlite_error(cause) from cause

    def _roll_back(self) -> None:
        """Take back what was begun, or, where even that fails, start over with a new connection."""
        try:
            if self._open is not None and self._open.in_transaction:
                self._open.execute("ROLLBACK")
        except sqlite3.Error:
            self.close()

    def select(self, statement: Select, *lists: Sequence[Any]) -> list[Row]:
        """Return the rows."""
        with self._told():
            values = [as_json(values) for values in lists]
            return self._execute_first(statement.sqlite, values).fetchall()

    def write(self, statement: Write, rows: Sequence[Row]) -> list[Any]:
        """Do the statement for all rows, in parts of 1, 2, 4, … rows: so few texts are prepared, and kept."""
        found: list[Any] = []
        for start, count in _parts(len(rows)):
            values = list(chain.from_iterable(rows[start : start + count]))
            found += self._connection.execute(statement.sqlite(count), values).fetchall()
        return [row[0] for row in found]

    def moment(self, at: float) -> str:
        """Return the text that Django stores."""
        return datetime.fromtimestamp(at, UTC).isoformat(" ", "microseconds").removesuffix("+00:00")

    def interrupt(self) -> None:
        """Make the statement under way fail."""
        opened = self._open
        if opened is not None:
            with suppress(sqlite3.Error):
                opened.interrupt()

    def close(self) -> None:
        """Let go of the connection."""
        if self._open is not None:
            with suppress(sqlite3.Error):
                self._open.close()
        self._open = None


def _parts(count: int) -> Iterator[tuple[int, int]]:
    """Yield start and size of the powers of two that make up `count`."""
    start = 0
    while start < count:
        size = 1 << (count - start).bit_length() - 1
        yield start, size
        start += size


def _is_locked(cause: sqlite3.OperationalError) -> bool:
    """Tell whether somebody else has the lock; the extended codes keep SQLITE_BUSY in their last octet."""
    return cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _sqlite_error(cause: sqlite3.Error) -> StoreError:
    row_is_at_fault = isinstance(cause, (sqlite3.IntegrityError, sqlite3.DataError))
    return StoreError(f"SQLite says: {cause}.", row_is_at_fault=row_is_at_fault)


class PostgresStore:
    """PostgreSQL through psycopg: one statement over arrays a batch."""

    def __init__(self, url: str) -> None:
        import psycopg  # 80 ms, and nobody on SQLite needs it

        self._driver = psycopg
        self._url = url
        self._open: Any = None
        self._begun = False  # whether a transaction is open

    @property
    def _connection(self) -> Any:
        if self._open is None:
            try:
                given = self._driver.conninfo.conninfo_to_dict(self._url)
                self._open = self._driver.connect(**{**PATIENCE, **given}, autocommit=True)
                _read_as_text(self._open)
                # The client waits 5 s; a statement that takes longer helps nobody.
                self._open.execute("SET statement_timeout = '4s'")
                # Each statement is planned once and not each time for its values: that took a millisecond.
                self._open.execute("SET plan_cache_mode = force_generic_plan")
            except self._driver.Error as cause:
                self.close()
                raise self._error(cause) from cause
        return self._open

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold one snapshot."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold one transaction; row locks do the rest."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with self._told():
            try:
                self._execute_first(begin)
                self._begun = True
                yield
                self._open.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            finally:
                self._begun = False

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell the driver's errors in our words."""
        try:
            yield
        except self._driver.Error as cause:
            raise self._error(cause) from cause

    def _execute_first(self, text: str, values: Sequence[Any] = ()) -> Any:
        """Do a statement that stands alone or begins a transaction, and return its cursor.

        It is done on a new connection where the kept one has died: nothing is lost with that.
        """
        try:
            return self._connection.execute(text, values)
        except self._driver.OperationalError:
            if not self._open.broken:
                raise
            self.close()
            return self._connection.execute(text, values)

    def _roll_back(self) -> None:
        """Take back what was begun, or, where even that fails, start over with a new connection."""
        try:
            if self._open is not None:
                self._open.execute("ROLLBACK")
        except self._driver.Error:
            self.close()

    def select(self, statement: Select, *lists: Sequence[Any]) -> list[Row]:
        """Return the rows."""
        with self._told():
            execute = self._open.execute if self._begun else self._execute_first
            rows: list[Row] = execute(statement.postgresql, [list(values) for values in lists]).fetchall()
            return rows

    def write(self, statement: Write, rows: Sequence[Row]) -> list[Any]:
        """Do the statement once, for all rows."""
        cursor = self._connection.execute(statement.postgresql, [as_json(rows)])
        return [row[0] for row in cursor.fetchall()] if cursor.description else []

    def moment(self, at: float) -> str:
        """Return a time stamp."""
        return datetime.fromtimestamp(at, UTC).isoformat()

    def interrupt(self) -> None:
        """Hang up under whoever waits. A server that takes what we send and says nothing is not seen else."""
        opened = self._open
        if opened is not None:
            with suppress(OSError, self._driver.Error), socket.socket(fileno=os.dup(opened.fileno())) as end:
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connection."""
        if self._open is not None:
            with suppress(self._driver.Error):
                self._open.close()
        self._open = None

    def _error(self, cause: Exception) -> StoreError:
        row_is_at_fault = isinstance(cause, (self._driver.IntegrityError, self._driver.DataError))
        again = isinstance(
            cause, (self._driver.errors.DeadlockDetected, self._driver.errors.SerializationFailure)
        )
        said = " ".join(str(cause).split())
        return StoreError(f"PostgreSQL says: {said}", row_is_at_fault=row_is_at_fault, again=again)


def _read_as_text(connection: Any) -> None:
    """Make UUIDs and JSON come as SQLite's do: 32 hex digits, and text."""
    from psycopg.adapt import Loader
    from psycopg.types.string import TextLoader

    class HexLoader(Loader):
        def load(self, data: Any) -> str:
            return bytes(data).replace(b"-", b"").decode()

    connection.adapters.register_loader("uuid", HexLoader)
    for name in ("json", "jsonb"):
        connection.adapters.register_loader(name, TextLoader)
