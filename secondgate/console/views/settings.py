"""Settings: whose server this is, and what carries its mails."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secondgate.console import roles
from secondgate.console.access import may
from secondgate.console.forms.settings import MailForm, OrganisationForm, TestMailForm
from secondgate.console.removal import ask_first, way_to
from secondgate.messaging import configure, delivery
from secondgate.messaging.models import Provider
from secondgate.messaging.provider import MessagingError
from secondgate.messaging.smtp import SmtpSettings
from secondgate.web import branding
from secondgate.web.mails import letter
from secondgate.web.models import Organisation
from secondgate.web.visitor import Request

MAIL: Final = "Mail"  # what the one provider of mail is called


@may("settings.read")
@require_safe
def settings(request: Request) -> HttpResponse:
    """Show them."""
    return _page(request, TestMailForm(initial={"to": request.user.email}))


def _page(request: Request, form: TestMailForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "mail": Provider.objects.filter(name=MAIL).first(),
        "form": form,
        "can_change": roles.may(request.user, "settings.change"),
        **more,
    }
    return render(request, "console/settings.html", context, status=status)


@may("settings.change")
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: Request) -> HttpResponse:
    """Name the organisation, give it a colour and a logo."""
    row = Organisation.objects.first() or Organisation()
    form = OrganisationForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        shown=branding.described(row),
        initial={"name": row.name, "colour": row.colour},
    )
    if form.is_valid():
        values = form.cleaned_data
        logo = b"" if values["no_logo"] else values["logo"]
        branding.configure(by=request.user.pk.hex, name=values["name"], colour=values["colour"], logo=logo)
        messages.success(request, "Saved. The portal and mails show it from now on.", "ok")
        return redirect("console:settings")
    context = {"form": form, "row": row}
    return render(request, "console/settings_organisation.html", context, status=422 if form.errors else 200)


@may("settings.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: Request) -> HttpResponse:
    """Say which server carries mails."""
    provider = Provider.objects.filter(name=MAIL).first()
    now: SmtpSettings | None = configure.opened(provider) if provider else None
    form = MailForm(
        request.POST if request.method == "POST" else None,
        shown=configure.described(provider) if provider else {},
        now=now,
        initial=provider.settings if provider else {},
    )
    if form.is_valid():
        values = form.cleaned_data
        password = values.pop("password")
        kept = {"password": password} if password or not values["user"] else {}
        configure.configure(MAIL, by=request.user.pk.hex, kind="smtp", settings=values, kept=kept)
        messages.success(request, "Saved. Send a test mail now.", "ok")
        return redirect("console:settings")
    context = {"form": form, "mail": provider}
    return render(request, "console/settings_mail.html", context, status=422 if form.errors else 200)


@may("settings.change")
@require_POST
def test_mail(request: Request) -> HttpResponse:
    """Send one, and say who took it, or what is wrong."""
    form = TestMailForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    name = branding.organisation().name
    message = letter(
        form.cleaned_data["to"],
        f"{name}: a test",
        ["This mail was sent from the console, to see whether it arrives."],
    )
    try:
        said = delivery.send(delivery.Parcel(message, "test", request.user.pk, request.user.pk.hex))
    except MessagingError as error:
        return _page(request, form, fault=error)
    return _page(request, form, said=said)


@may("settings.change", fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def remove_mail(request: Request) -> HttpResponse:
    """Send no more mails."""
    provider = get_object_or_404(Provider, name=MAIL)
    if request.method == "POST":
        configure.remove(provider, by=request.user.pk.hex)
        messages.success(request, "The mail server was removed.", "ok")
        return redirect("console:settings")
    says = (
        "No mail goes out from then on, and nobody can set a forgotten password by a link. "
        f"The password of {provider.settings['host']} is forgotten here."
    )
    return ask_first(
        request, "the mail server", "mail server", way_to("Settings", "settings"), {"says": says}
    )
