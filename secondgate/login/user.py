"""Who this may be: the step from a typed name to one person."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import NoReturn

from secondgate.directories import entries
from secondgate.directories.directory import Found, spelled
from secondgate.ledger.ledger import LedgerError
from secondgate.ledger.reading import Factor, Person, user_key
from secondgate.ledger.snapshot import OpenDirectory
from secondgate.login import reasons
from secondgate.login.health import asked
from secondgate.login.login import Login, name_key, source_keys, written
from secondgate.login.outcome import Accept, Challenge, Ended, Outcome
from secondgate.login.same_work import ask_about_nobody, directories_for, home_of_nobody
from secondgate.login.throttle import FREE, remaining


async def find_user(login: Login) -> Person:
    """Return the one person whom the name finds, ready to be checked.

    Somebody whom only a directory knows becomes a user on the way. Ends the login for a name that
    finds nobody or several, for a disabled user, and while a throttle's wait lasts.
    """
    people = _matching(login)
    if not people:
        unknown = name_key(login.attempt, login.ledger)
        await login.read_again(keys=(unknown,))
        login.keys = (*source_keys(login.attempt, login.ledger), unknown)
        _end_if_throttled(login, login.keys)
        people = await _search_directories(login)
    if len(people) > 1:
        directories = login.attempt.snapshot.directories
        _end_ambiguous(login, [(directories[one.directory or ""], one.name) for one in people])
    user = people[0]
    login.is_of(user)
    login.trail.note("user.found", login=login.attempt.login_name, user=user.id, directory=user.directory)
    if not user.enabled:
        login.trail.note("user.disabled")
        raise Ended(reasons.USER_DISABLED)
    own = [user_key(user.id, factor) for factor in Factor]
    login.keys = source_keys(login.attempt, login.ledger)
    _end_if_throttled(login, (*own, *login.keys))
    _end_if_crowded(login, user, own)
    return user


def _matching(login: Login) -> list[Person]:
    """Return the people whom one of the readings of the name finds, in the application's directories."""
    found: dict[str, Person] = {}
    for candidate in login.candidates:
        for directory in directories_for(login, candidate):
            for person in login.reading.people:
                if person.directory == directory.id and person.name == candidate.name:
                    found[person.id] = person
    return list(found.values())


def _end_if_throttled(login: Login, keys: tuple[str, ...]) -> None:
    for key in keys:
        failures = login.reading.failures.get(key)
        if failures and (seconds := remaining(failures, login.attempt.at)) > 0:
            login.trail.note("user.throttled", count=failures.count, seconds=int(seconds) + 1)
            raise Ended(reasons.THROTTLED)


def _end_if_crowded(login: Login, user: Person, keys: list[str]) -> None:
    """End the login where more of this user are under way than may fail freely: guesses in parallel."""
    count = login.ledger.under_way[user.id]
    failures = [login.reading.failures[key].count for key in keys if key in login.reading.failures]
    if count > max(1, FREE - max(failures, default=0)):
        login.trail.note("user.throttled", count=count, seconds=1)
        raise Ended(reasons.THROTTLED)


async def _search_directories(login: Login) -> list[Person]:
    """Ask the directories for a person whom we do not know; return them as a user.

    All of them are asked, also where one is silent or has answered: a name that two directories know
    is nobody's until the realm is typed.
    """
    if login.attempt.login_name.lower() in login.attempt.application.kind.probe_names:
        login.trail.note("user.probe")
        raise Ended(reasons.AWS_PROBE)
    login.has_searched = True
    found: list[tuple[OpenDirectory, Found, str]] = []
    silent: dict[str, Ended] = {}
    for candidate in login.candidates:
        for directory in directories_for(login, candidate):
            try:
                person = await asked(login, directory, directory.live.find(candidate.name))
            except Ended as end:
                silent[directory.id] = end
                continue
            if person:
                found.append((directory, person, candidate.name))
            elif directory.kind != "local":
                login.trail.note("user.searched", directory=directory.id, login=login.shown_name)
    if not found:
        await _end_unknown(login, silent)
    people = {(directory.id, person.external_id): (directory, name) for directory, person, name in found}
    if len(people) > 1:
        _end_ambiguous(login, people.values())
    return [await _adopt(login, *found[0])]


def _end_ambiguous(login: Login, people: Collection[tuple[OpenDirectory, str]]) -> NoReturn:
    """End a login that may be several people's, each by this name in a directory; say what to type."""
    spellings = " or ".join(spelled(directory.realms, name) for directory, name in people)
    login.trail.note("user.ambiguous", count=len(people), spellings=spellings)
    raise Ended(reasons.AMBIGUOUS_NAME)


async def _adopt(login: Login, directory: OpenDirectory, found: Found, typed: str) -> Person:
    """Return a directory's person as a user. The name that found them is kept once they have proven it."""
    adopted = await written(entries.adopt(directory.id, found))
    if adopted is None:
        await _end_unknown(login, {})
    code = "user.adopted" if adopted.is_new else "user.other-name"
    login.trail.note(code, directory=directory.id, login=login.attempt.login_name)
    await login.read_again(names=(adopted.name,))
    people = [person for person in login.reading.people if person.id == adopted.user]
    if not people:  # removed in this very moment
        await _end_unknown(login, {})
    if typed != adopted.name:
        login.further_name = (directory.id, typed)
    return people[0]


async def recognise(login: Login, user: Person, directory: OpenDirectory, found: Found, *, step: str) -> None:
    """Take down what the directory has said of the user; end the login where it is of somebody else.

    Whom we knew by name only is from now on the one who has that name there.
    """
    if user.external_id != found.external_id:
        if user.external_id:
            login.trail.note(f"{step}.another-person", directory=directory.id)
            raise Ended(reasons.ANOTHER_PERSON)
        await written(entries.link(user.id, found))
    login.found = found


async def keep_further_name(login: Login, outcome: Outcome) -> None:
    """Write down the name by which only the directory knew the user, who was let in or asked on by it.

    Before the password, or the code where none is asked, was right, anybody could make us write.
    """
    is_proven = isinstance(outcome, Accept) or (isinstance(outcome, Challenge) and login.proven)
    if login.further_name and login.user and is_proven:
        directory, name = login.further_name
        with suppress(LedgerError):  # the login itself is durable, and the next one tries again
            await written(entries.learn(directory, login.user, name))


async def _end_unknown(login: Login, silent: Mapping[str, Ended]) -> NoReturn:
    """End the login as one of a known user would have ended, in words; in time, `same_work` sees to it.

    `silent` are the directories that did not say whose name it is. A known user's silence would be said,
    but only that of their own: so it is here, with the directory that is taken for this name's.
    """
    login.trail.note("user.unknown")
    home = home_of_nobody(login)
    if home and home.id in silent:
        raise silent[home.id]
    await ask_about_nobody(login)
    raise Ended(reasons.UNKNOWN_WHILE_DOWN if silent else reasons.UNKNOWN_USER)
