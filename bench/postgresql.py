"""PostgreSQL as in a service: every commit is on the disk before it is answered (fsync is on)."""

import os
import shutil
from pathlib import Path
from signal import SIGINT

import psycopg

from bench.child import Child, free_port, run


class Postgresql(Child):
    """A server of its own, with its data in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        programs, as_nobody, self._port = _programs(), _as_nobody(folder), free_port()
        make = (programs / "initdb", "-D", folder / "data", "-U", "bench", "-A", "trust", "-E", "UTF8")
        run(*as_nobody, *make)
        super().__init__(
            [
                *as_nobody, programs / "postgres", "-D", folder / "data", "-p", str(self._port),
                "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}",
            ],
            log=folder.parent / "postgresql.log",
            is_ready=lambda: _answers(self.url("postgres")),
            stop_with=SIGINT,  # "fast": it ends the sessions; SIGTERM would wait for them
        )  # fmt: skip

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql://bench@127.0.0.1:{self._port}/{name}"

    def create_database(self, name: str) -> None:
        """Make an empty database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
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
