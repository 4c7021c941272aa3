"""Find sessions, and read what is shown of them: a fixed number of queries, whatever their number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from secondgate.accounting import causes
from secondgate.accounting.models import OPEN, Session
from secondgate.accounting.silence import is_silent
from secondgate.applications.models import Application
from secondgate.people.models import User
from secondgate.policies.grants import known
from secondgate.policies.models import Policy
from secondgate.web import wording

LATELY: Final = 20  # of one person in the panel
INTERVAL: Final = "Acct-Interim-Interval"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sessions; what is empty does not matter. `users` are ids, any of them."""

    application: UUID | None = None
    users: tuple[UUID, ...] | None = None
    only_open: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A session as it is shown. `who` is None where the login name was nobody's, or theirs who are gone."""

    session: Session
    who: User | None
    application: str
    is_known: bool  # whether the application is still there
    lasted: str
    state: str
    why: str  # it ended
    tone: str
    icon: str

    @property
    def is_live(self) -> bool:
        """Tell whether it is open, as far as one knows."""
        return self.tone == "ok"

    @property
    def has_data(self) -> bool:
        """Tell whether octets were counted."""
        return self.session.octets_in + self.session.octets_out > 0


def find(wanted: Wanted) -> QuerySet[Session]:
    """Return what fits, for `paging.page(key="pk", down=True)`."""
    found = Session.objects.all()
    if wanted.application:
        found = found.filter(application_id=wanted.application)
    if wanted.users is not None:
        found = found.filter(user_id__in=wanted.users)
    return found.filter(OPEN) if wanted.only_open else found


def lately(user: UUID) -> list[Row]:
    """Return somebody's newest sessions; first those that go on."""
    own = find(Wanted(users=(user,))).order_by("-id")
    found = {one.pk: one for one in (*own.filter(OPEN)[:LATELY], *own[:LATELY])}
    return sorted(rows_of(found.values()), key=lambda row: (not row.is_live, -row.session.pk))[:LATELY]


def rows_of(sessions: Iterable[Session], now: datetime | None = None) -> list[Row]:
    """Return what is shown of these sessions: three queries."""
    found, now = list(sessions), now or timezone.now()
    people = User.objects.in_bulk([one.user_id for one in found if one.user_id])
    applications = Application.everything.in_bulk({one.application_id for one in found})
    intervals = _intervals(applications)
    return [
        _row(
            one,
            people.get(one.user_id) if one.user_id else None,
            applications.get(one.application_id),
            intervals.get(one.application_id, 0),
            now,
        )
        for one in found
    ]


def _row(
    session: Session, who: User | None, application: Application | None, interval: int, now: datetime
) -> Row:
    called = application.name if application else "A removed application"
    state, tone, icon = _state(session, interval, now)
    why, lasted = causes.in_words(session.cause), _lasted(session, tone, now)
    return Row(session, who, called, application is not None, lasted, state, why, tone, icon)


def _state(session: Session, interval: int, now: datetime) -> tuple[str, str, str]:
    """Return how a session stands: in words, the class of its colour, and its icon."""
    if session.stopped_at:
        return f"Ended {wording.clock(session.stopped_at, now)}", "", "circle-dashed"
    if is_silent(session.started_at, session.updated_at, session.interim or interval, now):
        return f"Not heard of since {wording.clock(session.updated_at, now)}", "warn", "triangle-alert"
    return "Open", "ok", "circle-check"


def _lasted(session: Session, tone: str, now: datetime) -> str:
    """Return how long it lasted: as the application counts, or by our clock, as far as it was heard of."""
    if session.stopped_at and session.seconds:
        return wording.span(timedelta(seconds=session.seconds))
    until = session.stopped_at or (now if tone == "ok" else session.updated_at)
    return wording.span(until - session.started_at)


def _intervals(applications: dict[Any, Application]) -> dict[UUID, int]:
    """Return how often each application was asked for updates, in seconds: the longest that it is granted."""
    granted = [(one.pk, one.grants) for one in applications.values()]
    granted += Policy.objects.filter(application__in=applications).values_list("application_id", "grants")
    found: dict[UUID, int] = {}
    for pk, lines in granted:
        asked = [int(grant.value) for grant in known(lines) if grant.name == INTERVAL]
        found[pk] = max([found.get(pk, 0), *asked])
    return found
