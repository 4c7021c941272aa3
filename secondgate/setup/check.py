"""Every name that a file speaks of is in the file or in the installation, and stays."""

from dataclasses import fields
from functools import cached_property
from typing import Any

from secondgate.applications.kinds import KINDS as APPLICATION_KINDS
from secondgate.applications.models import Application, CertificateName, Client
from secondgate.directories import configure as directories
from secondgate.directories.local import Local
from secondgate.directories.models import ApplicationDirectory, Directory
from secondgate.directories.registry import KINDS as DIRECTORY_KINDS
from secondgate.people.models import Group
from secondgate.policies.grants import attributes_of
from secondgate.policies.grants import read as read_grant
from secondgate.policies.models import Policy
from secondgate.policies.resolve import LoginMethod
from secondgate.setup.document import Document
from secondgate.setup.shape import BUILT_IN, Configuration, Item, Kept
from secondgate.vault import secrets

MODELS: dict[str, type[Any]] = {"directories": Directory, "applications": Application, "groups": Group}
KNOWN_BY: dict[str, tuple[str, type[Any], str]] = {
    "clients": ("client", Client, "network"),
    "certificate_names": ("certificate's name", CertificateName, "name"),
}


class Check:
    """The names of one file. `prune`: what its sections do not name goes, and cannot be named either."""

    def __init__(self, document: Document, configuration: Configuration, *, prune: bool) -> None:
        self.document, self.configuration, self.prune = document, configuration, prune

    def all(self) -> None:
        """Raise InputError for the first name that cannot be."""
        for item in self.configuration.directories:
            self._directory(item)
        for item in self.configuration.applications:
            self._application(item)
        self._known_by()
        for item in self.configuration.users:
            self._name(item, "directory", "directories", item.says.directory)
            self._password(item)
        for item in self.configuration.policies:
            self._policy(item)
        if self.prune:
            self._still_needed()
            self._an_owner_stays()

    def _directory(self, item: Item) -> None:
        settings = DIRECTORY_KINDS[item.kind].settings
        values = {one.name: getattr(item.says, one.name) for one in fields(settings)}
        open_ones = {name: "kept" if isinstance(value, Kept) else value for name, value in values.items()}
        try:
            settings(**open_ones)
        except ValueError as error:
            raise self.document.error(item.path, f"directory “{item.says.name}”: {error}") from error
        self._kept(item, Directory, values)

    def _application(self, item: Item) -> None:
        says, kind = item.says, APPLICATION_KINDS[item.says.kind]
        if says.challenge and not kind.challenge:
            raise self.document.error(
                (*item.path, "challenge"),
                f"application “{says.name}” cannot have `challenge: yes`: {kind.no_challenge_because}.",
            )
        for name in says.directories:
            self._name(item, "directories", "directories", name)
        self._grants(item, says.name)
        self._kept(item, Application, {"secret": says.secret})

    def _known_by(self) -> None:
        """No client and no name of a certificate may be two applications'."""
        named = [item.says.name for item in self.configuration.applications]
        for key, (what, rows, column) in KNOWN_BY.items():
            others = rows.objects.exclude(application__name__in=named)
            owners = dict(others.values_list(column, "application__name"))
            for item in self.configuration.applications:
                for number, one in enumerate(getattr(item.says, key)):
                    if one in owners:
                        raise self.document.error(
                            (*item.path, key, number), f"the {what} {one} belongs to “{owners[one]}” already."
                        )
                    owners[one] = item.says.name

    def _password(self, item: Item) -> None:
        """Refuse a password that nobody would ever look at; one that is `kept` changes nothing."""
        login, directory = item.says.login, item.says.directory
        if isinstance(item.says.password, str) and self._directory_kinds[directory] != Local.name:
            raise self.document.error(
                (*item.path, "password"),
                f"“{directory}” checks the password of “{login}” itself, and one set here would never count: "
                "take it out.",
            )

    def _policy(self, item: Item) -> None:
        says = item.says
        self._name(item, "application", "applications", says.application)
        for group in says.groups:
            self._name(item, "groups", "groups", group)
        self._grants(item, says.application)
        if not says.methods and says.login != LoginMethod.PASSWORD_ONLY:
            raise self.document.error(
                item.path, f"policy “{says.name}” names no `methods` for its second factor."
            )
        kind = APPLICATION_KINDS[self._kinds[says.application]]
        if says.challenge and not kind.challenge:
            raise self.document.error(
                (*item.path, "challenge"),
                f"policy “{says.name}” cannot have `challenge: yes`: {kind.no_challenge_because}.",
            )

    def _grants(self, item: Item, application: str) -> None:
        """Refuse a reply attribute of an application that none of its people could ever fill."""
        own = self._directories.get(application) or self._described
        known = {name for one in own for name in self._described.get(one, ())}
        for number, line in enumerate(item.says.grants):
            for name in attributes_of([read_grant(line)]) - known:
                raise self.document.error(
                    (*item.path, "grants", number),
                    f"no directory of “{application}” reads “{name}”: name it in `further_attributes` of "
                    f"one. Known: {', '.join(sorted(known)) or 'none'}.",
                )

    @cached_property
    def _directories(self) -> dict[str, list[str]]:
        """The directories that each application names; none where it means all."""
        named: dict[str, list[str]] = {}
        links = ApplicationDirectory.objects.values_list("application__name", "directory__name")
        for application, directory in links:
            named.setdefault(application, []).append(directory)
        return named | {item.says.name: item.says.directories for item in self.configuration.applications}

    @cached_property
    def _described(self) -> dict[str, frozenset[str]]:
        """The attributes that each directory will tell of people, in lower case."""
        here = {
            item.says.name: getattr(item.says, "further_attributes", ())
            for item in self.configuration.directories
        }
        kept = Directory.objects.filter(name__in=self._known["directories"]).values_list("name", "settings")
        told = {name: settings.get("further_attributes", ()) for name, settings in kept} | here
        return {one: frozenset(name.lower() for name in names) for one, names in told.items()}

    @cached_property
    def _directory_kinds(self) -> dict[str, str]:
        """The kind of each directory."""
        here = {item.says.name: item.kind for item in self.configuration.directories}
        return {**dict(Directory.objects.values_list("name", "kind")), **here}

    @cached_property
    def _kinds(self) -> dict[str, str]:
        """The kind of each application."""
        here = {item.says.name: item.says.kind for item in self.configuration.applications}
        return {**dict(Application.objects.values_list("name", "kind")), **here}

    @cached_property
    def _known(self) -> dict[str, set[str]]:
        """The names that there will be, by section."""
        known = {}
        for section, model in MODELS.items():
            known[section] = {item.says.name for item in getattr(self.configuration, section)}
            if not (self.prune and section in self.configuration.sections):
                known[section] |= set(model.objects.values_list("name", flat=True))
        known["directories"].add(BUILT_IN)
        return known

    def _name(self, item: Item, key: str, section: str, name: str) -> None:
        known = self._known[section]
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise self.document.error(
                (*item.path, key), f"there is no {key} called “{name}”. Known: {names}."
            )

    def _still_needed(self) -> None:
        """Refuse to prune what a section that is left out names: nothing left to name would mean everyone."""
        if "policies" not in self.configuration.sections:
            groups = Policy.groups.through.objects.exclude(group__name__in=self._known["groups"])
            for group, policy in groups.values_list("group__name", "policy__name")[:1]:
                self._refuse("groups", f"the group “{group}”, which the policy “{policy}” is for")
        if "applications" not in self.configuration.sections:
            links = ApplicationDirectory.objects.exclude(directory__name__in=self._known["directories"])
            for directory, application in links.values_list("directory__name", "application__name")[:1]:
                what = f"the directory “{directory}”, whose people the application “{application}” is for"
                self._refuse("directories", what)

    def _an_owner_stays(self) -> None:
        """Refuse to prune the directories of all owners: nobody could log in who may do everything."""
        gone = list(Directory.objects.exclude(name__in=self._known["directories"]))
        if directories.hold_every_owner(gone):
            raise self.document.error(
                ("directories",),
                f"--prune would remove {', '.join(f'“{one.name}”' for one in gone)}, where every owner "
                "lives: nobody would be left who may do everything. Make somebody of another directory an "
                "owner first.",
            )

    def _refuse(self, section: str, what: str) -> None:
        raise self.document.error(
            (section,), f"--prune would remove {what}. Then it would be for everyone: change that first."
        )

    def _kept(self, item: Item, model: type[Any], values: dict[str, Any]) -> None:
        for name in (name for name, value in values.items() if isinstance(value, Kept)):
            found = model.objects.filter(name=item.says.name).first()
            if found is None or secrets.kept(model._meta.db_table, found.pk, name) is None:
                raise self.document.error(
                    (*item.path, name), f"no `{name}` of “{item.says.name}” is kept here."
                )
