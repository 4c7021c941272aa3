"""Whether a user has a second factor stands in the user's row, by triggers: no code can forget to.

A bypass code is none: it stands in for one for a while. What a login moves (`position`) wakes no trigger.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

HAS = (
    "EXISTS (SELECT 1 FROM methods_authenticator a "
    "WHERE a.user_id = people_user.id AND a.enabled AND a.method <> 'bypass-code')"
)
ALL = f"UPDATE people_user SET has_factor = {HAS}"  # noqa: S608  our own text
SET = f"{ALL} WHERE id = {{row}}.user_id;"
WHEN = {"INSERT": ("NEW",), "UPDATE OF user_id, method, enabled": ("OLD", "NEW"), "DELETE": ("OLD",)}


def create(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    schema.execute(ALL)
    for number, (event, rows) in enumerate(WHEN.items()):
        name = f"methods_authenticator_has_factor_{number}"
        does = " ".join(SET.format(row=row) for row in rows)
        if schema.connection.vendor == "postgresql":
            schema.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {does} RETURN NULL; END $$"
            )
            does = f"EXECUTE FUNCTION {name}()"
        else:
            does = f"BEGIN {does} END"
        schema.execute(f"CREATE TRIGGER {name} AFTER {event} ON methods_authenticator FOR EACH ROW {does}")


class Migration(migrations.Migration):
    dependencies = [("methods", "0001_initial"), ("people", "0003_user_search")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
