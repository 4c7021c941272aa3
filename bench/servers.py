"""The servers that are measured: how each is run, who it knows, and what makes its logins."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from bench import freeradius, ping, privacyidea, tls
from bench.child import run
from bench.load import Generator, Radload
from bench.people import answers_of, password_of, totp_of, write_credentials
from bench.postgresql import Postgresql

PYTHON: Final = (sys.executable, "-m")
LIMIT_SHARE: Final = 5

# More passwords at once than its pool lets wait, the built-in directory refuses (`directories/local.py`).
PASSWORDS_MOST: Final = 64


def plain_environment() -> dict[str, str]:
    """Return our environment without what was set for a Secondgate of this machine."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SECONDGATE_")}


def _nothing(_port: int) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Server:
    """One server. It is started anew for each round, on a port that is given then.

    `share` is how many logins a busy measurement makes of it, as a part of --logins: four thousand
    are over in a tenth of a second, or in three minutes. `in_flight_most` is how many at once it takes
    without refusing some. `database` is counted with it where that is a process of its own. `fills` tells
    that it makes its database when it starts: nobody's code has been used then, and the time that it takes
    says nothing.
    """

    name: str
    command: Callable[[int], Sequence[str | Path]]
    load: Callable[[int], Generator]
    is_ready: Callable[[int], bool] = ping.answers
    environment: Callable[[int], Mapping[str, str]] = _nothing
    share: float = 1.0
    in_flight_most: int | None = None
    database: Postgresql | None = None
    fills: bool = False

    def full_environment(self, port: int) -> dict[str, str]:
        """Return its environment: ours, without what was set for a Secondgate of this machine."""
        return plain_environment() | dict(self.environment(port))


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

    def copied(self, name: str) -> Path:
        """Return a copy of `seeded`. Ask before the first round: then nobody has logged in yet."""
        return Path(shutil.copytree(self.seeded, self.folder / name))

    def codes_once(self, port: int) -> Generator:
        """Return what makes logins by TOTP: each code counts once."""
        return Radload(self.radload, self.codes, port, once=True)


def say(text: str) -> None:
    """Tell whoever waits how far we are."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


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
        share=LIMIT_SHARE,
        database=server,
        fills=True,
    )  # fmt: skip


def _limit_sqlite(house: House) -> Server:
    # A new file each time: it fills its database when it starts.
    return _limit("limit-sqlite", house, lambda port: str(house.folder / f"limit-{port}.db"), None)


def _limit_postgresql(house: House) -> Server:
    url = house.postgresql.url("limit")
    return _limit("limit-postgresql", house, lambda _: url, house.postgresql)


def _secondgate(name: str, house: House, data: Path, *, workers: int = 1, **more: Any) -> Server:
    """Return a server on this data folder. `more` is what a Server has besides."""
    return Server(
        name,
        lambda port: [
            *PYTHON, "secondgate", "serve", "--data", data, "--workers", str(workers),
            "--radius", f"127.0.0.1:{port}", "--accounting", f"127.0.0.1:{port + 1}",
            "--http", f"127.0.0.1:{port + 2}",
        ],
        **{"load": house.codes_once, **more},
    )  # fmt: skip


def _secondgate_sqlite(house: House) -> Server:
    return _secondgate("secondgate-sqlite", house, house.seeded)


def _secondgate_2_workers(house: House) -> Server:
    return _secondgate("secondgate-2-workers", house, house.copied("sqlite-2"), workers=2)


def _secondgate_postgresql(house: House) -> Server:
    server = house.postgresql
    url = {"SECONDGATE_DATABASE_URL": server.url("secondgate")}
    data = house.seed("postgresql-data", **url)
    return _secondgate("secondgate-postgresql", house, data, environment=lambda _: url, database=server)


def _secondgate_radsec(house: House) -> Server:
    files = tls.make(house.folder / "tls")
    return _secondgate(
        "secondgate-radsec", house, house.copied("sqlite-radsec"),
        load=lambda port: Radload(
            house.radload, house.codes, port + tls.PORT, once=True, how=tls.client(files),
        ),
        environment=lambda port: tls.server(files, port + tls.PORT),
    )  # fmt: skip


def _secondgate_mschapv2(house: House) -> Server:
    how = ("--protocol", "mschapv2")
    return _secondgate(
        "secondgate-mschapv2", house, house.copied("sqlite-mschapv2"),
        load=lambda port: Radload(house.radload, house.codes, port, once=True, how=how),
    )  # fmt: skip


def _secondgate_challenge(house: House) -> Server:
    answers, data = house.folder / "answers.csv", house.copied("sqlite-challenge")
    write_credentials(answers, house.users, answers_of)
    run(
        *PYTHON, "bench.seed", "--data", data, "--users", "0", "--challenge",
        environment=plain_environment(),
    )  # fmt: skip
    return _secondgate(
        "secondgate-challenge", house, data,
        load=lambda port: Radload(house.radload, answers, port, once=True, how=("--challenge",)),
        share=0.05,  # argon2id: some dozens a second
        in_flight_most=PASSWORDS_MOST,
    )  # fmt: skip


def _privacyidea(house: House) -> Server:
    folder = house.folder / "privacyidea"
    privacyidea.configure(folder)
    return Server(
        "privacyidea",
        lambda port: privacyidea.command(folder, port),
        privacyidea.Load,
        is_ready=privacyidea.answers,
        environment=lambda _: privacyidea.environment(folder),
        share=0.1,  # it makes some dozens a second
        in_flight_most=privacyidea.USERS,
    )


# In the order of a round, and of the report. Ratios are to the first.
SERVERS: Final[dict[str, Callable[[House], Server]]] = {
    "freeradius": _freeradius,
    "limit-sqlite": _limit_sqlite,
    "limit-postgresql": _limit_postgresql,
    "secondgate-sqlite": _secondgate_sqlite,
    "secondgate-2-workers": _secondgate_2_workers,
    "secondgate-postgresql": _secondgate_postgresql,
    "secondgate-radsec": _secondgate_radsec,
    "secondgate-mschapv2": _secondgate_mschapv2,
    "secondgate-challenge": _secondgate_challenge,
    "privacyidea": _privacyidea,
}
