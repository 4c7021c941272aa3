"""The raw SQL against the models' tables, and what the triggers promise."""

import re
from collections.abc import Sequence

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.db import connection

from secondgate.ledger import statements
from secondgate.ledger.ledger import Entry, EventRow, Ledger
from secondgate.ledger.models import Revision
from secondgate.ledger.sessions import Reboot
from secondgate.ledger.statements import Select, Write
from secondgate.ledger.store import Row, SqliteStore
from secondgate.people.models import User
from tests.installation import Configure
from tests.setup.test_bad_input import GOOD

TABLES = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
WRITES = [one for one in vars(statements).values() if isinstance(one, Write)] + list(statements.PRUNE)
SELECTS = {name: one for name, one in vars(statements).items() if isinstance(one, Select)}


@pytest.mark.parametrize("name", SELECTS)
def test_every_query_names_tables_and_columns_that_exist(transactional_db: None, name: str) -> None:
    text = SELECTS[name].sqlite
    lists = text.count("?")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {text}".replace("?", "%s"), ["[]"] * lists)


@pytest.mark.parametrize("number", range(len(WRITES)))
def test_every_write_names_tables_and_columns_that_exist(transactional_db: None, number: int) -> None:
    write = WRITES[number]
    with connection.cursor() as cursor:
        for count in (1, 2):
            text = write.sqlite(count)
            cursor.execute(f"EXPLAIN {text}".replace("?", "%s"), [None] * text.count("?"))


@pytest.mark.parametrize("number", range(len(WRITES)))
def test_every_write_takes_as_many_values_of_each_row_as_it_names(number: int) -> None:
    write = WRITES[number]
    columns = write.columns.count(",") + 1
    assert [write.sqlite(count).count("?") for count in (1, 3)] == [columns, 3 * columns]
    assert write.postgresql.count("row ->>") == columns


@pytest.mark.parametrize("text", [one.postgresql for one in [*SELECTS.values(), *WRITES]])
def test_nothing_of_our_own_words_is_left_for_postgresql(text: str) -> None:
    assert not re.search(r"\?|AMONG|\b(ROWS?|ID|HEX)\(", text)


@pytest.mark.parametrize(
    ("write", "table"), [(statements.EVENT, "events_event"), (statements.SESSION, "accounting_session")]
)
def test_an_insert_fills_every_column(write: Write, table: str) -> None:
    columns = re.search(rf"INSERT INTO {table}[^(]*\(([^)]*)\)", write.text)
    assert columns
    filled = {column.strip() for column in columns[1].split(",")} | {"id"}
    assert filled == {field.column for field in TABLES[table]._meta.fields}


async def test_a_batch_without_accounting_has_no_statement_of_sessions(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Write] = []
    write = SqliteStore.write

    def watched(store: SqliteStore, statement: Write, rows: Sequence[Row]) -> list[object]:
        done.append(statement)
        return write(store, statement, rows)

    monkeypatch.setattr(SqliteStore, "write", watched)
    event = EventRow(1.0, "login.refused", "", None, None, "", "{}")
    await ledger.commit(Entry(event))
    assert done == [statements.EVENT]
    await ledger.commit(Entry(event, said=Reboot("a" * 32, "gate", 1.0)))
    assert done[1:] == [statements.EVENT, statements.REBOOT]


async def test_every_change_of_configuration_moves_the_revision(configure: Configure, ledger: Ledger) -> None:
    await sync_to_async(configure)(GOOD)
    changes = {
        "a client": ("10.0.0.1", "10.0.0.2"),
        "a certificate's name": ("    secret:", "    certificate_names: [vpn1.test]\n    secret:"),
        "a secret": ("secret-of-a-test", "another-secret"),
        "an application": (
            "kind: aws-workspaces",
            "kind: aws-workspaces\n    message_authenticator: require",
        ),
        "a policy": ("methods: [totp]", "methods: [totp, hotp]"),
        "a policy's groups": ("    groups: [Staff]\n", ""),
    }
    for what, (old, new) in changes.items():
        before = (await ledger.refresh()).revision
        await sync_to_async(configure)(GOOD.replace(old, new, 1))
        assert (await ledger.refresh()).revision > before, what
        await sync_to_async(configure)(GOOD)


async def test_people_never_move_the_revision(configure: Configure, ledger: Ledger) -> None:
    await sync_to_async(configure)(GOOD)
    before = (await ledger.refresh()).revision
    more = "  - {login: bob, password: bob-has-one, authenticators: [{method: totp, secret: JBSWY3DPEHPK3PXPJBSWY3DP}]}\n"
    await sync_to_async(configure)(GOOD.replace("policies:", f"{more}policies:"))
    assert await User.objects.acount() == 2
    assert (await ledger.refresh()).revision == before
    assert await Revision.objects.acount() == 1
