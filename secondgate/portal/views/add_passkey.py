"""Add a passkey: the browser makes one for this site, and hands over its public half."""

import secrets
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from secondgate.methods import enrolment
from secondgate.methods.passkey import PASSKEY, NoPasskeys, made
from secondgate.portal.access import next_page, signed_in
from secondgate.portal.forms.passkey import NewPasskeyForm
from secondgate.portal.views.enrolled import go_on
from secondgate.web import passkeys
from secondgate.web.visitor import Request

CHALLENGE = "new-passkey"  # where the session keeps what the browser shall sign, until it comes back once


@signed_in(fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add_passkey(request: Request) -> HttpResponse:
    """Have the browser make a passkey, and enrol it."""
    try:
        site = passkeys.site_of(request)
    except NoPasskeys as why:
        return render(request, "portal/add_passkey.html", {"fault": why})
    held = set(request.user.authenticators.values_list("name", flat=True))
    initial = {"name": enrolment.free_name(_("Passkey"), held)}
    form = NewPasskeyForm(request.POST if request.method == "POST" else None, initial=initial)
    challenge = bytes.fromhex(request.session.pop(CHALLENGE, ""))
    if form.is_valid():
        name = form.cleaned_data["name"]
        settings = made(form.cleaned_data["passkey"], challenge=challenge, site=site) if challenge else None
        if settings is None:
            form.add_error(None, _("What the browser made could not be checked. Try once more."))
        elif name in held:
            form.add_error("name", _("You have one of that name. Give this one another."))
        else:
            wanted = enrolment.Wanted(request.user, PASSKEY, name, settings)
            enrolment.enrol([wanted], by=request.user.pk.hex)
            return go_on(request, PASSKEY, name, "portal/add_passkey.html")
    challenge = secrets.token_bytes(32)
    request.session[CHALLENGE] = challenge.hex()
    context: dict[str, Any] = {
        "form": form,
        "options": passkeys.to_make(request.user, challenge, site),
        "site": site,
        "next": next_page(request, "portal:home"),
    }
    return render(request, "portal/add_passkey.html", context, status=422 if form.errors else 200)
