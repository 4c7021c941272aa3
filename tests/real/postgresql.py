"""PostgreSQL, with a fresh database whenever one is asked for."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from uuid import uuid4

import psycopg

from tests.real.child import Child, free_port, run


@dataclass(frozen=True, slots=True)
class Postgresql:
    """A running server; its user `test` needs no password."""

    dsn: str
    child: Child

    def create_database(self) -> str:
        """Return the DSN of a new, empty database."""
        name = f"fresh_{uuid4().hex}"
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # our own name, no one else's text
        return re.sub(r"/[^/]*$", f"/{name}", self.dsn)


@contextmanager
def running_postgresql(folder: Path) -> Iterator[Postgresql]:
    """Yield a fresh server with its data in `folder`."""
    data, port = folder / "data", free_port()
    programs, as_nobody = _programs(), _as_nobody(folder)
    run(*as_nobody, programs / "initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync")
    dsn = f"postgresql://test@127.0.0.1:{port}/postgres"
    child = Child(
        [
            *as_nobody, programs / "postgres", "-D", data, "-p", str(port),
            "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off",
        ],
        log=folder.parent / f"{folder.name}.log",
        is_ready=lambda: _answers(dsn),
        stop_with=SIGINT,  # "fast": it ends the sessions; SIGTERM would wait for them
    )  # fmt: skip
    child.start()
    try:
        yield Postgresql(dsn, child)
    finally:
        child.stop()


def _answers(dsn: str) -> bool:
    try:
        with psycopg.connect(dsn, connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def _programs() -> Path:
    """Return the folder of the newest version; Debian has none of it on the path."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    return max(versions, key=lambda path: int(path.parts[-3])).parent


def _as_nobody(folder: Path) -> tuple[str, ...]:
    """Return what to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return ()
    shutil.chown(folder, "nobody")
    return ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
