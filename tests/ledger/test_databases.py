"""The ledger on both databases, through their own drivers."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from secondgate.json_text import as_json
from secondgate.ledger.ledger import Entry, EventRow, Ledger, LedgerError
from secondgate.ledger.reading import Factor, Question, user_key
from secondgate.ledger.store import LOCK_EVERY, PostgresStore, SqliteStore, Store
from secondgate.methods.method import Fits
from secondgate.vault.keyring import Keyring, read_key
from tests.real.postgresql import Postgresql
from tests.scenarios.house import House

pytestmark = pytest.mark.real

HOUSE = """
applications:
  - {name: VPN, kind: radius, clients: [10.0.0.1], secret: secret-of-a-test}
users:
  - {login: ann, authenticators: [{method: totp, secret: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP}]}
  - {login: bob, authenticators: [{method: backup-codes, codes: [aaaaaaaa, bbbbbbbb]}]}
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    url = request.getfixturevalue("postgresql").create_database() if request.param == "postgresql" else ""
    house = House(tmp_path, database_url=url)
    house.configure(HOUSE)
    return house


def node(house: House) -> Ledger:
    """Return a node's ledger."""
    data = house.folder / "data"
    store: Store = (
        PostgresStore(house.database_url) if house.database_url else SqliteStore(data / "secondgate.db")
    )
    return Ledger(store, Keyring(read_key(data / "vault.key")))


@pytest.fixture
async def ledger(house: House) -> AsyncIterator[Ledger]:
    ledger = node(house)
    yield ledger
    await ledger.close()


def event(at: float | None = None, **fields: str) -> EventRow:
    return EventRow(at or time.time(), "login.refused", "", None, None, fields.get("source", ""), as_json({}))


async def spend(
    ledger: Ledger, position: int, digest: str, *, at_least: int, at_most: int, name: str = "ann"
) -> bool:
    held = (await ledger.open(Question((name,)))).people[0].authenticators[0]
    return await ledger.commit(
        Entry(event(), digest=digest, spend=(held.id, Fits(position, at_least, at_most)))
    )


async def test_a_position_moves_once_for_many_nodes(house: House, ledger: Ledger) -> None:
    other = node(house)
    tries = [spend((ledger, other)[n % 2], 7, f"request {n}", at_least=-1, at_most=6) for n in range(30)]
    assert sum(await asyncio.gather(*tries)) == 1
    await other.close()


async def test_the_request_that_moved_it_finds_its_mark_and_no_other_does(ledger: Ledger) -> None:
    assert await spend(ledger, 7, "mine", at_least=-1, at_most=6)
    assert await spend(ledger, 7, "mine", at_least=-1, at_most=6)
    assert not await spend(ledger, 7, "another", at_least=-1, at_most=6)
    assert await spend(ledger, 8, "newer", at_least=-1, at_most=7)
    assert not await spend(ledger, 7, "mine", at_least=-1, at_most=6)


async def test_of_two_backup_codes_at_once_none_is_lost(ledger: Ledger) -> None:
    """Each sets its own bit from what it read; the second must not overwrite the first's."""
    both = await asyncio.gather(
        spend(ledger, 0b01, "one", at_least=0, at_most=0, name="bob"),
        spend(ledger, 0b10, "two", at_least=0, at_most=0, name="bob"),
    )
    assert sorted(both) == [False, True]


@pytest.mark.parametrize("nodes", [1, 2])
async def test_who_loses_the_question_spends_no_code(house: House, ledger: Ledger, nodes: int) -> None:
    """Two answers at once, each with another code: in one batch, or on two workers."""
    other = ledger if nodes == 1 else node(house)
    (application,) = (await ledger.refresh()).applications
    people = (await ledger.open(Question(("ann", "bob")))).people
    held = {person.login: person.authenticators[0].id for person in people}
    for number in range(1, 21):
        state = f"question {number}"
        ask = (state, application, people[0].id, "", time.time(), "")
        assert await ledger.commit(Entry(event(), ask=ask))
        before = await positions(ledger)
        won = await asyncio.gather(
            *(
                one.commit(
                    Entry(
                        event(), digest=login, answer=state, spend=(held[login], Fits(number, -1, number - 1))
                    )
                )
                for one, login in ((ledger, "ann"), (other, "bob"))
            )
        )
        after = await positions(ledger)
        assert sorted(won) == [False, True]
        assert [login for login in held if before[login] != after[login]] == [
            login for login, has_won in zip(("ann", "bob"), won, strict=True) if has_won
        ]
    if other is not ledger:
        await other.close()


async def positions(ledger: Ledger) -> dict[str, int]:
    people = (await ledger.open(Question(("ann", "bob")))).people
    return {person.login: person.authenticators[0].position for person in people}


async def failures(ledger: Ledger, key: str) -> int:
    found = (await ledger.open(Question(keys=(key,)))).failures.get(key)
    return found.count if found else 0


