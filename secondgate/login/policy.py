"""Which policy holds, and what it grants: the steps that ask `policies.resolve` and `policies.grants`."""

from secondgate.ledger.reading import Person
from secondgate.login import reasons
from secondgate.login.login import Login
from secondgate.login.outcome import Ended
from secondgate.policies.grants import Granted, granted
from secondgate.policies.resolve import Rule, resolve


def choose_policy(login: Login, user: Person) -> Rule:
    """Return the application's first policy for this user; none at all ends the login."""
    rule = resolve(login.attempt.application.rules, user.groups)
    if rule is None:
        login.trail.note("policy.none")
        raise Ended(reasons.NO_POLICY)
    login.trail.note("policy.matched", policy=rule.id, login_method=rule.login.value)
    return rule


def granted_to(login: Login, user: Person, rule: Rule) -> tuple[tuple[str, str], ...]:
    """Return the attributes that the application is told of an accepted user."""
    if not rule.grants:
        return ()
    called = login.attempt.snapshot.groups
    groups = [called[group] for group in user.groups if group in called]
    return tuple(granted(rule.grants, Granted(user.login, user.full_name, user.email, groups)))
