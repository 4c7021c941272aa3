"""Make the data folder, the vault key and the tables what this version needs."""

import fcntl
import os
import sqlite3  # pysqlite3, see secondgate/settings.py
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from secondgate.vault import keyring
from secondgate.vault.secrets import check_key

OLDEST_SQLITE: Final = (3, 51, 3)  # before it, WAL mode can lose committed writes


NODES_LOCK: Final = 0x5EC0_6A7E  # any number that nobody else locks in our database


class SetupError(Exception):
    """The installation cannot be made ready: one sentence."""


def prepare() -> None:
    """Make everything ready, once, whatever number of processes ask for it at the same time.

    Tables of an older version are migrated; a SQLite database is copied beside itself before that.
    Raises SetupError or VaultError.
    """
    data: Path = settings.SECONDGATE.data
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise SetupError(
            f"SQLite {sqlite3.sqlite_version} can lose writes; {_dots(OLDEST_SQLITE)} is needed."
        )
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(data / "setup.lock"):
            if not settings.SECONDGATE.key_file.exists() and _is_new():
                keyring.create_key(settings.SECONDGATE.key_file)
            _migrate(data)
            _forget_statistics()
            check_key()
    except OSError as cause:
        raise SetupError(f"The data folder {data} cannot be used: {cause.strerror}.") from cause
    except DatabaseError as cause:
        raise SetupError(f"The database cannot be used: {' '.join(str(cause).split())}.") from cause


def _is_new() -> bool:
    """Tell whether nothing has been sealed yet: only then may a key be made up."""
    return "vault_key_check" not in connection.introspection.table_names()


def _migrate(data: Path) -> None:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not pending:
        return
    if connection.vendor == "sqlite" and executor.loader.applied_migrations:
        back_up(data / "backups" / f"before-{pending[0][0].app_label}-{pending[0][0].name}-{_now()}.db")
    call_command("migrate", verbosity=0, interactive=False)
    os.chmod(data, 0o700)  # noqa: PTH101
    if connection.vendor == "sqlite":
        Path(settings.DATABASES["default"]["NAME"]).chmod(0o600)


def _forget_statistics() -> None:
    """Let SQLite plan by its rules of thumb: all of ours are measured with them.

    Somebody's ANALYZE of a log that was nearly empty has it read from where the counting stands to its end,
    for each thousand events, and the writers' lock is held meanwhile (0.9 s at 760,000 events).
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat_'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {table}")


def back_up(file: Path) -> None:
    """Copy the SQLite database as it is at one moment; the write-ahead log belongs to it."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    connection.ensure_connection()
    with sqlite3.connect(file) as copy:
        connection.connection.backup(copy)
    copy.close()
    file.chmod(0o600)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold off the other processes of this machine, and the other nodes on the same PostgreSQL."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [NODES_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [NODES_LOCK])


def _dots(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
