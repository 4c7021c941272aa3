"""Which policy holds: the step that asks `policies.resolve`."""

from secondgate.ledger.reading import Person
from secondgate.login import reasons
from secondgate.login.login import Login
from secondgate.login.outcome import Ended
from secondgate.policies.resolve import Rule, resolve


def choose_policy(login: Login, user: Person) -> Rule:
    """Return the application's first policy for this user; none at all ends the login."""
    rule = resolve(login.attempt.application.rules, user.groups)
    if rule is None:
        login.trail.note("policy.none")
        raise Ended(reasons.NO_POLICY)
    login.trail.note("policy.matched", policy=rule.id, login_method=rule.login.value)
    return rule
