"""A refusal costs the same whoever it is about: time must not tell who exists (DESIGN, promise 4).

For a name that nobody here has, the directories are searched, and where passwords are asked one of them
is asked about a password, too. Behind a right password a server of the company's may be asked about the code.
Who is refused for any other reason was spared some of that: it is made up for here. The listener's pace
hides the rest, which is how long two equal questions take.
"""

from collections.abc import Awaitable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Final
from uuid import uuid4

from secondgate.directories.directory import Account, Checked, DirectoryError
from secondgate.ledger.reading import Factor
from secondgate.ledger.snapshot import OpenDirectory
from secondgate.login import reasons
from secondgate.login.code_server import code_directory
from secondgate.login.health import asked
from secondgate.login.login import Login, name_key
from secondgate.login.outcome import Outcome, Refuse
from secondgate.login.typed import Typed
from secondgate.people.login_names import Candidate

# A throttled name is looked for nowhere, whoever has it, nor is any name of a request that is unusable; a
# probe's name is no secret; and a directory that fails does so for everybody.
AS_THEY_ARE: Final = (
    reasons.THROTTLED, reasons.UNUSABLE_REQUEST, reasons.AWS_PROBE, reasons.DIRECTORY_DOWN,
    reasons.DIRECTORY_FAULT,
)  # fmt: skip


def directories_for(login: Login, candidate: Candidate) -> list[OpenDirectory]:
    """Return the application's directories that a realm names: all of them where none was typed."""
    directories = login.attempt.snapshot.directories_of(login.attempt.application)
    return directories if candidate.realm is None else [d for d in directories if candidate.realm in d.realms]


async def ask_about_nobody(login: Login) -> None:
    """Ask a directory about nobody, where one of somebody would be asked here. Raises Ended."""
    for factor, directory in islice(_asked_here(login), 1):
        await asked(login, directory, _check_nobody(login, factor, directory))


async def do_the_same_work(login: Login, typed: Typed | None, outcome: Outcome) -> None:
    """Return when a refusal has cost what any other costs; the outcome stays what it is."""
    if not isinstance(outcome, Refuse) or outcome.reason in AS_THEY_ARE:
        return
    if typed and typed.answers:
        return  # they have shown their password when the question was asked, and know that they exist
    if not login.has_searched:
        for candidate in login.candidates:
            for directory in directories_for(login, candidate):
                with suppress(DirectoryError):
                    await directory.live.find(candidate.name)
    for factor, directory in _asked_here(login):
        if factor not in login.asked:
            with suppress(DirectoryError):
                await _check_nobody(login, factor, directory)


def home_of_nobody(login: Login) -> OpenDirectory | None:
    """Return whose time the password of nobody takes: the person's own directory, if it is somebody.

    An unknown name is given one of those where it could be at home, and the same at each try. With several
    directories, one that always answered for the unknown would tell them from the people of the others.
    None where no passwords are asked.
    """
    application, snapshot = login.attempt.application, login.attempt.snapshot
    if not application.asks_passwords:
        return None
    if login.home:
        return snapshot.directories[login.home]
    named = [one for candidate in login.candidates for one in directories_for(login, candidate)]
    possible = [one for one in named or snapshot.directories_of(application) if one.may_have_people]
    mark = name_key(login.attempt, login.ledger).rpartition(":")[2]
    return possible[int(mark, 16) % len(possible)] if possible else None


def _asked_here(login: Login) -> Iterator[tuple[Factor, OpenDirectory]]:
    """Yield what somebody's login may be asked about: the password, and the code where a server checks it."""
    home = home_of_nobody(login)
    if home:
        yield Factor.PASSWORD, home
    application = login.attempt.application
    server = code_directory(login.attempt.snapshot, application) if application.asks_server else None
    if server:
        yield Factor.SECOND, server


def _check_nobody(login: Login, factor: Factor, directory: OpenDirectory) -> Awaitable[Checked]:
    """Return the question. Name and password are made up: those that were typed may be a real person's."""
    login.asked.add(factor)
    return directory.live.check_password(Account(uuid4().hex), uuid4().hex)
