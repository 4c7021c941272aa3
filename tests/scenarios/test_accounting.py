"""Accounting over the wire: by radclient, by our own client, by hand; on both databases."""

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from secondgate.radius import exchange
from secondgate.radius.dictionary import written
from secondgate.radius.exchange import Asked
from secondgate.radius.packet import Code
from secondgate.radius.signing import Secret
from tests.scenarios.client import Client
from tests.scenarios.house import House, until
from tests.scenarios.test_faults import make_read_only

pytestmark = pytest.mark.real

SECRET = "secret-of-a-test-of-accounting"
HOUSE = f"""
applications:
  - {{name: VPN, kind: radius, clients: [127.0.0.1], secret: {SECRET}}}
users:
  - {{login: ann}}
"""


@pytest.fixture
def gate(house: House) -> House:
    house.configure(HOUSE)
    return house.start()


def radclient(house: House, *requests: str) -> str:
    """Have radclient send Accounting-Requests, two at a time; return what it printed."""
    line = [
        "radclient",
        "-t",
        "20",
        "-r",
        "1",
        "-x",
        "-p",
        "2",
        f"127.0.0.1:{house.port + 1}",
        "acct",
        SECRET,
    ]
    said = "\n\n".join(f"NAS-Identifier=gate,{request}" for request in requests)
    done = subprocess.run(line, input=f"{said}\n", capture_output=True, text=True, timeout=60)
    assert done.stdout.count("Received Accounting-Response") == len(requests), done.stdout + done.stderr
    return done.stdout


