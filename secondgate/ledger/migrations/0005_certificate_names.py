"""The names of certificates move the revision, too, as every change of configuration does."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "applications_certificatename"
BUMP = "UPDATE ledger_revision SET number = number + 1;"


def create(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    on_postgresql = schema.connection.vendor == "postgresql"
    then = "EXECUTE FUNCTION secondgate_bump_revision()" if on_postgresql else f"BEGIN {BUMP} END"
    for event in ("INSERT", "UPDATE", "DELETE"):
        name = f"{TABLE}_{event.lower()}_bumps_revision"
        schema.execute(f"CREATE TRIGGER {name} AFTER {event} ON {TABLE} FOR EACH ROW {then}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_revision_triggers_anew"), ("applications", "0004_certificate_names")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
