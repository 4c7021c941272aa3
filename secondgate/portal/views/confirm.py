"""The second factor once more, before secrets, roles and the removal of factors."""

from base64 import b64decode, b64encode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from secondgate.login.outcome import Accept, Challenge
from secondgate.methods.passkey import PASSKEY
from secondgate.portal.access import next_page, signed_in
from secondgate.portal.deciding import decided, to_sign
from secondgate.portal.forms.passkey import AskForm, PasskeyForm
from secondgate.portal.forms.sign_in import CodeForm
from secondgate.web.forms import Form
from secondgate.web.sign_in import CONFIRM, Typed, own_name
from secondgate.web.visitor import Request, prove_again

QUESTION = "confirming"  # where the session keeps the State of a question that a passkey shall sign


@signed_in()
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: Request) -> HttpResponse:
    """Take a code; or ask a question first, and take a passkey's signature of it."""
    page, kept = next_page(request, "portal:home"), request.session.get(QUESTION)
    form: Form = (PasskeyForm if "passkey" in request.POST else CodeForm)(request.POST or None)
    options = ""
    if "ask" in request.POST:
        form = AskForm(request.POST)
        outcome = decided(request, Typed(own_name(request.user), PASSKEY), form, rule=CONFIRM)
        if isinstance(outcome, Challenge):
            request.session[QUESTION] = b64encode(outcome.state).decode()
            options = to_sign(request, request.user.pk, outcome.state)
    elif form.is_valid():
        request.session.pop(QUESTION, None)
        state = b64decode(kept) if kept and "passkey" in form.cleaned_data else b""
        answer = form.cleaned_data.get("passkey") or form.cleaned_data["code"]
        outcome = decided(request, Typed(own_name(request.user), answer, state), form, rule=CONFIRM)
        # The name may have come to mean somebody else since the visitor signed in.
        if isinstance(outcome, Accept) and outcome.proof and outcome.user.id == request.user.pk.hex:
            prove_again(request, outcome.proof.method)
            return redirect(page)
    context = {
        "form": form if isinstance(form, CodeForm) else CodeForm(),
        "said": () if isinstance(form, CodeForm) else form.non_field_errors(),
        "options": options,
        "has_passkey": bool(to_sign(request, request.user.pk, b"")),
        "next": page,
    }
    return render(request, "portal/confirm.html", context, status=422 if form.errors else 200)
