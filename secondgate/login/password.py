"""The first factor: the step that asks the user's directory."""

from typing import Final

from secondgate.directories import entries
from secondgate.directories.directory import Account, Verdict
from secondgate.ledger.reading import Person
from secondgate.login import reasons
from secondgate.login.health import asked
from secondgate.login.login import Login, written
from secondgate.login.outcome import Ended
from secondgate.login.reasons import Reason
from secondgate.login.typed import Typed

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


async def check_password(login: Login, user: Person, typed: Typed) -> None:
    """Return when the password is right, or none is asked for; end the login otherwise."""
    if typed.password is None:
        login.trail.note("password.proven" if typed.answers else "password.not-asked")
        return
    # Every person is some directory's: `find_user` took only those of this application's.
    directory = login.attempt.snapshot.directories[user.directory or ""]
    login.has_asked = True
    account = Account(user.login, user.password_hash)
    checked = await asked(login, directory, directory.live.check_password(account, typed.password))
    if checked.verdict is not Verdict.FITS:
        login.trail.note("password.verdict", directory=directory.id, verdict=checked.verdict.value)
        raise Ended(REASON_OF[checked.verdict])
    if checked.found and user.external_id != checked.found.external_id:
        if user.external_id:
            login.trail.note("password.another-person", directory=directory.id)
            raise Ended(reasons.ANOTHER_PERSON)
        await written(entries.link(user.id, checked.found))
    login.trail.note("password.fits", directory=directory.id)
