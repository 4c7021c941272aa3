"""The configuration as a file that `apply` takes; secrets are references to what is kept."""

from io import StringIO
from typing import Any

from django.db.models import Q
from ruamel.yaml import YAML

from secondgate.applications import configure as applications
from secondgate.applications.models import Application
from secondgate.directories import configure as directories
from secondgate.directories.directory import spelled
from secondgate.directories.models import Directory
from secondgate.directories.people import Book, Realms, called, known_as, names_in, realms
from secondgate.methods import enrolment
from secondgate.methods.enrolment import Drawer
from secondgate.people import accounts
from secondgate.people.models import Group, Membership, User
from secondgate.policies import configure as policies
from secondgate.policies.models import Policy

# Who has something here that no directory would bring again. An identity is what a directory has
# told: somebody without one is known by a file only.
OURS = (
    Q(entry__directory__kind="local")
    | Q(entry__external_id="")
    | Q(enabled=False)
    | Q(authenticators__isnull=False)
    | Q(memberships__isnull=False)
)


def export() -> str:
    """Return the whole configuration as YAML; applied again, it changes nothing.

    The owner is not in it: the one-time link makes that account, and no file. Nor are people who are
    here only because a directory found them at their login.
    """
    users = User.objects.filter(OURS, entry__isnull=False).exclude(role=accounts.OWNER)
    people = list(users.select_related("entry__directory").distinct().order_by("login"))
    drawers = enrolment.held_by(people)
    values = {
        "directories": [directories.described(one) for one in Directory.objects.all()],
        "applications": [
            {**applications.described(one), "directories": directories.directories_of(one)}
            for one in Application.objects.order_by("name")
        ],
        "users": [_user(one, drawers[one.pk]) for one in people],
        "groups": _groups(),
        "policies": [policies.described(one) for one in Policy.objects.all()],
    }
    stream = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 10_000  # one line a value: a folded line is hard to compare
    yaml.dump({section: [_said(item) for item in items] for section, items in values.items()}, stream)
    return stream.getvalue()


def _user(user: User, drawer: Drawer) -> dict[str, Any]:
    return {
        **accounts.described(user),
        "directory": user.entry.directory.name,
        "password": accounts.kept_password(user),
        "authenticators": [enrolment.described(held) for held in drawer.values()],
    }


def _groups() -> list[dict[str, Any]]:
    members: dict[str, list[User]] = {one.name: [] for one in Group.objects.order_by("name")}
    rows = Membership.objects.select_related("group", "user__entry__directory").order_by("user__login")
    for row in rows:
        members[row.group.name].append(row.user)
    book, known = known_as(names_in(row.user.login for row in rows)), realms()
    return [
        {"name": name, "members": [_spelled(user, book, known) for user in users]}
        for name, users in members.items()
    ]


def _spelled(user: User, book: Book, known: Realms) -> str:
    """Return a member's login, with the realm where it would mean somebody else, too."""
    if called(user.login, book, known) == [user] or not hasattr(user, "entry"):
        return user.login
    return spelled(known[user.entry.directory.name], user.login)


def _said(item: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not set: null and empty mean "as it comes"."""
    return {key: value for key, value in item.items() if value is not None and value != ""}
