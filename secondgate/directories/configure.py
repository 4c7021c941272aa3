"""Make, change and remove directories, and say whose people may use an application."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from secondgate.applications.models import Application
from secondgate.directories.directory import realms_of
from secondgate.directories.models import ApplicationDirectory, Directory
from secondgate.events.record import record_change
from secondgate.people import accounts
from secondgate.people.login_names import normalise
from secondgate.people.models import LoginName, User
from secondgate.vault import secrets

TABLE = Directory._meta.db_table


class NameTaken(Exception):
    """Raised when another directory is called so."""


@transaction.atomic
def configure(
    name: str,
    *,
    by: str,
    kind: str,
    realms: Sequence[str],
    settings: Mapping[str, Any],
    kept: Mapping[str, str],
    directory: Directory | None = None,
) -> Directory:
    """Make the directory of this name, or change it to be so.

    `kept` are the settings for the vault; one that is missing there stays as it is. `directory` is one
    that is there and is called `name` from now on: its people stay its people. Raises NameTaken.
    """
    called = Directory.objects.filter(name=name).first()
    if directory and called and called.pk != directory.pk:
        raise NameTaken(name)
    directory = directory or called
    before = described(directory) if directory else None
    if directory is None:
        directory = Directory(name=name, position=Directory.objects.count())
    wanted = {"name": name, "kind": kind, "realms": list(realms), "settings": dict(settings)}
    if before is None or wanted != {key: getattr(directory, key) for key in wanted}:
        for field, value in wanted.items():
            setattr(directory, field, value)
        directory.save()
    for field, value in kept.items():
        if secrets.kept(TABLE, directory.pk, field) != value.encode():
            secrets.keep(TABLE, directory.pk, field, value.encode())
    after = described(directory)
    if after != before:
        record_change("directory", directory.pk, before, after, by=by)
    return directory


def claimant(realm: str, *, but: Directory | None = None) -> str:
    """Return the name of the directory that a realm belongs to, `but` for one of them; "" for none.

    It also belongs to one that had it when its people came: their login names still carry it.
    """
    others = Directory.objects.exclude(pk=but.pk) if but else Directory.objects.all()
    for other in others:
        if normalise(realm) in realms_of(other.name, other.realms):
            return other.name
    names = LoginName.objects.filter(realm=normalise(realm), user__entry__directory__in=others)
    held = names.values_list("user__entry__directory__name", flat=True)
    return held.first() or ""


@transaction.atomic
def remove(directory: Directory, *, by: str) -> None:
    """Remove a directory. Its users stay in the log; their login names are free for whoever comes next.

    Raises LastOwner: nobody logs in whose directory is gone.
    """
    accounts.keep_an_owner(User.objects.filter(entry__directory=directory, role=accounts.OWNER))
    record_change("directory", directory.pk, described(directory), None, by=by)
    secrets.forget(TABLE, [directory.pk])
    LoginName.objects.filter(user__entry__directory=directory).delete()
    directory.delete()


def hold_every_owner(gone: Collection[Directory]) -> bool:
    """Tell whether nobody could log in any more who may do everything, were these directories gone."""
    owners = accounts.owners()
    return owners.exists() and not owners.exclude(entry__directory__in=gone).exists()


def described(directory: Directory) -> dict[str, Any]:
    """Return a directory as events and exports show it."""
    held = secrets.kept_all(TABLE, [directory.pk])
    kept = {field: secrets.reference(value) for (_, field), value in held.items() if value}
    return {
        "name": directory.name,
        "kind": directory.kind,
        "realms": directory.realms,
        **directory.settings,
        **kept,
    }


@transaction.atomic
def set_directories(application: Application, directories: Sequence[Directory], *, by: str) -> None:
    """Say whose people may use an application, in order; none at all means everyone."""
    before = directories_of(application)
    after = [directory.name for directory in directories]
    if before == after:
        return
    ApplicationDirectory.objects.filter(application=application).delete()
    for position, directory in enumerate(directories):
        ApplicationDirectory.objects.create(application=application, directory=directory, position=position)
    record_change("application", application.pk, {"directories": before}, {"directories": after}, by=by)


def directories_of(application: Application) -> list[str]:
    """Return the names of the directories that an application names."""
    links = ApplicationDirectory.objects.filter(application=application).order_by("position")
    return list(links.values_list("directory__name", flat=True))


def relying_on(directory: Directory) -> list[str]:
    """Return the applications that name this directory and no other.

    Without it they would name none, which means all: it must not go before they are changed.
    """
    others = ApplicationDirectory.objects.exclude(directory=directory).values("application")
    alone = Application.objects.filter(directory_links__directory=directory).exclude(pk__in=others)
    return list(alone.order_by("name").values_list("name", flat=True))
