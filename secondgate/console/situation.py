"""How things stand, read once for the overview: plain data, which `attention` judges."""

import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Sum

from secondgate.applications.models import Application
from secondgate.console.kept import Kept
from secondgate.directories.health import health
from secondgate.directories.models import Directory
from secondgate.events import names
from secondgate.events.counts import HOUR
from secondgate.events.models import Event, Tally
from secondgate.events.search import Wanted, look
from secondgate.ledger.models import Node
from secondgate.ledger.nodes import is_silent
from secondgate.login.reasons import UNREADABLE_PASSWORD
from secondgate.messaging.health import ProviderState, providers
from secondgate.methods.backup_codes import BackupCodes
from secondgate.methods.coverage import Coverage, coverage, lacking
from secondgate.methods.models import Authenticator
from secondgate.methods.registry import RADIUS
from secondgate.people.models import User
from secondgate.policies.models import Policy
from secondgate.policies.resolve import LoginMethod
from secondgate.radius.drops import BAD_MESSAGE_AUTHENTICATOR, BAD_REQUEST_AUTHENTICATOR

DAY: Final = timedelta(hours=24)
MIS_SIGNED: Final = frozenset({BAD_MESSAGE_AUTHENTICATOR.name, BAD_REQUEST_AUTHENTICATOR.name})
RECENT_MOST: Final = 200  # events of one kind that are read for the overview


@dataclass(frozen=True, slots=True)
class Named:
    """A thing by its name and its id."""

    pk: UUID
    name: str


@dataclass(frozen=True, slots=True)
class SilentDirectory:
    """A directory that did not answer when it was asked last."""

    pk: UUID
    name: str
    since: datetime
    fault: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """An address that sends packets and belongs to no application. An event a minute tells of it."""

    address: str
    minutes: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Lacking:
    """A policy, and how many whom it is for have none of its methods."""

    policy: Named
    groups: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An application whose passwords were no text, this often in a day, or whose signatures did not fit."""

    application: Named
    unreadable: int
    logins: int
    mis_signed: int = 0  # minutes with such packets: an event a minute tells of them


@dataclass(frozen=True, slots=True)
class NodeState:
    """A process that serves, and what its checks say."""

    name: str
    seen_at: datetime
    silent: bool
    checks: dict[str, str]

    @property
    def faults(self) -> dict[str, str]:
        """The checks that found something."""
        return {name: said for name, said in self.checks.items() if said != "ok"}


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the overview judges."""

    now: datetime
    nodes: list[NodeState] = field(default_factory=list)
    directories: list[Named] = field(default_factory=list)
    providers: list[ProviderState] = field(default_factory=list)
    silent: list[SilentDirectory] = field(default_factory=list)
    strangers: list[Stranger] = field(default_factory=list)
    lacking: list[Lacking] = field(default_factory=list)
    without_policy: list[Named] = field(default_factory=list)
    never_heard: list[Named] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    disk_free: int = 1  # octets
    disk_size: int = 1
    owner_without_codes: bool = False
    coverage: Coverage | None = None


def read(user: User, now: datetime) -> Situation:
    """Return how things stand, for `user`."""
    names_of = Application.objects.order_by("name").values_list("pk", "name")
    applications = [Named(pk, name) for pk, name in names_of]
    directories = [Named(pk, name) for pk, name in Directory.objects.values_list("pk", "name")]
    disk = shutil.disk_usage(settings.SECONDGATE.data) if settings.SECONDGATE.data.exists() else None
    return Situation(
        now=now,
        nodes=_nodes(now),
        directories=directories,
        providers=providers(),
        silent=_silent(directories),
        strangers=_strangers(now),
        lacking=_lacking.get() or [],
        without_policy=_without(Policy),
        never_heard=_without(Tally),
        unreadable=_unreadable(applications, now),
        disk_free=disk.free if disk else 1,
        disk_size=disk.total if disk else 1,
        owner_without_codes=_is_owner_without_codes(user),
        coverage=_coverage.get(),
    )


def _nodes(now: datetime) -> list[NodeState]:
    return [
        NodeState(node.name, node.seen_at, is_silent(node, now), node.said)
        for node in Node.objects.order_by("name")
    ]


def _recent(now: datetime, **fields: Any) -> list[Event]:
    """Return the events of a day that have this key, newest first."""
    return look(Wanted(since=now - DAY, **fields), most=RECENT_MOST).events


def _silent(directories: list[Named]) -> list[SilentDirectory]:
    """Return the directories whose last word is silence."""
    fares = health()
    return [
        SilentDirectory(one.pk, one.name, fare.silent_since, fare.fault)
        for one in directories
        if (fare := fares.get(one.pk)) and fare.silent_since
    ]


def _strangers(now: datetime) -> list[Stranger]:
    minutes: Counter[str] = Counter()
    since: dict[str, datetime] = {}
    for event in _recent(now, name=names.CLIENT_UNKNOWN):
        address = str(event.facts.get("client", ""))
        minutes[address] += 1
        since[address] = event.at
    return [Stranger(address, count, since[address]) for address, count in minutes.most_common()]


def _people_lacking() -> list[Lacking]:
    found = []
    for policy in Policy.objects.exclude(login=LoginMethod.PASSWORD_ONLY).prefetch_related("groups"):
        if RADIUS in policy.methods:
            continue  # whom its server knows cannot be asked
        groups = list(policy.groups.all())
        people = lacking(policy.methods, [group.pk for group in groups])
        if people:
            found.append(
                Lacking(Named(policy.pk, policy.name), tuple(group.name for group in groups), people)
            )
    return found


def _without(model: type[Policy] | type[Tally]) -> list[Named]:
    """Return the applications of which this table has no row."""
    rows = model.objects.filter(application_id=OuterRef("pk"))
    found = Application.objects.filter(~Exists(rows)).order_by("name")
    return [Named(pk, name) for pk, name in found.values_list("pk", "name")]


def _unreadable(applications: list[Named], now: datetime) -> list[Unreadable]:
    first = int((now - DAY).timestamp()) // HOUR
    counted = (
        Tally.objects.filter(hour__gte=first).values_list("application_id", "reason").annotate(Sum("count"))
    )
    all_of: Counter[UUID] = Counter()
    bad: Counter[UUID] = Counter()
    for application, reason, count in counted.order_by():
        all_of[application] += count
        bad[application] += count if reason == UNREADABLE_PASSWORD.name else 0
    dropped = _recent(now, name=names.PACKET_DROPPED)
    signed = Counter(event.application_id for event in dropped if event.reason in MIS_SIGNED)
    return [
        Unreadable(one, bad[one.pk], all_of[one.pk], signed[one.pk])
        for one in applications
        if bad[one.pk] or signed[one.pk]
    ]


def _is_owner_without_codes(user: User) -> bool:
    held: Iterable[str] = Authenticator.objects.filter(user=user, enabled=True).values_list(
        "method", flat=True
    )
    return user.role == "owner" and BackupCodes.name not in held


_lacking = Kept(_people_lacking)
_coverage = Kept(coverage)
