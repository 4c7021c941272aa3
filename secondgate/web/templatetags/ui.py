"""Template tags of the design: an icon, the initials of a person, a time as people read it."""

from datetime import datetime, timedelta

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from secondgate.web import icons

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Return an icon of the sprite; what it means stands beside it in words."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {classes}" if classes else "", sprite_address(), name,
    )  # fmt: skip


@register.simple_tag
def sprite_address() -> str:
    """Return where the sprite is: its address changes with it."""
    return f"{reverse('icons')}?v={icons.version()}"


@register.filter
def initials(name: str) -> str:
    """Return two letters that stand for a person."""
    words = name.replace(".", " ").split()
    letters = words[0][:1] + words[-1][:1] if len(words) > 1 else name[:2]
    return letters.upper()


@register.filter
def ago(at: datetime | None) -> str:
    """Return how long ago something was, as long as that is easier to read than a date (UTC)."""
    if at is None:
        return _("never")
    past = timezone.now() - at
    if past < timedelta(minutes=1):
        return _("just now")
    if past < timedelta(hours=1):
        return _("{count} min ago").format(count=int(past.total_seconds() // 60))
    if past < timedelta(hours=24):
        return _("{count} h ago").format(count=int(past.total_seconds() // 3600))
    return date_format(at.astimezone(timezone.get_current_timezone()), "j F Y, H:i")
