"""`apply` keeps no login waiting: it reads without a lock, and writes a little at a time."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from secondgate.people.models import User
from secondgate.policies.models import Policy
from secondgate.setup import apply as setup
from secondgate.setup import plan_people
from secondgate.setup.export import export
from secondgate.setup.plan import ROWS_AT_ONCE, Transaction
from tests.installation import Configure

HELD = "[{method: totp, secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP}]"
POLICY = """\
applications:
  - {name: VPN, kind: radius, clients: [10.0.0.1], secret: secret-of-a-test}
policies:
  - {name: MFA, application: VPN, groups: [Staff], login: second-factor-only, methods: [totp]}
"""


def house(users: int, *, more: str = "") -> str:
    """Return a file with that many users, all of them in one group."""
    logins = [f"user{number:03d}" for number in range(users)]
    people = "".join(f"  - {{login: {login}, authenticators: {HELD}{more}}}\n" for login in logins)
    return f"{POLICY}groups:\n  - {{name: Staff, members: [{', '.join(logins)}]}}\nusers:\n{people}"


@contextmanager
def writer() -> Iterator[sqlite3.Connection]:
    """Somebody else's write transaction. It never waits: a lock that is held is an error."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=0)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield other
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_plan_needs_no_lock(configure: Configure) -> None:
    configure(house(2))
    with writer():
        assert configure(house(3, more=", email: a@b.example"), plan=True, prune=True)


def test_nobody_waits_while_passwords_are_hashed(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def hashed(password: str) -> str:
        with writer():
            asked.append(password)
        return "a hash"

    monkeypatch.setattr(plan_people, "hashed", hashed)
    configure(house(3, more=", password: long-enough"))
    assert len(asked) == 3
    assert User.objects.filter(password="a hash").count() == 3


def transactions(monkeypatch: pytest.MonkeyPatch, run: Callable[[], object]) -> list[tuple[int, int]]:
    """Return the rows and the statements that each transaction of an apply took."""
    found, write = [], setup._write

    def counted(steps: Transaction) -> None:
        connection.ensure_connection()
        before = connection.connection.total_changes
        with CaptureQueriesContext(connection) as queries:
            write(steps)
        found.append((connection.connection.total_changes - before, len(queries)))

    with monkeypatch.context() as patched:
        patched.setattr(setup, "_write", counted)
        run()
    return found


def test_a_transaction_writes_few_rows_by_few_statements(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [house(300), house(300, more=", name: N, password: pw"), "users: []\ngroups: []\npolicies: []\n"]
    monkeypatch.setattr(plan_people, "hashed", lambda _: "a hash")
    for text in texts:
        found = transactions(monkeypatch, lambda text=text: configure(text, prune=True))
        rows, statements = (max(counts) for counts in zip(*found, strict=True))
        assert len(found) > 5
        assert rows <= 2 * ROWS_AT_ONCE, "what is counted beforehand is about right"
        assert statements <= 40
    assert not User.objects.exists()


def test_many_are_read_by_as_few_statements_as_some(configure: Configure, tmp_path: Path) -> None:
    counts = []
    for users in (20, 200):
        configure(house(users))
        with CaptureQueriesContext(connection) as queries:
            configure(house(users), plan=True)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_apply_that_ended_half_way_lets_nobody_in_and_is_finished_by_another(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, write = [], setup._write

    def dies(steps: Transaction) -> None:
        if len(written) == 3:
            raise setup.UnfinishedError("the disk is full")
        written.append(write(steps))

    with monkeypatch.context() as patched:
        patched.setattr(setup, "_write", dies)
        with pytest.raises(setup.UnfinishedError):
            configure(house(100))
    assert 0 < User.objects.count() < 100
    assert not Policy.objects.exists(), "policies come last"
    configure(house(100))
    assert configure(house(100)) == []
    assert configure(export()) == []
    assert User.objects.count() == 100


def test_a_database_that_stops_is_one_sentence(configure: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise DatabaseError("database or disk\nis full")

    monkeypatch.setattr(plan_people.accounts, "create_all", full)
    with pytest.raises(setup.UnfinishedError, match=r"database or disk is full\. Apply the file again"):
        configure(house(1))
