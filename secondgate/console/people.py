"""Find people, and read what a list of them shows: a fixed number of queries, whatever their number."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from secondgate.directories.models import Entry
from secondgate.login.waits import waiting
from secondgate.methods.models import Authenticator
from secondgate.methods.registry import METHODS, STAND_INS
from secondgate.people.login_names import normalise
from secondgate.people.models import Membership, User

# A smaller set is named in the query; in a larger one the next page's worth is met soon on the way
# through all people: 51 of every hundredth are 5,100 looks.
FEW: Final = 1000

ICONS: Final = {"totp": "smartphone", "hotp": "hash", "backup-codes": "ticket", "bypass-code": "life-buoy"}
ICON_OF_OTHERS: Final = "key-round"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is looked for; what is empty does not matter."""

    text: str = ""
    group: UUID | None = None
    directory: UUID | None = None
    role: str = ""
    enabled: bool | None = None
    has_factor: bool | None = None


def find(wanted: Wanted) -> QuerySet[User]:
    """Return who fits, for `paging.page(key="search")`."""
    found = User.objects.all()
    for word in normalise(wanted.text).split():
        found = found.filter(search__contains=word)
    if wanted.group:
        found = found.filter(_among(Membership.objects.filter(group_id=wanted.group)))
    if wanted.directory:
        found = found.filter(_among(Entry.objects.filter(directory_id=wanted.directory)))
    if wanted.role:
        found = found.filter(role=wanted.role)
    if wanted.enabled is not None:
        found = found.filter(enabled=wanted.enabled)
    if wanted.has_factor is not None:
        found = found.filter(has_factor=wanted.has_factor)
    return found


def _among(rows: QuerySet[Any]) -> Q | Exists:
    """Return the condition that one of `rows` is a user's."""
    some = list(rows.values_list("user_id", flat=True)[: FEW + 1])
    return Q(pk__in=some) if len(some) <= FEW else Exists(rows.filter(user_id=OuterRef("pk")))


@dataclass(frozen=True, slots=True)
class Factor:
    """An authenticator as it is shown."""

    authenticator: Authenticator
    title: str
    icon: str
    says: str
    used_at: datetime | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A person as a list shows them. `waits` are the seconds in which nothing of theirs is checked."""

    user: User
    directory: str
    groups: list[str]
    factors: list[Factor]
    used_at: datetime | None
    waits: int


def rows_of(users: Iterable[User]) -> list[Row]:
    """Return what is shown of these people: four queries."""
    people = list(users)
    now = time.time()
    directories = _by_user(Entry.objects.filter(user__in=people).values_list("user_id", "directory__name"))
    groups = _by_user(
        Membership.objects.filter(user__in=people)
        .order_by("group__name")
        .values_list("user_id", "group__name")
    )
    held = _by_user(
        (one.user_id, one)
        for one in Authenticator.objects.filter(user__in=people).order_by("created_at", "name")
    )
    waits = waiting(people, now)
    rows = []
    for user in people:
        factors = [factor(one, now) for one in held.get(user.pk, [])]
        used = max((one.used_at for one in factors if one.used_at), default=None)
        directory = directories.get(user.pk, [""])[0]
        live = [one for one in factors if not one.is_over]
        rows.append(Row(user, directory, groups.get(user.pk, []), live, used, waits.get(user.pk, 0)))
    return rows


def factor(held: Authenticator, now: float) -> Factor:
    """Return an authenticator as it is shown at `now` (Unix time)."""
    method, stand_in = METHODS.get(held.method), STAND_INS.get(held.method)
    used_at = datetime.fromtimestamp(held.spent_at, UTC) if held.spent_at else None
    is_over = stand_in is not None and stand_in.is_over(held.settings, held.position, now)
    title = method.title if method else held.method
    says = SAYS.get(held.method, lambda _held: "")(held)
    return Factor(held, title, ICONS.get(held.method, ICON_OF_OTHERS), says, used_at, is_over)


def _codes_left(held: Authenticator) -> str:
    count = held.settings.get("count", 0)
    return f"{count - max(held.position, 0).bit_count()} of {count} left"


def _ends(held: Authenticator) -> str:
    until = datetime.fromisoformat(held.settings["until"]).astimezone(UTC)
    return f"until {until:%-d %B, %H:%M} UTC"


SAYS: Final = {"backup-codes": _codes_left, "bypass-code": _ends}


def _by_user(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for user, value in pairs:
        found.setdefault(user, []).append(value)
    return found
