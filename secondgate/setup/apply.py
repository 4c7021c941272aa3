"""Configuration as code: make the installation what a file says.

Every change goes through the rooms' own verbs, which write events; the difference that is shown is
read off those events. `--plan` does the same and takes it back. All of it is one transaction: a file
with one error changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.db import transaction

from secondgate.applications import configure as applications
from secondgate.applications.kinds import KINDS as APPLICATION_KINDS
from secondgate.applications.models import Application, Client
from secondgate.directories import configure as directories
from secondgate.directories.directory import realms_of
from secondgate.directories.models import Directory, Entry
from secondgate.directories.registry import KINDS as DIRECTORY_KINDS
from secondgate.events.models import Event, Subject
from secondgate.methods import enrolment
from secondgate.methods.models import Authenticator
from secondgate.methods.registry import METHODS
from secondgate.people import accounts
from secondgate.people.login_names import candidates, normalise
from secondgate.people.models import Group, LoginName, User
from secondgate.people.passwords import fits, hashed
from secondgate.policies import configure as policies
from secondgate.policies.resolve import LoginMethod
from secondgate.setup import prune as pruning
from secondgate.setup.document import Document, read
from secondgate.setup.shape import Configuration, Item, Kept, shape
from secondgate.vault import secrets
from secondgate.vault.setting import secret_fields

BUILT_IN: Final = "Built-in"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference that was made: an event's noun, name, and states."""

    noun: str
    verb: str
    name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def apply(file: Path, *, plan: bool = False, prune: bool = False) -> list[Change]:
    """Make the installation what `file` says, and return what that changed.

    `plan` changes nothing and returns what would change; `prune` also removes what the file's
    sections do not name. Raises InputError, and then nothing has changed.
    """
    document = read(file)
    configuration = shape(document)
    _Check(document, configuration).all()
    hashes = _password_hashes(document, configuration)
    run = _Run(document, configuration, hashes, by=f"apply:{uuid4().hex}")
    with transaction.atomic():
        run.all(prune=prune)
        changes = list(_changes(run.by))
        transaction.set_rollback(plan)
    return changes


def _password_hashes(document: Document, configuration: Configuration) -> dict[Any, str]:
    """Return a new hash for each password that is not the stored one.

    Before the transaction, since each takes 23 ms and SQLite has one write lock.
    """
    hashes = {}
    for item in configuration.users:
        if isinstance(item.says.password, str):
            user = find_user(item.says.login, item.says.directory)
            if user is None or not fits(item.says.password, user.password):
                hashes[item.path] = hashed(item.says.password)
        elif isinstance(item.says.password, Kept) and find_user(item.says.login, item.says.directory) is None:
            raise document.error((*item.path, "password"), f"no password of {item.says.login} is kept here.")
    return hashes


def find_user(login: str, directory: str) -> User | None:
    """Return the user of this login name in this directory."""
    name = LoginName.objects.filter(name=normalise(login), user__entry__directory__name=directory)
    found = name.select_related("user").first()
    return found.user if found else None


def people_called(login: str) -> list[User]:
    """Return the users whom a login name can mean, by its realm where it has one."""
    realms = {one.pk: realms_of(one.name, one.realms) for one in Directory.objects.all()}
    found: dict[Any, User] = {}
    for candidate in candidates(login):
        names = LoginName.objects.filter(name=candidate.name).select_related("user__entry")
        for user in (name.user for name in names):
            known = realms[user.entry.directory_id] if hasattr(user, "entry") else ()
            if candidate.realm is None or candidate.realm in known:
                found[user.pk] = user
    return list(found.values())


