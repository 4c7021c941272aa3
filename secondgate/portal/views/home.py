"""The person's own page: their authenticators, where they log in, and how their last logins ended."""

from datetime import datetime
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secondgate.applications.kinds import KINDS
from secondgate.events import names
from secondgate.events.read import Wanted, look, told
from secondgate.methods.enrolment import BACKUP_CODES
from secondgate.policies.covering import covering
from secondgate.policies.resolve import LoginMethod
from secondgate.portal import ways
from secondgate.portal.access import signed_in
from secondgate.portal.how_to import how
from secondgate.web.visitor import Request

LOGINS: Final = 5
AMONG: Final = 30  # of one's events: questions and changes stand between the logins
ENDED: Final = (names.LOGIN_ACCEPTED, names.LOGIN_REFUSED)


@signed_in()
@require_safe
def home(request: Request) -> HttpResponse:
    """Show what the person has, where it serves, and what it was used for."""
    held = list(request.user.authenticators.order_by("created_at"))
    methods = {one.method for one in held}
    places = covering(request.user)
    happened = look(Wanted(users=(request.user.pk,)), most=AMONG).events
    logins = [event for event in happened if event.name in ENDED][:LOGINS]
    context = {
        "ways": [ways.way(one) for one in held],
        "adds": [add for add in ways.ADDS if add[0] != BACKUP_CODES or BACKUP_CODES not in methods],
        "places": [
            {
                "application": place.application,
                "how": how(place),
                "icon": KINDS[place.application.kind].icon,
                "lacks": place.rule.login is not LoginMethod.PASSWORD_ONLY
                and methods.isdisjoint(place.rule.methods),
            }
            for place in places
        ],
        "logins": [
            {
                "event": event,
                "at": datetime.fromisoformat(event.at),
                "accepted": event.event == names.LOGIN_ACCEPTED,
                "why": ways.why(event.reason),
            }
            for event in told(logins)
        ],
    }
    return render(request, "portal/home.html", context)
