"""The configuration as frozen data, by revision: what a login needs to know of it, in memory.

Read with its revision in one consistent transaction. A snapshot never changes; a change of
configuration makes a new one, and directories whose settings are the same keep their connections.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from secondgate.applications.kinds import KINDS as APPLICATION_KINDS
from secondgate.applications.kinds import Kind
from secondgate.directories.directory import Asking, Directory, realms_of
from secondgate.directories.registry import KINDS as DIRECTORY_KINDS
from secondgate.ledger import statements
from secondgate.ledger.store import Store
from secondgate.methods.registry import RADIUS
from secondgate.policies.grants import Grant, known, together
from secondgate.policies.resolve import LoginMethod, Rule
from secondgate.radius.signing import Secret
from secondgate.vault.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Application:
    """An application, its secret opened and its policies in order. No `directories`: all of them.

    Where there are `certificate_names`, only a TLS certificate with one of them speaks for it.
    """

    id: str
    name: str
    kind: Kind
    secret: Secret
    message_authenticator: str
    challenge: bool
    separator: str
    directories: tuple[str, ...]
    rules: tuple[Rule, ...]
    certificate_names: frozenset[str] = frozenset()
    limit_proxy_state: str = "off"

    @property
    def asks_passwords(self) -> bool:
        """Tell whether any of its policies has a password checked."""
        return any(rule.login is not LoginMethod.SECOND_FACTOR_ONLY for rule in self.rules)

    @property
    def asks_server(self) -> bool:
        """Tell whether any of its policies has a code checked by a server of the company's."""
        return any(RADIUS in rule.methods for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Client:
    """A network that an application speaks from.

    `signs`: it has sent a Message-Authenticator. `proxies`: its requests that let somebody in all had
    Proxy-State; None before there was one. Behind TLS a client is no row of the configuration: its `id` is 0,
    nothing is learned of it, and `certificate` is the name that it is known by, if that decided.
    """

    id: int
    network: IPv4Network | IPv6Network
    application: Application
    signs: bool
    certificate: str = ""
    proxies: bool | None = None

    @property
    def is_one_address(self) -> bool:
        """Tell whether it is one device, as far as we can know: what one in a network does binds no other."""
        return self.network.prefixlen == self.network.max_prefixlen


@dataclass(slots=True)
class OpenDirectory:
    """A directory in use. `silent_since` (Unix time) is the one thing that changes: how it fares.

    `may_have_people`: somebody may live there. Of a server that only checks codes, nobody does.
    """

    id: str
    name: str
    kind: str
    realms: tuple[str, ...]
    settings: Any
    live: Directory
    silent_since: float | None = None
    may_have_people: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One revision of the configuration."""

    revision: int
    applications: Mapping[str, Application]
    clients: tuple[Client, ...]
    directories: Mapping[str, OpenDirectory]
    groups: Mapping[str, str]  # names by id
    _homes: dict[str, list[OpenDirectory]] = field(default_factory=dict, compare=False, repr=False)

    def directories_of(self, application: Application) -> list[OpenDirectory]:
        """Return the directories whose people may use an application, in its order."""
        found = self._homes.get(application.id)
        if found is None:  # every login asks it twice
            ids = application.directories or tuple(self.directories)
            found = [self.directories[id_] for id_ in ids if id_ in self.directories]
            self._homes[application.id] = found
        return found


EMPTY = Snapshot(0, {}, (), {}, {})


def read_snapshot(store: Store, keyring: Keyring, before: Snapshot) -> Snapshot:
    """Return the configuration as it is now. Raises StoreError or VaultError."""
    with store.reading():
        rows = {
            statement: store.select(statement)
            for statement in (
                statements.REVISION, statements.APPLICATIONS, statements.CLIENTS, statements.DIRECTORIES,
                statements.CERTIFICATE_NAMES, statements.DIRECTORY_SECRETS,
                statements.APPLICATION_DIRECTORIES, statements.POLICIES, statements.POLICY_GROUPS,
                statements.GROUPS,
            )
        }  # fmt: skip
    secrets: dict[str, dict[str, str]] = defaultdict(dict)
    for row, name, sealed in rows[statements.DIRECTORY_SECRETS]:
        opened = keyring.open(bytes(sealed), "directories_directory", row, name)
        secrets[row][name] = opened.decode()
    directories = {
        row[0]: _open_directory(row, secrets[row[0]], before) for row in rows[statements.DIRECTORIES]
    }
    links: dict[str, list[str]] = defaultdict(list)
    for application, directory in rows[statements.APPLICATION_DIRECTORIES]:
        links[application].append(directory)
    named: dict[str, set[str]] = defaultdict(set)
    for application, name in rows[statements.CERTIFICATE_NAMES]:
        named[application].add(name)
    challenges = {row[0]: bool(row[4]) for row in rows[statements.APPLICATIONS]}
    grants = {row[0]: tuple(known(json.loads(row[6]))) for row in rows[statements.APPLICATIONS]}
    rules = _rules(rows[statements.POLICIES], rows[statements.POLICY_GROUPS], challenges, grants)
    applications = {
        id_: Application(
            id_, name, APPLICATION_KINDS[kind],
            Secret(keyring.open(bytes(sealed), "applications_application", id_, "secret")),
            signed, bool(challenge), separator, tuple(links[id_]), tuple(rules[id_]),
            frozenset(named[id_]), limit,
        )
        for (
            id_, name, kind, signed, challenge, separator, _lines, sealed, limit,
        ) in rows[statements.APPLICATIONS]
        if sealed is not None and kind in APPLICATION_KINDS
    }  # fmt: skip
    clients = tuple(
        Client(
            id_, ip_network(network), applications[application], bool(signs),
            proxies=None if proxies is None else bool(proxies),
        )
        for id_, application, network, signs, proxies in rows[statements.CLIENTS]
        if application in applications
    )  # fmt: skip
    groups: dict[str, str] = dict(rows[statements.GROUPS])
    return Snapshot(rows[statements.REVISION][0][0], applications, clients, directories, groups)


def _open_directory(row: tuple[Any, ...], secrets: Mapping[str, str], before: Snapshot) -> OpenDirectory:
    id_, name, kind_name, realms, settings, has_people = row
    kind = DIRECTORY_KINDS[kind_name]
    known = {one.name for one in fields(kind.settings)}
    values = {key: value for key, value in json.loads(settings).items() if key in known}
    wanted = kind.settings(**values, **secrets)
    kept = before.directories.get(id_)
    if kept and (kept.name, kept.kind, kept.settings) == (name, kind_name, wanted):
        live, silent_since = kept.live, kept.silent_since
    else:
        live, silent_since = kind.open(name, wanted), None
    may_have_people = bool(has_people) or not isinstance(live, Asking)
    return OpenDirectory(
        id_, name, kind_name, realms_of(name, json.loads(realms)), wanted, live, silent_since, may_have_people
    )


def _rules(
    policies: list[tuple[Any, ...]],
    links: list[tuple[Any, ...]],
    challenges: Mapping[str, bool],
    grants: Mapping[str, tuple[Grant, ...]],
) -> dict[str, list[Rule]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for policy, group in links:
        groups[policy].add(group)
    rules: dict[str, list[Rule]] = defaultdict(list)
    for id_, name, application, login, methods, challenge, own in policies:
        asks = challenges.get(application, False) if challenge is None else bool(challenge)
        in_groups, may_use = frozenset(groups[id_]), tuple(json.loads(methods))
        carried = together(grants.get(application, ()), tuple(known(json.loads(own))))
        rules[application].append(
            Rule(id_, name, in_groups, LoginMethod(login), may_use, asks, grants=carried)
        )
    return rules
