"""What `apply --prune` removes: whatever a section of the file could name, and does not.

The Built-in directory stays, and so do people whom another directory has brought, and the owner.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from secondgate.applications import configure as applications
from secondgate.applications.models import Application
from secondgate.directories import configure as directories
from secondgate.directories.models import Directory
from secondgate.directories.people import AT_ONCE
from secondgate.methods import enrolment
from secondgate.methods.enrolment import Held
from secondgate.people import accounts
from secondgate.people.login_names import normalise
from secondgate.people.models import Group, User
from secondgate.policies import configure as policies
from secondgate.policies.models import Policy
from secondgate.setup.plan import BY, ROWS_A_CHANGE, Change, Step, Transaction, in_batches
from secondgate.setup.shape import BUILT_IN, Configuration


def prune_configuration(configuration: Configuration) -> Iterator[Step]:
    """Yield the removal of what the sections that the file has do not name, people apart."""
    sections = configuration.sections
    gone = _unnamed(Application, "applications", configuration)
    # An application takes its policies with it, unless the file says where they belong.
    of_gone = Policy.objects.filter(application__in=gone)
    for policy in _unnamed(Policy, "policies", configuration) if "policies" in sections else of_gone:
        change = Change("policy", policy.name, policies.described(policy), None)
        yield Step([change], partial(policies.remove, policy, by=BY))
    for application in gone:
        change = Change("application", application.name, applications.described(application), None)
        yield Step([change], partial(applications.remove, application, by=BY))
    for group in _unnamed(Group, "groups", configuration):
        change = Change("group", group.name, accounts.described_group(group), None)
        yield Step([change], partial(accounts.remove_group, group, by=BY))
    for directory in _unnamed(Directory, "directories", configuration).exclude(name=BUILT_IN):
        change = Change("directory", directory.name, directories.described(directory), None)
        yield Step([change], partial(directories.remove, directory, by=BY))


def _unnamed(model: type[Model], section: str, configuration: Configuration) -> QuerySet[Any]:
    """Return the rows that a section does not name; none where the file does not have it."""
    if section not in configuration.sections:
        return model._default_manager.none()
    names = [item.says.name for item in getattr(configuration, section)]
    return model._default_manager.exclude(name__in=names)


def prune_people(configuration: Configuration, authenticators: Collection[UUID]) -> Iterator[Transaction]:
    """Yield the removal of people of built-in directories, and of all but these authenticators.

    A person whom another directory knows stays: it would bring them again. Their authenticators do not.
    """
    if "users" not in configuration.sections:
        return
    losses = _losses(configuration, authenticators)
    for batch in in_batches(losses, lambda loss: ROWS_A_CHANGE * len(loss.changes)):
        held = [one for loss in batch for one in loss.held]
        users = [loss.user for loss in batch if loss.user_too]
        yield [Step([change for loss in batch for change in loss.changes], partial(_remove, held, users))]


@dataclass(frozen=True, slots=True)
class _Loss:
    """What one person loses: authenticators, and perhaps the account."""

    user: User
    held: list[Held]
    user_too: bool

    @property
    def changes(self) -> list[Change]:
        """What the events will tell."""
        held = [
            Change("authenticator", one.authenticator.name, enrolment.described(one), None)
            for one in self.held
        ]
        user = Change("user", self.user.login, accounts.described(self.user), None)
        return [*held, user] if self.user_too else held


def _losses(configuration: Configuration, kept: Collection[UUID]) -> Iterator[_Loss]:
    named = {(item.says.directory, normalise(item.says.login)) for item in configuration.users}
    ids = list(User.objects.filter(role="").order_by("login").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        found = User.objects.filter(pk__in=ids[start : start + AT_ONCE])
        users = list(found.select_related("entry__directory"))
        drawers = enrolment.held_by(users)
        for user in users:
            directory = user.entry.directory if hasattr(user, "entry") else None
            held = [one for one in drawers[user.pk].values() if one.authenticator.pk not in kept]
            user_too = (
                directory is not None
                and directory.kind == "local"
                and (directory.name, normalise(user.login)) not in named
            )
            if held or user_too:
                yield _Loss(user, held, user_too)


def _remove(held: list[Held], users: list[User]) -> None:
    enrolment.remove(held, by=BY)
    accounts.remove(users, by=BY)