async def test_failures_add_up_decay_and_are_forgiven(ledger: Ledger) -> None:
    key, now = user_key("x", Factor.SECOND), 1_800_000_000.0
    for _ in range(12):
        await ledger.commit(Entry(event(now), fail=(key,)))
    assert await failures(ledger, key) == 12
    await ledger.commit(Entry(event(now + 2 * 900), fail=(key,)))
    assert await failures(ledger, key) == 11
    await ledger.commit(Entry(event(now), clear=(key,)))
    assert await failures(ledger, key) == 0


async def test_a_clock_that_was_set_back_adds_one_failure_for_one(ledger: Ledger) -> None:
    key, now = user_key("x", Factor.SECOND), 1_800_000_000.0
    await ledger.commit(Entry(event(now), fail=(key,)))
    await ledger.commit(Entry(event(now - 86_400), fail=(key,)))
    assert await failures(ledger, key) == 2


async def test_failures_at_once_all_count(ledger: Ledger) -> None:
    await asyncio.gather(*(ledger.commit(Entry(event(), fail=("a", "b"))) for _ in range(20)))
    assert (await failures(ledger, "a"), await failures(ledger, "b")) == (20, 20)


async def test_a_question_that_the_database_refuses_costs_the_others_nothing(ledger: Ledger) -> None:
    bad, good = await asyncio.gather(
        ledger.open(Question(("nul\0",))), ledger.open(Question(("ann",))), return_exceptions=True
    )
    assert not isinstance(good, BaseException)
    assert [person.login for person in good.people] == ["ann"]
    assert isinstance(bad, LedgerError) or bad.people == ()  # type: ignore[union-attr]  # SQLite takes it


async def test_an_entry_that_the_database_refuses_costs_the_others_nothing(ledger: Ledger) -> None:
    unknown = ("0" * 64, "1" * 32, "2" * 32, "3" * 32, 0.0, "")  # a question of nobody at nothing
    bad, good = await asyncio.gather(
        ledger.commit(Entry(event(), ask=unknown)), ledger.commit(Entry(event())), return_exceptions=True
    )
    assert good is True
    assert isinstance(bad, LedgerError)


async def test_what_is_old_is_deleted(ledger: Ledger) -> None:
    await ledger.commit(Entry(event(1.0), fail=("old",)))
    await ledger.commit(Entry(event(), fail=("new",)))
    await ledger.prune(time.time() - 300)
    assert (await failures(ledger, "old"), await failures(ledger, "new")) == (0, 1)
    await ledger.check()


async def test_a_configuration_that_cannot_be_read_is_said_in_words(house: House, ledger: Ledger) -> None:
    """An older version that shares the database does not know a newer one's kinds, say."""
    directory = "UPDATE directories_directory SET kind = 'of-tomorrow'"
    if house.database_url:
        with psycopg.connect(house.database_url) as connection:
            connection.execute(directory)
    else:
        with closing(sqlite3.connect(house.folder / "data/secondgate.db")) as file, file:
            file.execute(directory)
    with pytest.raises(LedgerError, match="The configuration cannot be read: KeyError\\('of-tomorrow'\\)"):
        await ledger.refresh()


async def test_of_two_nodes_that_wait_for_each_other_both_are_served(
    postgresql: Postgresql, tmp_path: Path
) -> None:
    """PostgreSQL ends the deadlock by making one fail; with this setting always the ledger."""
    house = House(tmp_path, database_url=postgresql.create_database())
    house.configure(HOUSE)
    ledger = node(house)
    await ledger.commit(Entry(event(), fail=("a", "b")))
    with psycopg.connect(house.database_url) as other, psycopg.connect(house.database_url) as watching:
        watching.autocommit = True
        other.execute("SET deadlock_timeout = '1h'")
        other.execute("UPDATE ledger_throttle SET failures = 5 WHERE key = 'b'")
        waiting = asyncio.ensure_future(ledger.commit(Entry(event(), fail=("a", "b"))))
        await asyncio.to_thread(until_somebody_waits, watching)
        await asyncio.to_thread(other.execute, "UPDATE ledger_throttle SET failures = 5 WHERE key = 'a'")
        other.commit()
        assert await waiting is True
    assert (await failures(ledger, "a"), await failures(ledger, "b")) == (6, 6)
    await ledger.close()


def until_somebody_waits(watching: psycopg.Connection) -> None:
    """Return when a session of this database waits for a lock."""
    waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while watching.execute(waits).fetchone() is None:
        time.sleep(0.01)


def test_a_lock_that_is_let_go_of_in_time_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, looks = tmp_path / "some.db", list[float]()
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as holder,
        closing(SqliteStore(path)) as store,
    ):
        holder.execute("PRAGMA journal_mode=WAL")
        holder.execute("CREATE TABLE some (thing)")
        holder.execute("BEGIN IMMEDIATE")

        def look_again(seconds: float) -> None:
            looks.append(seconds)
            if len(looks) == 3:
                holder.execute("COMMIT")

        monkeypatch.setattr("secondgate.ledger.store.time.sleep", look_again)
        with store.writing(), pytest.raises(sqlite3.OperationalError):
            holder.execute("BEGIN IMMEDIATE")  # it has the lock, really
    assert looks == [LOCK_EVERY] * 3
