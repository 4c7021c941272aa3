"""Add an authenticator app: scan, type the code that it shows, done."""

import time

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from secondgate.methods import enrolment
from secondgate.methods.answer import Plain
from secondgate.methods.provisioning_uri import grouped, otpauth
from secondgate.methods.totp import TotpSettings
from secondgate.portal.access import next_page, signed_in
from secondgate.portal.forms.totp import TotpForm
from secondgate.portal.views.enrolled import go_on
from secondgate.web.branding import organisation
from secondgate.web.new_totp import drawn, forget_seed, seed_for
from secondgate.web.visitor import Request

WRONG = gettext_noop(
    "That is not the code that it should show now. Wait for the next one; if it is refused, too, set your "
    "phone's clock to automatic."
)
SEED = "new-totp"  # where the session keeps the seed, sealed, until its first code is shown


@signed_in(fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add_totp(request: Request) -> HttpResponse:
    """Show the seed as a QR code and as text; enrol it when it has made a right code."""
    seed = seed_for(request, SEED)
    held = set(request.user.authenticators.values_list("name", flat=True))
    initial = {"name": enrolment.free_name(_("Authenticator app"), held)}
    form = TotpForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        name = form.cleaned_data["name"]
        settings = TotpSettings(secret=seed)
        proof = enrolment.proves("totp", settings, Plain(form.cleaned_data["code"]), time.time())
        if name in held:
            form.add_error("name", _("You have one of that name. Give this one another."))
        elif proof is None:
            form.add_error("code", _(WRONG))
        else:
            wanted = enrolment.Wanted(request.user, "totp", name, settings, proof=proof)
            enrolment.enrol([wanted], by=request.user.pk.hex)
            forget_seed(request, SEED)
            return go_on(request, "totp", name, "portal/add_totp.html")
    address = otpauth(seed, account=request.user.login, issuer=organisation().name)
    context = {
        "form": form,
        "qr": drawn(address),
        "seed": grouped(seed),
        "address": address,
        "next": next_page(request, "portal:home"),
        "is_first": not held,
    }
    return render(request, "portal/add_totp.html", context, status=422 if form.errors else 200)
