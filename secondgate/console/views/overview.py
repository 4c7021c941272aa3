"""The overview: how it goes, and what needs attention."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from secondgate.applications.models import Application
from secondgate.console import roles, situation
from secondgate.console.access import GUARD, may
from secondgate.console.attention import Concern, concerns
from secondgate.console.chart import SPANS, Bar, Chart, Span, chart, first_hour
from secondgate.console.shell import address
from secondgate.events import counts
from secondgate.events.names import LOGIN_ACCEPTED, LOGIN_REFUSED
from secondgate.login.explain import in_words
from secondgate.methods.models import Challenge
from secondgate.people.models import User
from secondgate.web.visitor import Request

QUESTION: Final = 120.0  # seconds for which a challenge can be answered
REASONS_MOST: Final = 8
PEAK_LEAST: Final = 10  # refusals in an hour that are worth a question
TRIED_MOST: Final = 12  # applications offered for a test login; the list has the others


@dataclass(frozen=True, slots=True)
class Refused:
    """A reason, how often, and where its logins are listed."""

    title: str
    count: int
    href: str


@may("overview.read")
@require_safe
def overview(request: Request) -> HttpResponse:
    """Show the logins of a span of time, the state of everything, and what to do about it."""
    now = timezone.now()
    span = SPANS.get(request.GET.get("range", ""), SPANS["24h"])
    now_is = situation.read(request.user, now)
    wanted = [(one, _href(one, request.user)) for one in concerns(now_is)]
    found = counts.logins(first_hour(span, now), int(now.timestamp()) // counts.HOUR, step=span.step)
    drawn = chart(found, span, now)
    context = {
        "spans": SPANS.values(),
        "span": span,
        "chart": drawn,
        "change": _change(drawn, span, now),
        "peak": _peak(drawn),
        "reasons": _reasons(found, span),
        "waiting": _waiting(now),
        "concerns": wanted,
        "now_is": now_is,
        "silent": {one.pk: one for one in now_is.silent},
        **_what_to_do(request.user),
        "users_href": address("users"),
        "directories_href": address("directories"),
    }
    return render(request, "console/overview.html", context)


def _href(concern: Concern, user: User) -> str:
    """Return where a concern is cleared; "" where there is no such page, or not for this visitor."""
    if not concern.page:
        return ""
    href = reverse(concern.page) if ":" in concern.page else address(concern.page, *concern.args)
    permission = concern.needs or (getattr(resolve(href).func, GUARD, "") if href else "")
    if permission and not roles.may(user, permission):
        return ""
    return f"{href}?{concern.query}" if href and concern.query else href


def _what_to_do(user: User) -> dict[str, Any]:
    """Return where one may add an application, and those where one may send a test login."""
    if not roles.may(user, "applications.change"):
        return {}
    first = list(Application.objects.order_by("name").values_list("pk", "name")[: TRIED_MOST + 1])
    return {
        "add_href": address("applications-new"),
        "tried": [(address("applications-test", pk), name) for pk, name in first[:TRIED_MOST]],
        "more_tried": len(first) > TRIED_MOST,
    }


def _reasons(found: counts.Counts, span: Span) -> list[Refused]:
    """Return why logins were refused, the most frequent first."""
    by_reason: Counter[str] = Counter()
    for (_at, name, reason), count in found.items():
        if name == LOGIN_REFUSED:
            by_reason[reason] += count
    log = reverse("console:log")
    return [
        Refused(in_words(reason), count, f"{log}?{urlencode({'reason': reason, 'since': span.name})}")
        for reason, count in by_reason.most_common(REASONS_MOST)
    ]


def _change(drawn: Chart, span: Span, now: datetime) -> str:
    """Return how the accepted logins compare with the same time before; a week before, for a day."""
    back = timedelta(hours=max(span.hours, 168))
    first = first_hour(span, now - back)
    before = counts.logins(first, int((now - back).timestamp()) // counts.HOUR, step=span.hours)
    accepted = sum(count for (_at, name, _reason), count in before.items() if name == LOGIN_ACCEPTED)
    if not accepted:
        return ""
    percent = round((drawn.accepted - accepted) * 100 / accepted)
    when = {24: "a week ago", 168: "the week before"}.get(span.hours, "the 30 days before")
    if not percent:
        return f"as many as {when}"
    return f"{abs(percent)} % {'more' if percent > 0 else 'fewer'} than {when}"


def _peak(drawn: Chart) -> dict[str, Any] | None:
    """Return the hour or day in which a third of all refusals fell, and where they are listed."""
    worst: Bar = max(drawn.bars, key=lambda bar: bar.refused)
    if worst.refused < PEAK_LEAST or worst.refused * 3 < drawn.refused:
        return None
    end = worst.at + timedelta(hours=drawn.span.step)
    span = {"since": f"{worst.at:%Y-%m-%dT%H:%M}", "until": f"{end:%Y-%m-%dT%H:%M}"}
    query = urlencode({"outcome": "refused", **span})
    return {"count": worst.refused, "label": worst.label, "href": f"{reverse('console:log')}?{query}"}


def _waiting(now: datetime) -> dict[str, Any]:
    """Return how many questions are open, and for how many seconds the oldest has been."""
    open_ = Challenge.objects.filter(answered_by="", asked_at__gt=now.timestamp() - QUESTION)
    said = open_.aggregate(count=Count("pk"), oldest=Min("asked_at"))
    return {
        "count": said["count"],
        "oldest": int(now.timestamp() - said["oldest"]) if said["oldest"] else None,
    }
