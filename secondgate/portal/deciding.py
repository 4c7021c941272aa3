"""Ask the login decision for a form of the portal; and what a page needs to have a passkey sign."""

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from secondgate.ledger.ledger import LedgerError
from secondgate.login.outcome import Outcome, Refuse
from secondgate.login.reasons import LATER
from secondgate.methods.passkey import NoPasskeys
from secondgate.policies.resolve import Rule
from secondgate.web import passkeys
from secondgate.web.forms import Form
from secondgate.web.sign_in import SIGN_IN, Typed, sign_in


def decided(request: HttpRequest, typed: Typed, form: Form, *, rule: Rule = SIGN_IN) -> Outcome | None:
    """Return how it ends; a refusal stands in the form, in the words of its reason."""
    try:
        outcome = sign_in(request, typed, rule=rule)
    except LedgerError:
        form.add_error(None, _(LATER))
        return None
    if isinstance(outcome, Refuse):
        form.add_error(None, _(outcome.message))
    return outcome


def to_sign(request: HttpRequest, user: UUID, state: bytes) -> str:
    """Return what the browser has a passkey sign for a question; "" where there is none, or none works."""
    try:
        return passkeys.to_sign(user, state, passkeys.site_of(request))
    except NoPasskeys:
        return ""
