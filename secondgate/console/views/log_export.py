"""The log as a file: CSV for a spreadsheet, JSON Lines for a script."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import asdict, fields
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpResponseBadRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from secondgate.console import log_filters
from secondgate.console.access import may
from secondgate.events.models import Event
from secondgate.events.read import Told, told
from secondgate.events.search import Wanted, every
from secondgate.web.visitor import Request


def _csv(events: Iterable[Told], first: bool) -> str:
    text = io.StringIO()
    file = csv.writer(text)
    if first:
        file.writerow(field.name for field in fields(Told))
    for one in events:
        file.writerow(_cell(value) for value in asdict(one).values())
    return text.getvalue()


def _cell(value: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula: what people type must not be run."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _json_lines(events: Iterable[Told], first: bool) -> str:
    return "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in events)


FORMATS: Final[dict[str, tuple[str, Callable[[Iterable[Told], bool], str]]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "jsonl": ("application/jsonl", _json_lines),
}


@may("log.export")
@require_safe
async def export(request: Request) -> HttpResponseBase:
    """Send all events that fit as a file, oldest first."""
    name = request.GET.get("format", "csv")
    if name not in FORMATS:
        return HttpResponseBadRequest(
            f"There is no format “{name}”. Known: {', '.join(FORMATS)}.", "text/plain"
        )
    kind, write = FORMATS[name]
    filters = await sync_to_async(log_filters.read)(request.GET.dict())
    answer = StreamingHttpResponse(_pieces(filters.wanted, write), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="secondgate-log-{timezone.now():%Y-%m-%d}.{name}"'
    return answer


async def _pieces(wanted: Wanted, write: Callable[[Iterable[Told], bool], str]) -> AsyncIterator[bytes]:
    bunches = every(wanted)
    first = True
    while (piece := await sync_to_async(_next)(bunches, write, first)) is not None:
        first = False
        if piece:
            yield piece.encode()


def _next(
    bunches: Iterator[list[Event]], write: Callable[[Iterable[Told], bool], str], first: bool
) -> str | None:
    """Return the next piece of the file. Between two of them no connection is held: a client may be slow."""
    try:
        bunch = next(bunches, None)
        return None if bunch is None else write(told(bunch), first)
    finally:
        connection.close()
