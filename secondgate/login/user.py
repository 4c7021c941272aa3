"""Who this may be: the step from a typed name to one person."""

from collections.abc import Iterable

from secondgate.directories import entries
from secondgate.directories.directory import Account, DirectoryError, Found
from secondgate.ledger.reading import Person, user_key
from secondgate.ledger.snapshot import OpenDirectory
from secondgate.login import reasons
from secondgate.login.health import asked
from secondgate.login.login import Login, name_key, source_keys, written
from secondgate.login.outcome import Ended
from secondgate.login.throttle import FREE, remaining
from secondgate.people.login_names import Candidate
from secondgate.policies.resolve import LoginMethod


async def find_user(login: Login) -> Person:
    """Return the one person whom the name finds, ready to be checked.

    Somebody whom only a directory knows becomes a user on the way. Ends the login for a name that
    finds nobody or several, for a disabled user, and while a throttle's wait lasts.
    """
    people = _matching(login)
    if not people:
        _end_if_throttled(
            login, (*source_keys(login.attempt, login.ledger), name_key(login.attempt, login.ledger))
        )
        people = await _search_directories(login)
    if len(people) > 1:
        login.trail.note("user.ambiguous", count=len(people))
        raise Ended(reasons.AMBIGUOUS_NAME)
    user = people[0]
    login.is_of(user.id)
    login.trail.note("user.found", login=login.attempt.login_name, user=user.id, directory=user.directory)
    if not user.enabled:
        login.trail.note("user.disabled")
        raise Ended(reasons.USER_DISABLED)
    _end_if_throttled(login, (user_key(user.id), *source_keys(login.attempt, login.ledger)))
    _end_if_crowded(login, user)
    return user


def _matching(login: Login) -> list[Person]:
    """Return the people whom one of the readings of the name finds, in the application's directories."""
    found: dict[str, Person] = {}
    for candidate in login.candidates:
        ids = {directory.id for directory in _directories(login, candidate)}
        for person in login.reading.people:
            if person.name == candidate.name and person.directory in ids:
                found[person.id] = person
    return list(found.values())


def _directories(login: Login, candidate: Candidate) -> Iterable[OpenDirectory]:
    """Return the application's directories that a realm names: all of them where none was typed."""
    directories = login.attempt.snapshot.directories_of(login.attempt.application)
    return [d for d in directories if candidate.realm is None or candidate.realm in d.realms]


def _end_if_throttled(login: Login, keys: tuple[str, ...]) -> None:
    login.keys = keys
    for key in keys:
        failures = login.reading.failures.get(key)
        seconds = remaining(failures, login.attempt.at)
        if failures and seconds > 0:
            login.trail.note("user.throttled", count=failures.count, seconds=int(seconds) + 1)
            raise Ended(reasons.THROTTLED)


def _end_if_crowded(login: Login, user: Person) -> None:
    """End the login where more of this user are under way than may fail freely: guesses in parallel."""
    count = login.ledger.under_way[user.id]
    failures = login.reading.failures.get(user_key(user.id))
    if count > max(1, FREE - (failures.count if failures else 0)):
        login.trail.note("user.throttled", count=count, seconds=1)
        raise Ended(reasons.THROTTLED)


async def _search_directories(login: Login) -> list[Person]:
    """Ask the directories for a person whom we do not know; return them as a user."""
    if login.attempt.login_name.lower() in login.attempt.application.kind.probe_names:
        login.trail.note("user.probe")
        raise Ended(reasons.AWS_PROBE)
    for candidate in login.candidates:
        for directory in _directories(login, candidate):
            found = await _find(login, directory, candidate.name)
            if found is None:
                continue
            await written(entries.adopt(directory.id, found, candidate.name))
            login.trail.note("user.adopted", directory=directory.id, login=login.attempt.login_name)
            await login.read_again()
            return _matching(login) or await _end_unknown(login)
    return await _end_unknown(login)


async def _find(login: Login, directory: OpenDirectory, name: str) -> Found | None:
    found = await asked(login, directory, directory.live.find(name))
    if found is None and directory.kind != "local":
        login.trail.note("user.searched", directory=directory.id, login=login.shown_name)
    return found


async def _end_unknown(login: Login) -> list[Person]:
    """End the login, after as long as a wrong password of a real user would have taken."""
    application = login.attempt.application
    if any(rule.login != LoginMethod.SECOND_FACTOR_ONLY for rule in application.rules):
        for directory in login.attempt.snapshot.directories_of(application):
            try:
                await directory.live.check_password(
                    Account(login.attempt.login_name), login.attempt.typed or "?"
                )
            except DirectoryError:
                continue  # it was asked before and said the same; the login ends either way
    login.trail.note("user.unknown")
    raise Ended(reasons.UNKNOWN_USER)