class _Check:
    """Every name that the file speaks of is in the file or in the installation."""

    def __init__(self, document: Document, configuration: Configuration) -> None:
        self.document, self.configuration = document, configuration

    def all(self) -> None:
        for item in self.configuration.directories:
            self._directory(item)
        for item in self.configuration.applications:
            self._application(item)
        self._clients()
        for item in self.configuration.users:
            self._name(item, "directory", "directories", item.says.directory, Directory)
        for item in self.configuration.policies:
            self._policy(item)

    def _directory(self, item: Item) -> None:
        settings = DIRECTORY_KINDS[item.kind].settings
        values = {one.name: getattr(item.says, one.name) for one in fields(settings)}
        open_ones = {name: "kept" if isinstance(value, Kept) else value for name, value in values.items()}
        try:
            settings(**open_ones)
        except ValueError as error:
            raise self.document.error(item.path, f"directory “{item.says.name}”: {error}") from error
        self._kept(item, Directory, "directories_directory", list(values), values)

    def _application(self, item: Item) -> None:
        says, kind = item.says, APPLICATION_KINDS[item.says.kind]
        if says.challenge and not kind.challenge:
            raise self.document.error(
                (*item.path, "challenge"),
                f"application “{says.name}” cannot have `challenge: yes`: {kind.no_challenge_because}.",
            )
        for name in says.directories:
            self._name(item, "directories", "directories", name, Directory)
        self._kept(item, Application, "applications_application", ["secret"], {"secret": says.secret})

    def _clients(self) -> None:
        seen: dict[str, str] = {}
        for item in self.configuration.applications:
            taken = Client.objects.exclude(
                application__name__in=[i.says.name for i in self.configuration.applications]
            )
            owners = dict(taken.values_list("network", "application__name"))
            for number, network in enumerate(item.says.clients):
                owner = seen.get(network) or owners.get(network)
                if owner:
                    raise self.document.error(
                        (*item.path, "clients", number), f"the client {network} belongs to “{owner}” already."
                    )
                seen[network] = item.says.name

    def _policy(self, item: Item) -> None:
        says = item.says
        self._name(item, "application", "applications", says.application, Application)
        for group in says.groups:
            self._name(item, "groups", "groups", group, Group)
        if not says.methods and says.login != LoginMethod.PASSWORD_ONLY:
            raise self.document.error(
                item.path, f"policy “{says.name}” names no `methods` for its second factor."
            )
        kind = APPLICATION_KINDS[self._application_kind(says.application)]
        if says.challenge and not kind.challenge:
            raise self.document.error(
                (*item.path, "challenge"),
                f"policy “{says.name}” cannot have `challenge: yes`: {kind.no_challenge_because}.",
            )

    def _application_kind(self, name: str) -> str:
        for item in self.configuration.applications:
            if item.says.name == name:
                return str(item.says.kind)
        return Application.objects.get(name=name).kind

    def _name(self, item: Item, key: str, section: str, name: str, model: type[Any]) -> None:
        here = {one.says.name for one in getattr(self.configuration, section)}
        there = set(model.objects.values_list("name", flat=True))
        if name not in here | there:
            known = ", ".join(sorted(here | there)) or "none"
            raise self.document.error(
                (*item.path, key), f"there is no {key} called “{name}”. Known: {known}."
            )

    def _kept(
        self, item: Item, model: type[Any], table: str, names: list[str], values: dict[str, Any]
    ) -> None:
        for name in names:
            if isinstance(values[name], Kept):
                found = model.objects.filter(name=item.says.name).first()
                if found is None or secrets.kept(table, found.pk, name) is None:
                    raise self.document.error(
                        (*item.path, name), f"no `{name}` of “{item.says.name}” is kept here."
                    )


