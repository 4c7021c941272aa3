"""The authenticators of one user: give, rename, take away; backup codes and a bypass code."""

import time
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from secondgate.console.access import may_touch
from secondgate.console.forms.factors import BypassForm, ConfirmForm, RenameForm, TotpForm
from secondgate.console.people import factor
from secondgate.console.removal import ask_first, way_to_person
from secondgate.console.views.user_edit import to_panel
from secondgate.methods import enrolment
from secondgate.methods.answer import Plain
from secondgate.methods.provisioning_uri import grouped, otpauth
from secondgate.methods.totp import TotpSettings
from secondgate.people.models import User
from secondgate.web.branding import organisation
from secondgate.web.new_totp import drawn, forget_seed, seed_for
from secondgate.web.visitor import Request, end_sessions

WRONG = (
    "That is not the code that it should show now. Wait for the next one; if it is refused, too, the phone's "
    "clock must be set to automatic."
)


@may_touch("users.enrol", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def add_totp(request: Request, person: User) -> HttpResponse:
    """Show a seed as a QR code and as text; enrol it by its first code, or hand it over unproven."""
    purpose = f"totp-for-{person.pk.hex}"
    seed = seed_for(request, purpose)
    held = set(person.authenticators.values_list("name", flat=True))
    initial = {"name": enrolment.free_name("Authenticator app", held)}
    unproven = "unproven" in request.POST
    form = TotpForm(request.POST if request.method == "POST" else None, unproven=unproven, initial=initial)
    if form.is_valid():
        name, settings = form.cleaned_data["name"], TotpSettings(secret=seed)
        proof = enrolment.proves("totp", settings, Plain(form.cleaned_data["code"]), time.time())
        if name in held:
            form.add_error("name", "They have one of that name. Give this one another.")
        elif proof is None and not unproven:
            form.add_error("code", WRONG)
        else:
            wanted = enrolment.Wanted(person, "totp", name, settings, proof=proof)
            enrolment.enrol([wanted], by=request.user.pk.hex)
            forget_seed(request, purpose)
            says = (
                "was handed over unproven: its first login will show whether it works"
                if unproven
                else "is ready"
            )
            messages.success(request, f"{name} {says}.", "ok")
            return to_panel(person.pk)
    address = otpauth(seed, account=person.login, issuer=organisation().name)
    context = {"person": person, "form": form, "qr": drawn(address), "seed": grouped(seed)}
    return render(request, "console/users_totp.html", context, status=422 if form.errors else 200)


@may_touch("users.enrol")
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: Request, person: User, held: UUID) -> HttpResponse:
    """Call one of their authenticators otherwise."""
    authenticator = get_object_or_404(person.authenticators, pk=held)
    form = RenameForm(
        request.POST if request.method == "POST" else None,
        shown=enrolment.described(enrolment.opened(authenticator)),
        initial={"name": authenticator.name},
    )
    if form.is_valid():
        try:
            enrolment.rename(authenticator, form.cleaned_data["name"], by=request.user.pk.hex)
        except ValueError:
            form.add_error("name", "They have one of that name. Give this one another.")
        else:
            return to_panel(person.pk)
    context = {
        "person": person,
        "form": form,
        "verb": "Rename an authenticator of",
        "place": "Rename an authenticator",
        "says": f"It is called {authenticator.name} now.",
        "leads": "Save the name",
    }
    return render(request, "console/users_form.html", context, status=422 if form.errors else 200)


@may_touch("users.reset", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: Request, person: User, held: UUID) -> HttpResponse:
    """Say what follows, then take one away."""
    authenticator = get_object_or_404(person.authenticators, pk=held)
    if request.method == "POST":
        enrolment.remove([enrolment.opened(authenticator)], by=request.user.pk.hex)
        end_sessions(person, but=request.session.session_key)  # one may be where the thing was lost
        messages.success(request, f"{authenticator.name} was removed.", "ok")
        return to_panel(person.pk)
    shown = factor(authenticator, time.time())
    rest = person.authenticators.exclude(pk=held).count()
    follows = (
        f"{rest} of their authenticators stay."
        if rest
        else "It is their last: where a second factor is asked for, they are refused until they have one."
    )
    says = (
        f"{authenticator.name} ({shown.title}) will not be taken from the next login on. {follows} "
        "This cannot be taken back."
    )
    return ask_first(request, authenticator.name, "authenticator", way_to_person(person), {"says": says})


@may_touch("users.enrol", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def backup_codes(request: Request, person: User) -> HttpResponse:
    """Make ten new codes, and show them once."""
    if request.method == "POST":
        codes = enrolment.give_backup_codes(person, by=request.user.pk.hex)
        says = (
            "Each is good for one login. They are shown this once: print them, or write them down for them."
        )
        context = {"person": person, "codes": codes, "title": "Backup codes of", "says": says}
        return render(request, "console/users_shown_once.html", context)
    context = {
        "person": person,
        "form": ConfirmForm(),
        "verb": "New backup codes for",
        "place": "New backup codes",
        "says": "Ten codes on paper, each good for one login. A list that they have now stops working.",
        "leads": "Make ten codes",
        "warns": "Have a printer or a pen ready.",
    }
    return render(request, "console/users_form.html", context)


@may_touch("users.enrol", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def bypass_code(request: Request, person: User) -> HttpResponse:
    """Make a code for somebody whose phone is lost, and show it once."""
    form = BypassForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed, until = form.cleaned_data, form.until(timezone.now())
        uses = int(typed["uses"])
        code = enrolment.give_bypass_code(
            person, until=until, uses=uses, why=typed["why"], by=request.user.pk.hex
        )
        times = {0: "any number of logins", 1: "one login"}.get(uses, f"{uses} logins")
        says = f"It serves {times} until {until:%-d %B, %H:%M} UTC, in place of any second factor."
        context = {"person": person, "codes": [code], "title": "Bypass code of", "says": says}
        return render(request, "console/users_shown_once.html", context)
    context = {
        "person": person,
        "form": form,
        "verb": "Temporary bypass code for",
        "place": "Temporary bypass code",
        "says": "Stands in for their second factor, wherever one is asked for. It replaces an older one.",
        "leads": "Make the code",
        "warns": "Read it to them on the phone. Do not send it by email.",
    }
    return render(request, "console/users_form.html", context, status=422 if form.errors else 200)
