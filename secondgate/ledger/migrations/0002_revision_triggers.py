"""Every change of configuration moves the revision, by triggers: no code can forget to.

People, memberships, and the seeds of authenticators never move it: a login reads them afresh.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLES = (
    "applications_application",
    "applications_client",
    "directories_directory",
    "directories_application",
    "policies_policy",
    "policies_policy_group",
    "vault_sealed",
)
BUMP = "UPDATE ledger_revision SET number = number + 1;"
# What belongs to a person rather than to the configuration.
UNLESS = {"vault_sealed": "{row}.\"table\" <> 'methods_authenticator'"}


def create(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("ledger", "Revision").objects.create(number=1)
    if schema.connection.vendor == "postgresql":
        schema.execute(
            "CREATE FUNCTION secondgate_bump_revision() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {BUMP} RETURN NULL; END $$"
        )
    for table in TABLES:
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            when = f"WHEN ({UNLESS[table].format(row=row)})" if table in UNLESS else ""
            name = f"{table}_{event.lower()}_bumps_revision"
            if schema.connection.vendor == "postgresql":
                then = "EXECUTE FUNCTION secondgate_bump_revision()"
            else:
                then = f"BEGIN {BUMP} END"
            schema.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW {when} {then}")


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_initial"),
        ("applications", "0001_initial"),
        ("directories", "0001_initial"),
        ("policies", "0001_initial"),
        ("vault", "0001_initial"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
