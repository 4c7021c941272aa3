"""Faults of the database: nobody gets in, readiness says so, and service comes back by itself."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from secondgate.radius.packet import Code
from tests.real.postgresql import Postgresql, running_postgresql
from tests.real.relay import relay_to
from tests.scenarios.client import Client
from tests.scenarios.codes import new_seed, totp
from tests.scenarios.house import House, until

pytestmark = pytest.mark.real

SECRET = "secret-of-a-test-of-faults"
HOUSE = """
applications:
  - {{name: WorkSpaces, kind: aws-workspaces, clients: [127.0.0.1], secret: {secret}}}
policies:
  - {{name: MFA, application: WorkSpaces, login: second-factor-only, methods: [totp]}}
users:
  - {{login: ann, authenticators: [{{method: totp, secret: {seed}}}]}}
"""


def test_a_full_disk_lets_nobody_in_until_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        house, seed = started(House(disk))
        try:
            with Client(house.port, SECRET.encode()) as client:
                filler = disk / "filler"
                fill(filler)
                packet, datagram = client.request("ann", totp(seed))
                assert client.is_silent(datagram)
                assert house.ready() is False
                assert "database" in (house.get("/healthz/ready") or (0, ""))[1]
                filler.unlink()
                assert house.ready() is True
                client.send(datagram)
                assert client.receive(packet)[0].code == Code.ACCESS_ACCEPT
            assert len(house.events(event="login.accepted")) == 1
        finally:
            house.stop()


def test_a_database_that_another_program_holds_lets_nobody_in_until_it_is_free(tmp_path: Path) -> None:
    house, seed = started(House(tmp_path))
    try:
        with Client(house.port, SECRET.encode()) as client:
            packet, datagram = client.request("ann", totp(seed))
            holder = sqlite3.connect(tmp_path / "data/secondgate.db", isolation_level=None)
            holder.execute("BEGIN IMMEDIATE")
            assert client.is_silent(datagram)
            assert house.ready() is False
            holder.execute("ROLLBACK")
            holder.close()
            assert house.ready() is True
            client.send(datagram)
            assert client.receive(packet)[0].code == Code.ACCESS_ACCEPT
    finally:
        house.stop()


def test_a_read_only_disk_is_one_sentence_at_the_start(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        house, _seed = started(House(disk))
        house.stop()
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        done = house.command("serve", "--radius", "127.0.0.1:0")
        assert done.returncode == 1
        assert "Read-only file system" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_read_only_database_lets_nobody_in_until_it_can_be_written(
    postgresql: Postgresql, tmp_path: Path
) -> None:
    url = postgresql.create_database()
    house, seed = started(House(tmp_path, database_url=url))
    try:
        with Client(house.port, SECRET.encode()) as client:
            packet, datagram = client.request("ann", totp(seed))
            make_read_only(url, "on")
            assert client.is_silent(datagram)
            assert house.ready() is False
            make_read_only(url, "off")
            assert house.ready() is True
            client.send(datagram)
            assert client.receive(packet)[0].code == Code.ACCESS_ACCEPT
    finally:
        house.stop()


def test_a_database_that_is_gone_lets_nobody_in_until_it_is_back(tmp_path: Path) -> None:
    server_folder = Path(tmp_path / "pg")
    server_folder.mkdir()
    open_to_others(server_folder)
    with running_postgresql(server_folder) as postgresql:
        house, seed = started(House(tmp_path, database_url=postgresql.create_database()))
        try:
            with Client(house.port, SECRET.encode()) as client:
                packet, datagram = client.request("ann", totp(seed))
                postgresql.child.stop()
                assert client.is_silent(datagram)
                assert house.ready() is False
                postgresql.child.start()
                assert house.ready() is True
                client.send(datagram)
                assert client.receive(packet)[0].code == Code.ACCESS_ACCEPT
        finally:
            house.stop()


def test_a_database_that_takes_everything_and_says_nothing_lets_nobody_in_until_it_speaks(
    postgresql: Postgresql, tmp_path: Path
) -> None:
    """Its connections stay open and their octets are acknowledged: no limit of TCP's ends this."""
    with relay_to(postgresql.dsn) as relay:
        house, seed = started(House(tmp_path, database_url=relay.url(postgresql.create_database())))
        try:
            with Client(house.port, SECRET.encode()) as client:
                packet, datagram = client.request("ann", totp(seed))
                relay.fall_silent()
                assert client.is_silent(datagram)
                assert house.ready() is False
                relay.speak()
                until(house.ready)
                client.send(datagram)
                assert client.receive(packet)[0].code == Code.ACCESS_ACCEPT
        finally:
            house.stop()


def test_a_database_that_says_nothing_does_not_keep_the_server_from_ending(
    postgresql: Postgresql, tmp_path: Path
) -> None:
    with relay_to(postgresql.dsn) as relay:
        house, seed = started(House(tmp_path, database_url=relay.url(postgresql.create_database())))
        with Client(house.port, SECRET.encode()) as client:
            relay.fall_silent()
            assert client.is_silent(client.request("ann", totp(seed))[1])
            house.stop()  # fails where it takes 15 s


def test_a_long_change_of_configuration_keeps_neither_logins_nor_readiness_waiting(
    postgresql: Postgresql, tmp_path: Path
) -> None:
    url = postgresql.create_database()
    house, seed = started(House(tmp_path, database_url=url))
    try:
        with psycopg.connect(url) as applying, Client(house.port, SECRET.encode()) as client:
            client.ask("ann", "000000")  # the first one that is signed is a change of configuration itself
            applying.execute("UPDATE policies_policy SET name = name || ' changing'")
            applying.execute("UPDATE applications_application SET name = name || ' changing'")
            assert house.ready() is True
            assert client.ask("ann", totp(seed)).code == Code.ACCESS_ACCEPT
            applying.rollback()
    finally:
        house.stop()


def started(house: House) -> tuple[House, str]:
    """Return the house with a server, and the seed of ann."""
    seed = new_seed()
    house.configure(HOUSE.format(secret=SECRET, seed=seed))
    return house.start(), seed


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Yield a file system of its own, 24 MB, that can be filled and made read-only."""
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]).returncode:
        pytest.fail("These tests mount a small file system: run them as root.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def make_read_only(url: str, state: str) -> None:
    """Make a PostgreSQL database refuse writes, as a standby does, also in sessions that are open."""
    name = urlsplit(url).path[1:]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {state}')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def fill(file: Path) -> None:
    """Write until nothing fits any more."""
    with file.open("wb", buffering=0) as handle:
        size = 1 << 20
        while size:
            try:
                handle.write(os.urandom(size))
            except OSError:
                size //= 2


def open_to_others(folder: Path) -> None:
    """Let PostgreSQL's user pass: pytest's folders are closed to others."""
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
