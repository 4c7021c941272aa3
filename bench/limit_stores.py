"""The two databases of the limit: one query and one durable transaction for all that arrived together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import psycopg
import pysqlite3 as sqlite3  # the one that Secondgate uses

Token = tuple[int, bytes]  # id and sealed seed

SQLITE: Final = """
    CREATE TABLE token (
      id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, sealed BLOB NOT NULL, step INTEGER NOT NULL);
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, name TEXT NOT NULL, client TEXT NOT NULL,
      accepted INTEGER NOT NULL);
    CREATE INDEX audit_by_time ON audit (at);"""

POSTGRESQL: Final = """
    DROP TABLE IF EXISTS token, audit;
    CREATE TABLE token (
      id integer PRIMARY KEY, name text UNIQUE NOT NULL, sealed bytea NOT NULL, step bigint NOT NULL);
    CREATE TABLE audit (
      id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL, name text NOT NULL,
      client text NOT NULL, accepted bool NOT NULL);
    CREATE INDEX audit_by_time ON audit (at);"""

# One statement, and so one transaction: who moves the step wins; everyone leaves a row.
WRITE: Final = """
    WITH login AS (SELECT * FROM unnest(%s::int[], %s::bigint[], %s::text[]) AS l (id, step, name)),
    moved AS (
      UPDATE token t SET step = l.step FROM (SELECT DISTINCT ON (id) * FROM login ORDER BY id, step) l
      WHERE t.id = l.id AND t.step < l.step RETURNING t.id),
    written AS (
      INSERT INTO audit (at, name, client, accepted)
      SELECT now(), name, '127.0.0.1', id IN (SELECT id FROM moved) FROM login)
    SELECT id FROM moved"""


@dataclass(frozen=True, slots=True)
class Login:
    """A login to write down; `id` and `step` are None where the code was wrong."""

    name: str
    id: int | None
    step: int | None


class Store(Protocol):
    """What the limit asks of a database."""

    def fill(self, tokens: Iterable[tuple[str, bytes]]) -> None:
        """Make the tables, with these names and sealed seeds."""

    def read(self, names: Sequence[str]) -> Mapping[str, Token]:
        """Return the tokens of these names."""

    def write(self, logins: Sequence[Login]) -> set[int | None]:
        """Write all of it durably; return the ids of the tokens whose step moved."""


class SqliteStore:
    """SQLite with its write-ahead log, each commit on the disk (`synchronous=FULL`)."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")

    def fill(self, tokens: Iterable[tuple[str, bytes]]) -> None:
        """Make the tables; the file must be new."""
        self._connection.executescript(SQLITE)
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO token (name, sealed, step) VALUES (?, ?, 0)", tokens)
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def read(self, names: Sequence[str]) -> dict[str, Token]:
        """Return the tokens of these names."""
        marks = ",".join("?" * len(names))
        rows = self._connection.execute(f"SELECT name, id, sealed FROM token WHERE name IN ({marks})", names)
        return {name: (id_, sealed) for name, id_, sealed in rows}

    def write(self, logins: Sequence[Login]) -> set[int | None]:
        """Move the steps one by one, in one transaction."""
        won: set[int | None] = set()
        execute = self._connection.execute
        at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        execute("BEGIN IMMEDIATE")
        for login in logins:
            if login.id is not None:
                moved = execute(
                    "UPDATE token SET step = ?1 WHERE id = ?2 AND step < ?1", (login.step, login.id)
                )
                if moved.rowcount == 1:
                    won.add(login.id)
        rows = [(at, login.name, login.id in won) for login in logins]
        self._connection.executemany(
            "INSERT INTO audit (at, name, client, accepted) VALUES (?, ?, '127.0.0.1', ?)", rows
        )
        execute("COMMIT")
        return won


class PostgresqlStore:
    """PostgreSQL through psycopg: two round trips a batch."""

    def __init__(self, url: str) -> None:
        self._connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)

    def fill(self, tokens: Iterable[tuple[str, bytes]]) -> None:
        """Make the tables; what an earlier run left goes."""
        self._connection.execute(POSTGRESQL)
        with self._connection.cursor().copy("COPY token (id, name, sealed, step) FROM STDIN") as copy:
            for number, (name, sealed) in enumerate(tokens):
                copy.write_row((number, name, sealed, 0))
        self._connection.execute("ANALYZE token")

    def read(self, names: Sequence[str]) -> dict[str, Token]:
        """Return the tokens of these names."""
        rows = self._connection.execute(
            "SELECT name, id, sealed FROM token WHERE name = ANY(%s)", [list(names)], prepare=True
        )
        return {name: (id_, sealed) for name, id_, sealed in rows}

    def write(self, logins: Sequence[Login]) -> set[int | None]:
        """Move the steps by one statement."""
        ids = [login.id for login in logins]
        steps = [login.step for login in logins]
        names = [login.name for login in logins]
        return {row[0] for row in self._connection.execute(WRITE, [ids, steps, names], prepare=True)}
