"""PostgreSQL leaves room in each page of authenticators for the next version of some of them.

A login moves one's position. Where the new version fits into the same page, the three indexes need not be
touched. Only pages written from now on have the room; `VACUUM FULL methods_authenticator` gives it to the
others.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def leave_room(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    if schema.connection.vendor == "postgresql":
        schema.execute("ALTER TABLE methods_authenticator SET (fillfactor = 75)")


def fill_up(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    if schema.connection.vendor == "postgresql":
        schema.execute("ALTER TABLE methods_authenticator RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("methods", "0002_has_factor")]
    operations = [migrations.RunPython(leave_room, fill_up)]
