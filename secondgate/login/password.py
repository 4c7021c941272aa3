"""The first factor: the step that asks the user's directory."""

from collections.abc import Awaitable
from typing import Final

from secondgate.directories.directory import Account, Asking, Checked, Verdict
from secondgate.ledger.reading import Factor, Person
from secondgate.ledger.snapshot import OpenDirectory
from secondgate.login import reasons
from secondgate.login.health import asked
from secondgate.login.login import Login
from secondgate.login.outcome import Ended
from secondgate.login.passed_on import pass_on, read_passed_on
from secondgate.login.reasons import Reason
from secondgate.login.typed import Typed
from secondgate.login.user import recognise
from secondgate.policies.resolve import LoginMethod, Rule

REASON_OF: Final[dict[Verdict, Reason]] = {
    Verdict.WRONG_PASSWORD: reasons.WRONG_PASSWORD,
    Verdict.UNKNOWN_USER: reasons.NOT_IN_DIRECTORY,
    Verdict.DISABLED: reasons.DIRECTORY_DISABLED,
    Verdict.LOCKED: reasons.DIRECTORY_LOCKED,
    Verdict.ACCOUNT_EXPIRED: reasons.ACCOUNT_EXPIRED,
    Verdict.PASSWORD_EXPIRED: reasons.PASSWORD_EXPIRED,
    Verdict.MUST_CHANGE: reasons.PASSWORD_MUST_CHANGE,
    Verdict.NOT_NOW: reasons.OUTSIDE_HOURS,
}


async def check_password(login: Login, user: Person, rule: Rule, typed: Typed) -> None:
    """Return when the password is right, or none is asked for; end the login otherwise.

    Where the directory asks for more, the login ends in its question, and goes on with the answer.
    """
    if typed.password is None:
        proven = typed.answers and rule.login is not LoginMethod.SECOND_FACTOR_ONLY
        login.trail.note("password.proven" if proven else "password.not-asked")
        if proven:
            login.proven.add(Factor.PASSWORD)
        return
    # Every person is some directory's: `find_user` took only those of this application's.
    directory = login.attempt.snapshot.directories[user.directory or ""]
    login.asked.add(Factor.PASSWORD)
    account = Account(user.login, user.password_hash)
    checked = await asked(
        login, directory, _checked(directory, account, typed, typed.password), step=Factor.PASSWORD
    )
    if checked.question:
        raise pass_on(login, user, rule, Factor.PASSWORD, directory.id, checked.question)
    if checked.verdict is not Verdict.FITS:
        login.trail.note("password.verdict", directory=directory.id, verdict=checked.verdict.value)
        raise Ended(REASON_OF[checked.verdict])
    if checked.found:
        await recognise(login, user, directory, checked.found, step=Factor.PASSWORD)
    login.proven.add(Factor.PASSWORD)
    login.trail.note("password.fits", directory=directory.id)


def _checked(directory: OpenDirectory, account: Account, typed: Typed, text: str) -> Awaitable[Checked]:
    """Return what to ask the directory: about a password, or about the answer to its own question."""
    question = read_passed_on(typed.answers.passed_on) if typed.answers else None
    if question is None:
        return directory.live.check_password(account, text)
    if question.directory != directory.id or not isinstance(directory.live, Asking):
        raise Ended(reasons.STATE_UNKNOWN)  # the user has moved to another directory meanwhile
    return directory.live.answer(account, question.key, text)
