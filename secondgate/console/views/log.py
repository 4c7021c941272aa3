"""The log: what happened, why, and as it happens."""

import json
from dataclasses import replace
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from secondgate.console import live, log_filters, roles
from secondgate.console.access import may
from secondgate.console.log_filters import Filters
from secondgate.console.log_rows import conclusion, rows, trail, what_happened
from secondgate.console.shell import address
from secondgate.events.models import Event
from secondgate.events.newest import newest_id
from secondgate.events.read import Told, told
from secondgate.events.search import Look, Wanted, look
from secondgate.web.visitor import Request

SIZE: Final = 50
BESIDE: Final = 0.01  # seconds to look for the event before or after the one that is open
LARGEST_ID: Final = 2**63 - 1


@may("log.read")
@require_safe
def log(request: Request) -> HttpResponse:
    """Show the newest events that fit, or those before or after one; beside them one event in full."""
    filters = log_filters.read(request.GET.dict())
    before, after, opened = (_id(request, name) for name in ("before", "after", "event"))
    up = after is not None and before is None
    wanted = _between(filters.wanted, before, after)
    found = look(wanted, most=SIZE, down=not up)
    shown = rows(found.events[::-1] if up else found.events)
    context = {
        "filters": filters,
        "menus": list(log_filters.menus(filters)),
        "rows": shown,
        "stream": "" if before or after else _stream_address(filters),
        "opened": opened,
        "panel": _panel(filters, opened) if opened is not None else None,
        "may_export": roles.may(request.user, "log.export"),
        **_pages(filters, found, up=up, before=before),
    }
    missing = opened is not None and context["panel"]["event"] is None
    return render(request, "console/log.html", context, status=404 if missing else 200)


def _id(request: Request, name: str) -> int | None:
    text = request.GET.get(name, "")
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdecimal() else None


def _between(wanted: Wanted, before: int | None, after: int | None) -> Wanted:
    """Return the same events, but only those beyond the page that was shown before."""
    bounds = [bound for bound in (wanted.before, before) if bound is not None]
    return replace(wanted, before=min(bounds, default=None), after=max(wanted.after, after or 0))


def _pages(filters: Filters, found: Look, *, up: bool, before: int | None) -> dict[str, Any]:
    """Return where "Newer" and "Older" lead, and how far the look came if it ended early."""
    ids = [event.id for event in found.events]
    newest_here = found.reached if up else max(ids, default=(before or 1) - 1)
    oldest_here = min(ids, default=found.reached) if up else found.reached
    at_top = found.is_done if up else before is None
    at_end = found.is_done and not up
    newer = "" if at_top else filters.address(after=newest_here)
    older = "" if at_end else filters.address(before=oldest_here)
    return {
        "newer": newer,
        "older": older,
        "looked_to": None if found.is_done or len(ids) == SIZE else _when(found.reached),
        "further": newer if up else older,
    }


def _when(reached: int) -> Any:
    return Event.objects.filter(id__gte=reached).order_by("id").values_list("at", flat=True).first()


def _stream_address(filters: Filters) -> str:
    return f"{reverse('console:log-stream')}?{filters.address(after=newest_id())}"


def _panel(filters: Filters, opened: int) -> dict[str, Any]:
    """Return one event with its trail, and the events beside it."""
    event = Event.objects.filter(pk=opened).first()
    one = next(told([event]), None) if event else None
    if event is None or one is None:
        return {"event": None}
    (row,) = rows([event])
    title, tone, text = what_happened(one)
    return {
        "event": row,
        "title": title,
        "tone": tone,
        "text": text,
        "trail": trail(one),
        "conclusion": conclusion(one),
        "facts": _facts(one),
        "raw": json.dumps(
            {key: value for key, value in one.facts.items() if key != "trail"}, indent=2, ensure_ascii=False
        ),
        "user_href": address("users-one", row.user) if row.user else "",
        "newer": _beside(filters, opened, down=False),
        "older": _beside(filters, opened, down=True),
    }


def _facts(one: Told) -> list[tuple[str, str]]:
    said = (
        ("Event", str(one.id)),
        ("Name", one.event),
        ("Reason", one.reason),
        ("Application", one.application),
        ("From", one.client),
        ("Login name sent", one.login),
        ("Person's address", one.source),
        ("Done by", str(one.facts.get("by", ""))),
    )
    return [(name, text) for name, text in said if text]


def _beside(filters: Filters, opened: int, *, down: bool) -> str:
    bounds = {"before": opened} if down else {"after": opened}
    found = look(
        _between(filters.wanted, bounds.get("before"), bounds.get("after")), most=1, down=down, budget=BESIDE
    )
    return filters.address(event=found.events[0].id) if found.events else ""


@may("log.read")
@require_safe
async def stream(request: Request) -> HttpResponseBase:
    """Send each event that fits as it comes, as a row: server-sent events."""
    filters = await sync_to_async(log_filters.read)(request.GET.dict())
    resumed = request.headers.get("Last-Event-ID", "")
    after = int(resumed) if resumed.isascii() and resumed.isdecimal() else _id(request, "after")
    key = request.session.session_key or ""
    answer = StreamingHttpResponse(live.stream(filters.wanted, after, key), content_type="text/event-stream")
    answer["Cache-Control"] = "no-cache"
    answer["X-Accel-Buffering"] = "no"  # nginx would keep the rows until it has some kilobytes
    return answer
