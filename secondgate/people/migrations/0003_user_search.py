"""What people are found and sorted by, in one column with an index; and whether they have a second factor."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import secondgate.people.models

SHORT = secondgate.people.models.SEARCH_MOST
ASCII = f"""UPDATE people_user SET search = substr(lower(
  CASE WHEN name = '' THEN login ELSE name END || %s || login
  || CASE WHEN email = '' THEN '' ELSE %s || email END), 1, {SHORT})"""  # noqa: S608  our own text


def fill(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    """Fill it in: one statement for the names in ASCII, of which SQLite's lower() knows the small letters."""
    users = apps.get_model("people", "User").objects
    with schema.connection.cursor() as cursor:
        cursor.execute(ASCII, ["\n", "\n"])
    for user in users.only("name", "login", "email").iterator():
        if not f"{user.name}{user.login}{user.email}".isascii():
            users.filter(pk=user.pk).update(search=secondgate.people.models.words_of(user))


class Migration(migrations.Migration):
    dependencies = [("people", "0002_user_by_role")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="has_factor",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="search",
            field=secondgate.people.models.SearchField(
                db_default="", default="", editable=False, max_length=640
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="user", index=models.Index(fields=["search", "id"], name="users_by_name")
        ),
    ]