class _Run:
    """One run, inside its transaction: the sections in order, each entry through its room's verb."""

    def __init__(
        self, document: Document, configuration: Configuration, hashes: dict[Any, str], *, by: str
    ) -> None:
        self.document, self.configuration, self.hashes, self.by = document, configuration, hashes, by

    def all(self, *, prune: bool) -> None:
        self._free_moved_clients()
        for section in ("directories", "applications", "users", "groups", "policies"):
            write = getattr(self, f"_{section}")
            for item in getattr(self.configuration, section):
                write(item.says, item)
        policies.put_in_order([item.says.name for item in self.configuration.policies], by=self.by)
        if prune:
            pruning.prune(self.configuration, by=self.by)
        for item in self.configuration.groups:
            self._members(item, prune=prune)

    def _free_moved_clients(self) -> None:
        """Take addresses from applications that give them up: another one of the file may want them."""
        for item in self.configuration.applications:
            held = Client.objects.filter(application__name=item.says.name)
            given_up = held.exclude(network__in=item.says.clients)
            moved = {network for one in self.configuration.applications for network in one.says.clients}
            given_up.filter(network__in=moved).delete()

    def _directories(self, says: Any, item: Item) -> None:
        settings = DIRECTORY_KINDS[item.kind].settings
        sealed = {one.name for one in secret_fields(settings)}
        values = {one.name: getattr(says, one.name) for one in fields(settings)}
        directories.configure(
            says.name, by=self.by, kind=item.kind, realms=says.realms,
            settings={name: value for name, value in values.items() if name not in sealed},
            kept={name: value for name, value in values.items() if name in sealed and isinstance(value, str)},
        )  # fmt: skip

    def _applications(self, says: Any, item: Item) -> None:
        challenge = APPLICATION_KINDS[says.kind].challenge if says.challenge is None else says.challenge
        application = applications.configure(
            says.name, by=self.by, secret=says.secret if isinstance(says.secret, str) else None,
            clients=says.clients, kind=says.kind, message_authenticator=says.message_authenticator,
            challenge=challenge, separator=says.separator,
        )  # fmt: skip
        named = {
            directory.name: directory for directory in Directory.objects.filter(name__in=says.directories)
        }
        directories.set_directories(application, [named[name] for name in says.directories], by=self.by)

    def _users(self, says: Any, item: Item) -> None:
        given = {
            name: getattr(says, name)
            for name in ("name", "email", "enabled")
            if name in says.model_fields_set
        }
        user = find_user(says.login, says.directory)
        if user is None:
            directory = Directory.objects.get(name=says.directory)
            realm = realms_of(directory.name, directory.realms)[0]
            try:
                user = accounts.create(says.login, realm=realm, by=self.by, **given)
            except accounts.NameTaken:
                raise self.document.error(
                    item.path, f"“{says.login}” of the realm “{realm}” is another directory's already."
                ) from None
            Entry.objects.create(user=user, directory=directory)
        else:
            accounts.change(user, by=self.by, **given)
        if item.path in self.hashes:
            accounts.set_password_hash(user, self.hashes[item.path], by=self.by)
        for held in item.authenticators:
            self._authenticator(user, held)

    def _authenticator(self, user: User, item: Item) -> None:
        kind = METHODS[item.kind].settings
        values = {one.name: getattr(item.says, one.name) for one in fields(kind)}
        if any(isinstance(value, Kept) for value in values.values()):
            if not Authenticator.objects.filter(user=user, name=item.says.name, method=item.kind).exists():
                raise self.document.error(
                    item.path, f"no authenticator “{item.says.name}” of {user.login} is kept here."
                )
            return
        try:
            enrolment.enrol(user, item.kind, item.says.name, kind(**values), by=self.by)
        except ValueError as error:
            raise self.document.error(
                item.path, f"the {item.kind} authenticator of {user.login}: {error}"
            ) from error

    def _groups(self, says: Any, item: Item) -> None:
        accounts.make_group(says.name, by=self.by)

    def _members(self, item: Item, *, prune: bool) -> None:
        """Add the members that the file names; without `prune` the others stay."""
        group = Group.objects.get(name=item.says.name)
        wanted = {self._member(item, number, login) for number, login in enumerate(item.says.members)}
        kept = set() if prune else set(User.objects.filter(memberships__group=group))
        accounts.set_members(group, wanted | kept, by=self.by)

    def _member(self, item: Item, number: int, login: str) -> User:
        path = (*item.path, "members", number)
        found = people_called(login)
        if len(found) != 1:
            many = "nobody" if not found else f"{len(found)} people"
            raise self.document.error(path, f"{many} in `users:` or in the installation is called “{login}”.")
        return found[0]

    def _policies(self, says: Any, item: Item) -> None:
        policies.configure(
            says.name, by=self.by, application=Application.objects.get(name=says.application),
            groups=list(Group.objects.filter(name__in=says.groups)), login=says.login, methods=says.methods,
            challenge=says.challenge,
        )  # fmt: skip


def _changes(by: str) -> Iterable[Change]:
    """Yield what a run has changed, as its events say it."""
    events = list(Event.objects.filter(facts__by=by).order_by("id"))
    called = {subject.id.hex: subject.name for subject in Subject.objects.all()} if events else {}
    for event in events:
        noun, _, verb = event.name.partition(".")
        before, after = event.facts["before"], event.facts["after"]
        name = called.get(event.facts["subject"], "")
        yield Change(noun, verb, name, before, after)
