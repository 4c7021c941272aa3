"""Which policy holds, and what it grants: the steps that ask `policies.resolve` and `policies.grants`."""

from collections.abc import Mapping, Sequence

from secondgate.directories.directory import Describing
from secondgate.ledger.reading import Person
from secondgate.login import reasons
from secondgate.login.health import asked
from secondgate.login.login import Login
from secondgate.login.outcome import Ended
from secondgate.login.user import recognise
from secondgate.policies.grants import Granted, NoRoom, attributes_of, carried
from secondgate.policies.resolve import Rule, resolve
from secondgate.radius.attributes import Attribute


def choose_policy(login: Login, user: Person) -> Rule:
    """Return the application's first policy for this user; none at all ends the login."""
    rule = resolve(login.attempt.application.rules, user.groups)
    if rule is None:
        login.trail.note("policy.none")
        raise Ended(reasons.NO_POLICY)
    login.trail.note("policy.matched", policy=rule.id, login_method=rule.login.value)
    return rule


async def granted_to(login: Login, user: Person, rule: Rule) -> tuple[Attribute, ...]:
    """Return the attributes that the application is told of an accepted user, as many as fit.

    Ends the login where that cannot be told which was said of everybody.
    """
    if not rule.grants:
        return ()
    called = login.attempt.snapshot.groups
    groups = [called[group] for group in user.groups if group in called]
    attributes = await _described(login, user, attributes_of(rule.grants))
    person = Granted(user.login, user.full_name, user.email, groups, attributes)
    try:
        told, all_of_it = carried(rule.grants, person, login.attempt.room)
    except NoRoom:
        login.trail.note("policy.no-room")
        raise Ended(reasons.NO_ROOM) from None
    if not all_of_it:
        login.trail.note("policy.left-out", count=len(told))
    return tuple(told)


async def _described(login: Login, user: Person, wanted: frozenset[str]) -> Mapping[str, Sequence[str]]:
    """Return what the user's directory says of them now: what it said last year may let in too far.

    It is asked once the login is proven, and not again where it has just checked the password.
    """
    directory = login.attempt.snapshot.directories[user.directory or ""]
    live = directory.live
    if not (isinstance(live, Describing) and wanted & live.described):
        return {}
    if login.found is None:
        found = await asked(login, directory, live.find(user.login), step="policy")
        if found is None:
            login.trail.note("policy.not-found", directory=directory.id)
            raise Ended(reasons.NOT_IN_DIRECTORY)
        await recognise(login, user, directory, found, step="policy")
    assert login.found
    says, read = login.found.attributes, sorted(wanted & live.described)
    if told := [name for name in read if says.get(name)]:
        login.trail.note("policy.described", directory=directory.id, attributes=", ".join(told))
    if lacking := [name for name in read if not says.get(name)]:  # nobody may have it: a misspelt name shows
        login.trail.note("policy.not-described", directory=directory.id, attributes=", ".join(lacking))
    return says
