"""Template tags of the log and the overview: times, figures, addresses."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secondgate.console.log_filters import Filters

register = template.Library()


@register.simple_tag
def event_address(filters: Filters, event: int) -> str:
    """Return the query that opens an event beside the same list."""
    return filters.address(event=event)


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """Return a time of the log: with its date once the day is over (UTC)."""
    shown = f"{at:%H:%M:%S}" if at.date() == timezone.now().date() else f"{at:%-d %b %H:%M:%S}"
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>', at.isoformat(), f"{at:%Y-%m-%d %H:%M:%S}", shown
    )
