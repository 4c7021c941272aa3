"""Console and portal as an application: what people do there is recorded like any other login."""

from uuid import UUID

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

WEB_ID = UUID("5ec09a7e-0000-4000-8000-000000000001")
NAME = "Console and portal"


def create(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    application, subject = apps.get_model("applications", "Application"), apps.get_model("events", "Subject")
    name = NAME
    while application.objects.filter(name=name).exists():  # somebody may have called a VPN so
        name += "*"
    application.objects.create(id=WEB_ID, name=name, kind="web", message_authenticator="off")
    subject.objects.create(id=WEB_ID, kind="application", name=name)


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial"), ("events", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
