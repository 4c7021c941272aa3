"""The triggers that move the revision, made anew behind a change of the applications' tables."""

from importlib import import_module

from django.db import migrations

create = import_module("secondgate.ledger.migrations.0004_revision_triggers_anew").create


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0005_certificate_names"),
        ("applications", "0005_limit_proxy_state"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