def our_client(house: House, what: str, *attributes: str) -> None:
    more = [part for one in ("NAS-Identifier=gate", *attributes) for part in ("-a", one)]
    line = [sys.executable, "-m", "secondgate", "radius-client", f"127.0.0.1:{house.port + 1}"]
    done = subprocess.run(
        [*line, "--accounting", what, *more], env={**os.environ, "RADIUS_SECRET": SECRET},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Accounting-Response" in done.stdout, done.stdout + done.stderr


def rows(house: House) -> list[dict[str, Any]]:
    """Return the sessions, by their ids."""
    return house.asked("SELECT * FROM accounting_session ORDER BY session")


def lasted(house: House) -> list[tuple[str, int]]:
    """Return whole seconds between beginning and end of each session."""
    seconds = (
        "round(extract(epoch FROM stopped_at - started_at))" if house.database_url
        else "round(unixepoch(stopped_at, 'subsec') - unixepoch(started_at, 'subsec'))"
    )  # fmt: skip
    found = house.asked(f"SELECT session, {seconds} AS lasted FROM accounting_session ORDER BY session")
    return [(row["session"], int(row["lasted"])) for row in found]


def asked(*said: tuple[str, str]) -> Asked:
    """Return an Accounting-Request."""
    return exchange.accounting([written(*one) for one in said], Secret(SECRET.encode()))


START = "User-Name=ann,Acct-Status-Type=Start,Acct-Session-Id=s1,Calling-Station-Id=203.0.113.9"
INTERIM = "User-Name=ann,Acct-Status-Type=Interim-Update,Acct-Session-Id=s1,Acct-Session-Time=300"
STOP = (
    "User-Name=ann,Acct-Status-Type=Stop,Acct-Session-Id=s1,Acct-Session-Time=600,Acct-Input-Octets=5,"
    "Acct-Input-Gigawords=1,Acct-Terminate-Cause=Idle-Timeout"
)


def test_radclient_begins_goes_on_and_ends(gate: House) -> None:
    radclient(gate, f"{START},Acct-Delay-Time=600")
    radclient(gate, f"{INTERIM},Acct-Delay-Time=300")
    radclient(gate, STOP)
    (row,) = rows(gate)
    shown = {
        name: row[name] for name in ("nas", "login", "client", "calling", "cause", "seconds", "octets_in")
    }
    assert shown == {
        "nas": "gate", "login": "ann", "client": "127.0.0.1", "calling": "203.0.113.9",
        "cause": "idle-timeout", "seconds": 600, "octets_in": 2**32 + 5,
    }  # fmt: skip
    assert lasted(gate) in ([("s1", 600)], [("s1", 601)])  # the start was sent a moment before
    assert [event["event"] for event in gate.events(user="ann") if "session" in event["event"]] == [
        "session.started", "session.stopped"
    ]  # fmt: skip


def test_radclient_sends_all_twice_and_backwards(gate: House) -> None:
    backwards = [STOP, f"{INTERIM},Acct-Delay-Time=300", f"{START},Acct-Delay-Time=600"]
    radclient(gate, *backwards, *backwards)
    (row,) = rows(gate)
    assert (row["calling"], row["cause"], row["seconds"]) == ("203.0.113.9", "idle-timeout", 600)
    assert lasted(gate) in ([("s1", 600)], [("s1", 601)])


def test_our_client_tells_of_a_reboot(gate: House) -> None:
    for session in ("one", "two"):
        our_client(gate, "start", "User-Name=ann", f"Acct-Session-Id={session}")
    our_client(gate, "stop", "User-Name=ann", "Acct-Session-Id=two", "Acct-Terminate-Cause=1")
    our_client(gate, "on")
    our_client(gate, "start", "User-Name=ann", "Acct-Session-Id=three")
    ends = {row["session"]: (row["stopped_at"] is None, row["cause"]) for row in rows(gate)}
    assert ends == {
        "one": (False, "nas-rebooted"), "two": (False, "user-request"), "three": (True, "")
    }  # fmt: skip


def test_requests_of_one_session_that_come_at_once_are_all_recorded_and_answered(gate: House) -> None:
    """They are sent before any is answered: what does not fit into one batch makes the next."""
    of_it = [("User-Name", "ann"), ("Acct-Session-Id", "s1")]
    updates = [("3", str(seconds)) for seconds in range(1, 40)]
    all_of_them = [
        asked(*of_it, ("Acct-Status-Type", status), ("Acct-Session-Time", seconds), ("Proxy-State", secrets.token_hex(4)))
        for status, seconds in (*updates, ("2", "40"), ("1", "0"))
    ]  # fmt: skip
    with Client(gate.port + 1, SECRET.encode()) as client:
        for one in all_of_them:
            client.send(one.datagram)
        answers = [client.socket.recv(4096) for _ in all_of_them]
    assert len(set(answers)) == len(all_of_them)
    (row,) = rows(gate)
    assert (row["seconds"], row["stopped_at"] is None) == (40, False)
    assert len(gate.events(event="session.stopped")) == len(gate.events(event="session.started")) == 1


def test_without_a_database_there_is_no_answer_and_afterwards_one_row(gate: House) -> None:
    update = asked(("User-Name", "ann"), ("Acct-Session-Id", "s1"), ("Acct-Status-Type", "3"))
    with Client(gate.port + 1, SECRET.encode()) as client:
        with no_writes(gate):
            assert client.is_silent(update.datagram)
            until(lambda: "ledger-unavailable" in gate.log.read_text())
        until(lambda: gate.ready())
        until(lambda: not client.is_silent(update.datagram))
    assert [row["session"] for row in rows(gate)] == ["s1"]


@contextmanager
def no_writes(house: House) -> Iterator[None]:
    """Keep the database from taking writes."""
    if house.database_url:
        make_read_only(house.database_url, "on")
        yield
        make_read_only(house.database_url, "off")
        return
    holder = sqlite3.connect(house.folder / "data/secondgate.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.close()


def test_an_answer_is_signed_and_carries_what_a_proxy_put_in(gate: House) -> None:
    told = asked(("Acct-Status-Type", "1"), ("Acct-Session-Id", "s1"), ("Proxy-State", "mine"))
    with Client(gate.port + 1, SECRET.encode()) as client:
        client.send(told.datagram)
        reply = told.reply(client.socket.recv(4096))
    assert reply is not None and reply.code == Code.ACCOUNTING_RESPONSE
    assert [value for _, value in reply.attributes] == [b"mine"]
