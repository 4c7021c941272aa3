"""The built-in directory is there from the beginning: its users need no other."""

from uuid import uuid4

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "Built-in"


def create(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    directory, subject = uuid4(), apps.get_model("events", "Subject")
    apps.get_model("directories", "Directory").objects.create(id=directory, name=NAME, kind="local")
    subject.objects.create(id=directory, kind="directory", name=NAME)


class Migration(migrations.Migration):
    dependencies = [("directories", "0001_initial"), ("events", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
