"""A form without its token, or from another site: refused, recorded, explained."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from secondgate.events import names
from secondgate.events.record import record
from secondgate.limits import Seldom
from secondgate.web.visitor import place_of, source_of

log = structlog.get_logger()

_recorded = Seldom(1, within=60)  # of one person: nobody fills the log


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say so. Only what somebody's session was used for is an event: strangers could fill the log."""
    user = getattr(request, "user", None)
    if user and _recorded.may(user.pk):
        facts = {"path": place_of(request), "fault": reason, "source": source_of(request)}
        record(names.FORM_REFUSED, by=user.pk.hex, user_id=user.pk, facts=facts)
    elif not user:
        log.warning("form-refused", path=place_of(request), fault=reason)
    context = {
        "title": "This form cannot be taken",
        "text": "It came without the token that belongs to your browser: the page was open for long, cookies "
        "are off, or another site sent it. Nothing has been changed. Open the page again and repeat it.",
        "href": request.path,
        "leads": "Open the page again",
    }
    return render(request, "components/says.html", context, status=403)
