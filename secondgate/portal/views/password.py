"""Passwords of the built-in directory: forgotten, set by a mailed link, changed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from secondgate.addresses import neighbourhood
from secondgate.events import names
from secondgate.events.record import record
from secondgate.ledger.ledger import LedgerError
from secondgate.limits import Seldom
from secondgate.login.outcome import Accept, Refuse
from secondgate.login.reasons import LATER, THROTTLED
from secondgate.messaging.provider import MessagingError
from secondgate.people import accounts, onboarding
from secondgate.people.models import User
from secondgate.people.passwords import hashed
from secondgate.portal.access import signed_in
from secondgate.portal.forms.password import ChangePasswordForm, ForgotForm, NewPasswordForm
from secondgate.web.onboarding import forgot as send_link
from secondgate.web.onboarding import home_of, sets_password_here
from secondgate.web.sign_in import KNOWS, Typed, own_name, sign_in
from secondgate.web.visitor import Request, end_sessions, source_of

_asked = Seldom(20, within=900)  # from one place: a whole office may stand behind one address


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Mail a link to whoever it is; the page says the same of everybody."""
    form = ForgotForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not _asked.may(neighbourhood(source_of(request))):
        form.add_error(None, _("Too many links were asked for from here. Try again in a quarter of an hour."))
    elif form.is_valid():
        try:
            send_link(form.cleaned_data["login"], language=get_language() or "en")
        except MessagingError:
            form.add_error(None, _(LATER))
        else:
            return render(request, "portal/forgot_sent.html")
    return render(request, "portal/forgot.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Set the password by the link. To open it spends nothing: mail filters open links, too."""
    user = onboarding.user_of(token)
    if user is None:
        return render(request, "portal/link_void.html", status=410)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        if onboarding.set_password(token, hashed(form.cleaned_data["password"])) is None:
            return render(request, "portal/link_void.html", status=410)
        _end_sessions(user)
        messages.success(request, _("Your password is set. Sign in with it."), "ok")
        return redirect("portal:sign-in")
    context = {"form": form, "person": user}
    return render(request, "portal/set_password.html", context, status=422 if form.errors else 200)


@signed_in(fresh=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request) -> HttpResponse:
    """Change one's own password; where it is another directory's, say which."""
    if not sets_password_here(request.user):
        home = home_of(request.user)
        return render(request, "portal/password_elsewhere.html", {"directory": home})
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid() and _knows(request, form):
        password_hash = hashed(form.cleaned_data["password"])
        accounts.set_password_hashes({request.user: password_hash}, by=request.user.pk.hex)
        _end_sessions(request.user, but=request.session.session_key)
        messages.success(request, _("Your password is changed. Other browsers were signed out."), "ok")
        return redirect("portal:home")
    return render(request, "portal/change_password.html", {"form": form}, status=422 if form.errors else 200)


def _knows(request: Request, form: ChangePasswordForm) -> bool:
    """Tell whether the password of now is right, by the login decision: it throttles, and it records."""
    try:
        outcome = sign_in(request, Typed(own_name(request.user), form.cleaned_data["now"]), rule=KNOWS)
    except LedgerError:
        form.add_error(None, _(LATER))
        return False
    if isinstance(outcome, Refuse):
        is_throttled = outcome.reason is THROTTLED
        form.add_error("now", _(outcome.message) if is_throttled else _("That is not your current password."))
    return isinstance(outcome, Accept)


def _end_sessions(user: User, *, but: str | None = None) -> None:
    count = end_sessions(user, but=but)
    if count:
        facts = {"user": user.pk.hex, "count": count}
        record(names.SESSIONS_ENDED, by=user.pk.hex, user_id=user.pk, facts=facts)
