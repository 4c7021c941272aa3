"""Template tags of the console."""

import re
from collections.abc import Mapping
from typing import Final

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_MARKS: Final = (
    # Markdown's marks, in the order in which they are looked for
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<b>\1</b>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
)


@register.filter
def allows(may: Mapping[str, bool], permission: str) -> bool:
    """Tell whether the visitor's role has a permission."""
    return may.get(permission, False)


@register.filter
def marked(text: str) -> SafeString:
    """Return a text with its marks as HTML: **menu**, *entry* and `code`; all else is text."""
    html = str(escape(text))
    for mark, tag in _MARKS:
        html = mark.sub(tag, html)
    return mark_safe(html)  # noqa: S308  escaped above
