"""A group's name is part of the configuration, too: answers carry it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BUMP = "UPDATE ledger_revision SET number = number + 1;"


def create(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    for event in ("INSERT", "UPDATE", "DELETE"):
        name = f"people_group_{event.lower()}_bumps_revision"
        if schema.connection.vendor == "postgresql":
            then = "EXECUTE FUNCTION secondgate_bump_revision()"
        else:
            then = f"BEGIN {BUMP} END"
        schema.execute(f"CREATE TRIGGER {name} AFTER {event} ON people_group FOR EACH ROW {then}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_node"), ("people", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
