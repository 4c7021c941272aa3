"""The people's part of a plan: users with their passwords and authenticators, and who is in which group."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any
from uuid import UUID

from secondgate.directories.directory import realms_of
from secondgate.directories.models import Directory, Entry
from secondgate.directories.people import AT_ONCE, Known, called, known_as, names_in, realms, spellings
from secondgate.methods import enrolment
from secondgate.methods.enrolment import Drawer, Wanted
from secondgate.methods.registry import METHODS
from secondgate.people import accounts
from secondgate.people.login_names import candidates, normalise
from secondgate.people.models import Group, User
from secondgate.people.passwords import fits, hashed
from secondgate.setup.document import Document
from secondgate.setup.plan import BY, ROWS_A_CHANGE, ROWS_A_MEMBER, Change, Step, Transaction, in_batches
from secondgate.setup.shape import Configuration, Item, Kept
from secondgate.vault import secrets
from secondgate.vault.setting import secret_fields


@dataclass(slots=True)
class Person:
    """One of `users:`: who it is, and what is to be done about them."""

    item: Item
    user: User
    realm: str | None  # of the login name of somebody new; None: they are known
    fields: dict[str, Any]
    new_password: str | None = None
    password_hash: str = ""
    authenticators: list[Wanted] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


class People:
    """The people of one file."""

    def __init__(self, document: Document, configuration: Configuration) -> None:
        self.document, self.configuration = document, configuration
        self.authenticators: set[UUID] = set()  # those that the file names, as `users` meets them
        named = {
            item.says.name: realms_of(item.says.name, item.says.realms) for item in configuration.directories
        }
        self.realms = {**realms(), **named}
        members = (login for item in configuration.groups for login in item.says.members)
        logins = {normalise(item.says.login) for item in configuration.users}
        self.book = known_as(names_in(members) | logins)

    def users(self) -> Iterator[Transaction]:
        """Yield the transactions that make and change users. Raises InputError."""
        for batch in in_batches(list(self._changed()), lambda person: ROWS_A_CHANGE * len(person.changes)):
            changes = [change for person in batch for change in person.changes]
            yield [Step(changes, partial(_write, batch), partial(_hash_passwords, batch))]

    def _changed(self) -> Iterator[Person]:
        items = self.configuration.users
        for start in range(0, len(items), AT_ONCE):
            people = [self._person(item) for item in items[start : start + AT_ONCE]]
            drawers = enrolment.held_by([person.user for person in people if person.realm is None])
            for person in people:
                self._authenticators(person, drawers.get(person.user.pk, {}))
                if person.changes:
                    yield person

    def _person(self, item: Item) -> Person:
        says, name = item.says, normalise(item.says.login)
        given = {
            key: getattr(says, key) for key in ("name", "email", "enabled") if key in says.model_fields_set
        }
        namesakes = self.book.setdefault(name, [])
        user = next((known.user for known in namesakes if known.directory == says.directory), None)
        if user is None:
            realm = self._realm_of_new(item, namesakes)
            person = Person(item, User(login=says.login, **given), realm, given)
            namesakes.append(Known(realm, name, person.user, says.directory))
            person.changes.append(Change("user", says.login, None, accounts.described(person.user)))
        else:
            person = Person(item, user, None, given)
            before = accounts.described(user)
            if before != {**before, **given}:
                person.changes.append(Change("user", user.login, before, {**before, **given}))
        self._password(person)
        return person

    def _realm_of_new(self, item: Item, namesakes: list[Known]) -> str:
        """Return the realm of somebody who is to be made; their login must be a name that is free."""
        login, directory = item.says.login, item.says.directory
        for candidate in candidates(login):
            owners = [name for name, known in self.realms.items() if candidate.realm in known]
            if "\\" in login or owners:
                owner = f"`directory: {owners[0]}`" if owners else "whose directory it is in `directory:`"
                raise self.document.error(
                    (*item.path, "login"),
                    f"“{login}” names a realm: write `login: {candidate.name}` and {owner}.",
                )
        if not candidates(login):
            raise self.document.error(
                (*item.path, "login"), f"nobody could log in as {login!r}: a login is a name like ann."
            )
        realm = self.realms[directory][0]
        if any(known.realm == realm for known in namesakes):
            raise self.document.error(
                item.path, f"“{login}” of the realm “{realm}” is another directory's already."
            )
        return realm

    def _password(self, person: Person) -> None:
        password = person.item.says.password
        if isinstance(password, Kept) and person.realm is not None:
            raise self.document.error(
                (*person.item.path, "password"), f"no password of {person.item.says.login} is kept here."
            )
        if isinstance(password, str) and not (person.realm is None and fits(password, person.user.password)):
            person.new_password = password
            states = accounts.password_state(person.user), accounts.PASSWORD_CHANGED
            person.changes.append(Change("user", person.user.login, *states))

    def _authenticators(self, person: Person, drawer: Drawer) -> None:
        login = person.user.login
        names = {item.says.name for item in person.item.authenticators}
        for item in person.item.authenticators:
            try:
                wanted = _wanted(person.user, item, drawer, names)
                if wanted is None:
                    raise self.document.error(
                        item.path, f"no authenticator “{item.says.name}” of {login} is kept here."
                    )
                found = enrolment.difference(wanted, drawer)
                self.authenticators.add(drawer[wanted.name].authenticator.pk)
            except ValueError as error:
                raise self.document.error(
                    item.path, f"the {item.kind} authenticator of {login}: {error}"
                ) from error
            if found:
                person.authenticators.append(wanted)
                name = found.held.authenticator.name
                person.changes.append(Change("authenticator", name, found.before, found.after))

    def members(self, *, prune: bool) -> Iterator[Transaction]:
        """Yield the transactions that put members into groups; with `prune` the others leave."""
        present = accounts.members_of([item.says.name for item in self.configuration.groups])
        for item in self.configuration.groups:
            now = present[item.says.name]
            wanted = {user.pk: user for user in self._members(item)}
            join = [user for pk, user in wanted.items() if pk not in now]
            leave = list(User.objects.in_bulk(list(now - wanted.keys())).values()) if prune else []
            for batch in in_batches([*leave, *join], lambda _: ROWS_A_MEMBER):
                leaving = [user for user in batch if user.pk in now]
                joining = [user for user in batch if user.pk not in now]
                change = Change("group", item.says.name, *accounts.members_changed(leaving, joining))
                yield [Step([change], partial(_change_members, item.says.name, leaving, joining))]

    def _members(self, item: Item) -> Iterator[User]:
        for number, login in enumerate(item.says.members):
            found = called(login, self.book, self.realms)
            if len(found) != 1:
                path, where = (*item.path, "members", number), "in `users:` or in the installation"
                if not found:
                    raise self.document.error(path, f"nobody {where} is called “{login}”.")
                wanted = spellings(login, self.book, self.realms)
                raise self.document.error(
                    path, f"{len(found)} people {where} are called “{login}”: write {wanted}."
                )
            yield found[0]


def _wanted(user: User, item: Item, drawer: Drawer, names: set[str]) -> Wanted | None:
    """Return what an entry asks for; None where it speaks of a kept one that is not there.

    Beside `{kept: …}` only what the entry says is changed; one that is not known by its name is
    known by its secret, and gets the name.
    """
    says, method = item.says, METHODS[item.kind]
    settings = {one.name: getattr(says, one.name) for one in fields(method.settings)}
    (secret,) = (one.name for one in secret_fields(method.settings))
    kept = settings[secret]
    if not isinstance(kept, Kept):
        return Wanted(user, item.kind, says.name, method.settings(**settings))
    mine = [held for held in drawer.values() if held.authenticator.method == item.kind]
    by_name = [held for held in mine if held.authenticator.name == says.name]
    by_secret = [
        held
        for held in mine
        if held.authenticator.name not in names and secrets.fingerprint(held.secret) == kept.kept
    ]
    if not by_name and (says.name in drawer or not by_secret):
        return None
    held = (by_name or by_secret)[0]
    stays = settings.keys() - says.model_fields_set
    settings |= {key: value for key, value in held.authenticator.settings.items() if key in stays}
    settings[secret] = method.restore(held.secret)
    return Wanted(user, item.kind, says.name, method.settings(**settings), was=held.authenticator.name)


def _hash_passwords(batch: list[Person]) -> None:
    for person in batch:
        if person.new_password is not None:
            person.password_hash = hashed(person.new_password)


def _write(batch: list[Person]) -> None:
    new = {person.user: person.realm for person in batch if person.realm is not None}
    accounts.create_all(new, by=BY)
    found = Directory.objects.in_bulk({person.item.says.directory for person in batch}, field_name="name")
    Entry.objects.bulk_create(
        Entry(user=person.user, directory=found[person.item.says.directory])
        for person in batch
        if person.user in new
    )
    accounts.change_all({person.user: person.fields for person in batch if person.user not in new}, by=BY)
    hashes = {person.user: person.password_hash for person in batch if person.password_hash}
    accounts.set_password_hashes(hashes, by=BY)
    enrolment.enrol([wanted for person in batch for wanted in person.authenticators], by=BY)


def _change_members(group: str, leave: list[User], join: list[User]) -> None:
    accounts.change_members(Group.objects.get(name=group), leave=leave, join=join, by=BY)
