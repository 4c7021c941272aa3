"""The configuration as a file that `apply` takes; secrets are references to what is kept."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from secondgate.applications import configure as applications
from secondgate.applications.models import Application
from secondgate.directories import configure as directories
from secondgate.directories.models import Directory
from secondgate.methods import enrolment
from secondgate.people import accounts
from secondgate.people.models import Group, User
from secondgate.policies import configure as policies
from secondgate.policies.models import Policy


def export() -> str:
    """Return the whole configuration as YAML; applied again, it changes nothing.

    The owner is not in it: the one-time link makes that account, and no file.
    """
    values = {
        "directories": [directories.described(one) for one in Directory.objects.all()],
        "applications": [
            {**applications.described(one), "directories": directories.directories_of(one)}
            for one in Application.objects.order_by("name")
        ],
        "users": [_user(one) for one in User.objects.filter(entry__isnull=False, role="").order_by("login")],
        "groups": [
            {"name": one.name, "members": accounts.member_logins(one)}
            for one in Group.objects.order_by("name")
        ],
        "policies": [policies.described(one) for one in Policy.objects.all()],
    }
    stream = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 10_000  # one line a value: a folded line is hard to compare
    yaml.dump({section: [_said(item) for item in items] for section, items in values.items()}, stream)
    return stream.getvalue()


def _user(user: User) -> dict[str, Any]:
    held = [enrolment.described(one) for one in user.authenticators.order_by("created_at", "name")]
    return {
        **accounts.described(user),
        "directory": user.entry.directory.name,
        "password": accounts.kept_password(user),
        "authenticators": held,
    }


def _said(item: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not set: null and empty mean "as it comes"."""
    return {key: value for key, value in item.items() if value is not None and value != ""}
