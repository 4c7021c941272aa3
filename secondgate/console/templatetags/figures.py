"""Template tags of the log and the overview: times, figures, addresses."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secondgate.console.log_filters import Filters
from secondgate.console.situation import Situation
from secondgate.web import wording

register = template.Library()


@register.filter
def at(table: dict[Any, Any], key: Any) -> Any:
    """Return what a table has under a key; None where it has nothing."""
    return table.get(key)


@register.filter
def thousands(count: int) -> str:
    """Return a count as people read it: 1,284."""
    return f"{count:,}"


@register.filter
def any_fault(now: Situation) -> bool:
    """Tell whether a node is silent, or one of its checks found something."""
    return any(node.silent or node.faults for node in now.nodes)


@register.filter
def check_name(name: str) -> str:
    """Return what a check of a node is called: `radius [::]:1812` is "RADIUS on [::]:1812"."""
    what, _, where = name.partition(" ")
    title = {"radius": "RADIUS"}.get(what, what.capitalize())
    return f"{title} on {where}" if where else title


@register.simple_tag
def event_address(filters: Filters, event: int) -> str:
    """Return the query that opens an event beside the same list."""
    return filters.address(event=event)


@register.filter
def clock(at: datetime) -> str:
    """Return a time, with its day unless that is today (UTC)."""
    return wording.clock(at, timezone.now())


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """Return a time of the log: with its date once the day is over (UTC)."""
    shown, title = wording.moment(at, timezone.now()), f"{at:%Y-%m-%d %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), title, shown)
