"""The raw SQL against the models' tables, and what the triggers promise."""

import re

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.db import connection

from secondgate.ledger import statements
from secondgate.ledger.ledger import Ledger
from secondgate.ledger.models import Revision
from secondgate.ledger.statements import Select, Write
from secondgate.people.models import User
from tests.installation import Configure
from tests.setup.test_bad_input import GOOD

TABLES = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
WRITES = {name: one for name, one in vars(statements).items() if isinstance(one, Write)}
SELECTS = {name: one for name, one in vars(statements).items() if isinstance(one, Select)}


@pytest.mark.parametrize("name", SELECTS)
def test_every_query_names_tables_and_columns_that_exist(transactional_db: None, name: str) -> None:
    text = SELECTS[name].sqlite
    lists = text.count("?")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {text}".replace("?", "%s"), ["[]"] * lists)


@pytest.mark.parametrize("name", WRITES)
def test_every_write_names_tables_that_exist(name: str) -> None:
    for text in (WRITES[name].sqlite, WRITES[name].postgresql):
        table = re.search(r"(?:UPDATE|INTO|FROM) (\w+)", text)
        assert table, text
        assert table[1] in TABLES


def test_the_insert_of_an_event_fills_every_column() -> None:
    columns = re.search(r"\(([^)]*)\)", statements.EVENT.sqlite)
    assert columns
    filled = {column.strip() for column in columns[1].split(",")} | {"id"}
    assert filled == {field.column for field in TABLES["events_event"]._meta.fields}


async def test_every_change_of_configuration_moves_the_revision(configure: Configure, ledger: Ledger) -> None:
    await sync_to_async(configure)(GOOD)
    changes = {
        "a client": ("10.0.0.1", "10.0.0.2"),
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
