"""The end of every enrolment."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from secondgate.methods import enrolment
from secondgate.portal.access import next_page
from secondgate.web.visitor import Request, prove_again


def go_on(request: Request, method: str, name: str, template: str) -> HttpResponse:
    """Go on with a new authenticator; who has no backup codes yet is shown ten first, on the same page."""
    prove_again(request, method)
    way_on = next_page(request, "portal:home")
    if request.user.authenticators.filter(method=enrolment.BACKUP_CODES).exists():
        messages.success(request, _("{name} is ready.").format(name=name), "ok")
        return redirect(way_on)
    codes = enrolment.give_backup_codes(request.user, by=request.user.pk.hex)
    context: dict[str, Any] = {"codes": codes, "name": name, "next": way_on}
    return render(request, template, context)
