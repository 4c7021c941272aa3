"""Make, change and remove directories, and say whose people may use an application."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from secondgate.applications.models import Application
from secondgate.directories.models import ApplicationDirectory, Directory
from secondgate.events.record import record_change
from secondgate.people.models import LoginName
from secondgate.vault import secrets

TABLE = Directory._meta.db_table


@transaction.atomic
def configure(
    name: str,
    *,
    by: str,
    kind: str,
    realms: Sequence[str],
    settings: Mapping[str, Any],
    kept: Mapping[str, str],
) -> Directory:
    """Make the directory of this name, or change it to be so.

    `kept` are the settings for the vault; one that is missing there stays as it is.
    """
    directory = Directory.objects.filter(name=name).first()
    before = described(directory) if directory else None
    if directory is None:
        directory = Directory(name=name, position=Directory.objects.count())
    wanted = {"kind": kind, "realms": list(realms), "settings": dict(settings)}
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


@transaction.atomic
def remove(directory: Directory, *, by: str) -> None:
    """Remove a directory. Its users stay in the log; their login names are free for whoever comes next."""
    record_change("directory", directory.pk, described(directory), None, by=by)
    secrets.forget(TABLE, [directory.pk])
    LoginName.objects.filter(user__entry__directory=directory).delete()
    directory.delete()


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
