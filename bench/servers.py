"""The servers that are measured: how each is run, who it knows, and what makes its logins."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from bench import freeradius, ping, privacyidea
from bench.child import run
from bench.load import Generator, Radload
from bench.people import password_of, totp_of, write_credentials
from bench.postgresql import Postgresql

PYTHON: Final = (sys.executable, "-m")


@dataclass(frozen=True, slots=True)
class Server:
    """One server. It is started anew for each round, on a port that is given then.

    `share` is how many logins a busy measurement makes of it, as a part of --logins: four thousand
    are over in a tenth of a second, or in three minutes. `database` is counted with it where that is a
    process of its own. `fills` tells that it makes its database when it starts: nobody's code has been
    used then, and the time that it takes says nothing.
    """

    name: str
    command: Callable[[int], Sequence[str | Path]]
    load: Callable[[int], Generator]
    is_ready: Callable[[int], bool] = ping.answers
    environment: Mapping[str, str] = field(default_factory=dict)
    share: float = 1.0
    database: Postgresql | None = None
    fills: bool = False

    def full_environment(self) -> dict[str, str]:
        """Return its environment: ours, without what was set for a Secondgate of this machine."""
        return plain_environment() | dict(self.environment)


@dataclass
class House:
    """What the servers share: a work folder, its people, and, once one asks for it, PostgreSQL."""

    folder: Path
    users: int
    radload: Path
    open: ExitStack

    @cached_property
    def codes(self) -> Path:
        """The credentials of all people, as TOTP seeds."""
        file = self.folder / "totp.csv"
        write_credentials(file, self.users, totp_of)
        return file

    @cached_property
    def seeded(self) -> Path:
        """A data folder of Secondgate with all people on SQLite."""
        self.seed("sqlite")
        return self.folder / "sqlite"

    @cached_property
    def postgresql(self) -> Postgresql:
        """A running server with an empty database for each that wants one."""
        server = self.open.enter_context(Postgresql(self.folder / "postgresql"))
        for name in ("limit", "secondgate"):
            server.create_database(name)
        return server

    def seed(self, name: str, **environment: str) -> Path:
        """Return a new data folder of Secondgate, with all people."""
        say(f"seeding {self.users} users ({name})")
        folder = self.folder / name
        run(
            *PYTHON, "bench.seed", "--data", folder, "--users", str(self.users),
            environment=plain_environment() | environment,
        )  # fmt: skip
        return folder

    def codes_once(self, port: int) -> Generator:
        """Return what makes logins by TOTP: each code counts once."""
        return Radload(self.radload, self.codes, port, once=True)


def say(text: str) -> None:
    """Tell whoever waits how far we are."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def plain_environment() -> dict[str, str]:
    """Return our environment without what was set for a Secondgate of this machine."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SECONDGATE_")}


def _freeradius(house: House) -> Server:
    folder, passwords = house.folder / "freeradius", house.folder / "passwords.csv"
    freeradius.configure(folder, house.users)
    write_credentials(passwords, house.users, password_of)
    return Server(
        "freeradius",
        lambda port: freeradius.command(folder, port),
        lambda port: Radload(house.radload, passwords, port, once=False),
        share=10,
    )


def _limit(name: str, house: House, database: Callable[[int], str], server: Postgresql | None) -> Server:
    return Server(
        name,
        lambda port: [
            *PYTHON, "bench.limit", "--port", str(port), "--users", house.codes, "--database", database(port),
        ],
        house.codes_once,
        share=5,
        database=server,
        fills=True,
    )  # fmt: skip


def _limit_sqlite(house: House) -> Server:
    # A new file each time: it fills its database when it starts.
    return _limit("limit-sqlite", house, lambda port: str(house.folder / f"limit-{port}.db"), None)


def _limit_postgresql(house: House) -> Server:
    url = house.postgresql.url("limit")
    return _limit("limit-postgresql", house, lambda _: url, house.postgresql)


def _secondgate(
    name: str, house: House, data: Path, *, workers: int = 1, database: Postgresql | None = None
) -> Server:
    url = {"SECONDGATE_DATABASE_URL": database.url("secondgate")} if database else {}
    return Server(
        name,
        lambda port: [
            *PYTHON, "secondgate", "serve", "--data", data, "--workers", str(workers),
            "--radius", f"127.0.0.1:{port}", "--accounting", f"127.0.0.1:{port + 1}",
            "--http", f"127.0.0.1:{port + 2}",
        ],
        house.codes_once,
        environment=url,
        database=database,
    )  # fmt: skip


def _secondgate_sqlite(house: House) -> Server:
    return _secondgate("secondgate-sqlite", house, house.seeded)


def _secondgate_2_workers(house: House) -> Server:
    copy = house.folder / "sqlite-2"
    shutil.copytree(house.seeded, copy)  # before the first round: nobody has logged in yet
    return _secondgate("secondgate-2-workers", house, copy, workers=2)


def _secondgate_postgresql(house: House) -> Server:
    server = house.postgresql
    data = house.seed("postgresql-data", SECONDGATE_DATABASE_URL=server.url("secondgate"))
    return _secondgate("secondgate-postgresql", house, data, database=server)


def _privacyidea(house: House) -> Server:
    folder = house.folder / "privacyidea"
    privacyidea.configure(folder)
    return Server(
        "privacyidea",
        lambda port: privacyidea.command(folder, port),
        privacyidea.Load,
        is_ready=privacyidea.answers,
        environment=privacyidea.environment(folder),
        share=0.1,  # it makes some dozens a second
    )


# In the order of a round, and of the report. Ratios are to the first.
SERVERS: Final[dict[str, Callable[[House], Server]]] = {
    "freeradius": _freeradius,
    "limit-sqlite": _limit_sqlite,
    "limit-postgresql": _limit_postgresql,
    "secondgate-sqlite": _secondgate_sqlite,
    "secondgate-2-workers": _secondgate_2_workers,
    "secondgate-postgresql": _secondgate_postgresql,
    "privacyidea": _privacyidea,
}
