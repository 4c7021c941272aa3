"""The configuration's part of a plan: directories, applications, groups and policies."""

from collections.abc import Iterator
from dataclasses import fields
from functools import partial
from typing import Any

from secondgate.applications import configure as applications
from secondgate.applications.kinds import KINDS as APPLICATION_KINDS
from secondgate.applications.models import Application
from secondgate.applications.shared_secret import SAFE
from secondgate.directories import configure as directories
from secondgate.directories.models import Directory
from secondgate.directories.registry import KINDS as DIRECTORY_KINDS
from secondgate.people import accounts
from secondgate.people.models import Group
from secondgate.policies import configure as policies
from secondgate.policies.models import Policy
from secondgate.setup.plan import BY, Change, Step, Transaction
from secondgate.setup.shape import Configuration, Item, Kept
from secondgate.vault import secrets
from secondgate.vault.setting import secret_fields

State = dict[str, Any] | None


def before_people(configuration: Configuration) -> Transaction:
    """Return what people hang on: directories, applications, groups."""
    known = {one.name: one for one in Application.objects.all()}
    return [
        *(step for item in configuration.directories for step in _directory(item)),
        *_moved(configuration, known),
        *(step for item in configuration.applications for step in _application(item, configuration, known)),
        *_groups(configuration),
    ]


def after_people(configuration: Configuration) -> Transaction:
    """Return the policies."""
    return [
        *(step for item in configuration.policies for step in _policy(item)),
        *_order(configuration),
    ]


def _changed(noun: str, name: str, before: State, after: State, *, note: str = "") -> list[Change]:
    return [] if before == after else [Change(noun, name, before, after, note)]


def _directory(item: Item) -> Iterator[Step]:
    says = item.says
    found = Directory.objects.filter(name=says.name).first()
    before = directories.described(found) if found else None
    settings = DIRECTORY_KINDS[item.kind].settings
    sealed = {one.name for one in secret_fields(settings)}
    values = {one.name: getattr(says, one.name) for one in fields(settings)}
    open_ones = {name: value for name, value in values.items() if name not in sealed}
    kept = {name: values[name] for name in sealed if not isinstance(values[name], Kept)}
    stays = before.items() if before else ()  # in the vault: the file says `kept`, or the kind has changed
    after = {
        **{name: value for name, value in stays if isinstance(value, dict) and name not in kept},
        "name": says.name, "kind": item.kind, "realms": says.realms, **open_ones,
        **{name: secrets.reference(value.encode()) for name, value in kept.items() if value},
    }  # fmt: skip
    if changes := _changed("directory", says.name, before, after):
        write = partial(
            directories.configure, says.name, by=BY, kind=item.kind, realms=says.realms,
            settings=open_ones, kept=kept,
        )  # fmt: skip
        yield Step(changes, write)


def _moved(configuration: Configuration, known: dict[str, Application]) -> Iterator[Step]:
    """Take what applications are known by from those that give it up to another one of the file."""
    for item in configuration.applications:
        if found := known.get(item.says.name):
            described = applications.described(found)
            for key in applications.KNOWN_BY:
                before = described[key]
                if moved := _elsewhere(item, configuration, key).intersection(before):
                    after = [one for one in before if one not in moved]
                    changes = _changed("application", found.name, {key: before}, {key: after})
                    yield Step(changes, partial(applications.give_up, found, key, moved, by=BY))


def _elsewhere(item: Item, configuration: Configuration, key: str) -> set[str]:
    """Return what the other applications of the file are known by."""
    return {
        one for other in configuration.applications if other is not item for one in getattr(other.says, key)
    }


def _application(item: Item, configuration: Configuration, known: dict[str, Application]) -> Iterator[Step]:
    says = item.says
    found = known.get(says.name)
    before = applications.described(found) if found else None
    wanted = {key: getattr(says, key) for key in applications.KNOWN_BY}
    if before:
        for key in wanted:
            elsewhere = _elsewhere(item, configuration, key)
            before[key] = [one for one in before[key] if one not in elsewhere]
    secret = None if isinstance(says.secret, Kept) else says.secret
    said = {
        "kind": says.kind, "message_authenticator": says.message_authenticator,
        "limit_proxy_state": says.limit_proxy_state,
        "challenge": APPLICATION_KINDS[says.kind].challenge if says.challenge is None else says.challenge,
        "separator": says.separator, "grants": says.grants,
    }  # fmt: skip
    after = {
        **(before or {}), **said, "name": says.name,
        **{key: applications.known_by_after(before[key] if before else [], wanted[key]) for key in wanted},
    }  # fmt: skip
    note = ""
    if secret is not None:
        after["secret"] = secrets.reference(secret.encode())
        if len(secret.encode()) < SAFE:
            note = f"Its secret is shorter than {SAFE} octets: make it longer, if the other side takes that."
    if changes := _changed("application", says.name, before, after, note=note):
        write = partial(applications.configure, says.name, by=BY, secret=secret, **wanted, **said)
        yield Step(changes, write)
    links = directories.directories_of(found) if found else []
    if changes := _changed(
        "application", says.name, {"directories": links}, {"directories": says.directories}
    ):
        yield Step(changes, partial(_set_directories, says.name, says.directories))


def _set_directories(application: str, names: list[str]) -> None:
    found = Directory.objects.in_bulk(names, field_name="name")
    chosen = [found[name] for name in names]
    directories.set_directories(Application.objects.get(name=application), chosen, by=BY)


def _groups(configuration: Configuration) -> Iterator[Step]:
    known = set(Group.objects.values_list("name", flat=True))
    for name in (item.says.name for item in configuration.groups if item.says.name not in known):
        yield Step(
            [Change("group", name, None, accounts.new_group(name))], partial(accounts.make_group, name, by=BY)
        )


def _policy(item: Item) -> Iterator[Step]:
    says = item.says
    found = Policy.objects.filter(name=says.name).first()
    before = policies.described(found) if found else None
    said = {"login": says.login, "methods": says.methods, "challenge": says.challenge, "grants": says.grants}
    after = {"name": says.name, "application": says.application, "groups": sorted(set(says.groups)), **said}
    if changes := _changed("policy", says.name, before, after):
        yield Step(changes, partial(_configure_policy, after))


def _configure_policy(said: dict[str, Any]) -> None:
    application = Application.objects.get(name=said["application"])
    groups = list(Group.objects.filter(name__in=said["groups"]))
    policies.configure(**{**said, "application": application, "groups": groups}, by=BY)


def _order(configuration: Configuration) -> Iterator[Step]:
    names = [item.says.name for item in configuration.policies]
    before = list(Policy.objects.order_by("position").values_list("name", flat=True))
    before += [name for name in names if name not in before]
    after = policies.ordered(before, names)
    if before != after:
        moved = policies.first_moved(before, after)
        changes = _changed("policy", moved, {"order": before}, {"order": after})
        yield Step(changes, partial(policies.put_in_order, names, by=BY))
