"""The triggers that move the revision, made anew; a group's name moves it now, too: answers carry it.

SQLite makes a table anew to add some kinds of column, and its triggers go with the old one. So whoever changes
one of these tables adds a migration like this behind it: tests/ledger/test_statements.py fails until then.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = (
    "applications_application",
    "applications_client",
    "directories_directory",
    "directories_application",
    "people_group",
    "policies_policy",
    "policies_policy_group",
    "vault_sealed",
)
BUMP = "UPDATE ledger_revision SET number = number + 1;"
# What belongs to a person rather than to the configuration.
UNLESS = {"vault_sealed": "{row}.\"table\" <> 'methods_authenticator'"}


def create(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema.connection.vendor == "postgresql"
    then = "EXECUTE FUNCTION secondgate_bump_revision()" if on_postgresql else f"BEGIN {BUMP} END"
    for table in TABLES:
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            when = f"WHEN ({UNLESS[table].format(row=row)})" if table in UNLESS else ""
            name = f"{table}_{event.lower()}_bumps_revision"
            schema.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if on_postgresql else ""))
            schema.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} {then}")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_node"),
        ("applications", "0003_grants"),
        ("directories", "0002_built_in"),
        ("people", "0003_user_search"),
        ("policies", "0003_grants"),
        ("vault", "0001_initial"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
