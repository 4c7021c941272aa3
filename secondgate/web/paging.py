"""Pages of a long list by key: a page costs the same at the beginning and after a million rows.

The address carries the last row of the page before (`after`) or the first of the page behind
(`before`): its sort value and its id. Nothing is counted and nothing is skipped.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the queries (`after=…`) that lead to the rows beside them; "" where there are none."""

    rows: list[Any]
    before: str
    after: str


def page(
    request: HttpRequest, found: QuerySet[Any], *, key: str, down: bool = False, size: int = SIZE
) -> Page:
    """Return the page of `found` that the address asks for, sorted by `key` and then by pk.

    `key` is a field with an index; `down` sorts the largest first. An address that makes no sense leads
    to the first page.
    """
    after, before = (_read(request.GET.get(name, "")) for name in ("after", "before"))
    back = before is not None
    at = before if back else after
    descends = down != back
    if at is not None:
        beyond = "lt" if descends else "gt"
        try:
            # "From there on" alone leads into the index; an OR of two ranges is read from the beginning.
            found = found.filter(
                Q(**{f"{key}__{beyond}e": at[0]}),
                Q(**{f"{key}__{beyond}": at[0]}) | Q(**{f"pk__{beyond}": at[1]}),
            )
            rows = _rows(found, key, descends, size)
        except (ValueError, TypeError, OverflowError):
            at, back, rows = None, False, _rows(found, key, down, size)
    else:
        rows = _rows(found, key, descends, size)
    more = len(rows) > size
    rows = rows[:size]
    if back:
        rows.reverse()
    has_before = more if back else at is not None
    has_after = True if back else more
    return Page(
        rows,
        _query(request, "before", rows[0], key) if rows and has_before else "",
        _query(request, "after", rows[-1], key) if rows and has_after else "",
    )


def _rows(found: QuerySet[Any], key: str, descends: bool, size: int) -> list[Any]:
    sign = "-" if descends else ""
    order = [f"{sign}{key}"] if key in ("pk", "id") else [f"{sign}{key}", f"{sign}pk"]
    return list(found.order_by(*order)[: size + 1])


def _query(request: HttpRequest, name: str, row: Model, key: str) -> str:
    kept = [(key_, value) for key_, value in request.GET.items() if key_ not in ("after", "before", "panel")]
    value = getattr(row, key)
    at = json.dumps([value if isinstance(value, int) else str(value), str(row.pk)])
    return urlencode([*kept, (name, base64.urlsafe_b64encode(at.encode()).decode())])


def _read(text: str) -> tuple[Any, str] | None:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, TypeError, binascii.Error, UnicodeError):
        return None
    return (value, pk) if isinstance(value, str | int) and isinstance(pk, str) else None
