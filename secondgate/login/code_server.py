"""The method `radius`: a server of the company's that checks codes, for people of any directory.

It is the first of the application's directories that can. What it accepts is used up there, not here.
"""

from collections.abc import Awaitable

from secondgate.directories.directory import Account, Asking, Checked, Verdict
from secondgate.ledger.reading import Factor, Person
from secondgate.ledger.snapshot import Application, OpenDirectory, Snapshot
from secondgate.login import reasons
from secondgate.login.health import asked
from secondgate.login.login import Login
from secondgate.login.outcome import Ended, Proof
from secondgate.login.passed_on import pass_on
from secondgate.login.reasons import Reason
from secondgate.methods.registry import RADIUS
from secondgate.policies.resolve import Rule


class CodeServer:
    """The server, asked about one login."""

    def __init__(
        self, login: Login, user: Person, rule: Rule, directory: OpenDirectory, live: Asking
    ) -> None:
        self._login, self._user, self._rule = login, user, rule
        self._directory, self._live = directory, live
        self._account = Account(user.login)

    @property
    def id(self) -> str:
        """The directory's id."""
        return self._directory.id

    @property
    def rings(self) -> bool:
        """Whether it can be made to ask by itself."""
        return self._live.rings

    async def check(self, code: str) -> Proof:
        """Return the proof that a code is; end the login otherwise."""
        return await self._proof(self._live.check_code(self._account, code), reasons.WRONG_CODE)

    async def ring(self) -> Proof:
        """Make the server ask: return the proof where it needs no answer here, end the login otherwise."""
        self._login.trail.note("second-factor.rings", directory=self.id)
        return await self._proof(self._live.ring(self._account), reasons.DECLINED)

    async def answer(self, key: str, text: str) -> Proof:
        """Return the proof that an answer to the server's question is; end the login otherwise."""
        return await self._proof(self._live.answer(self._account, key, text), reasons.WRONG_CODE)

    async def _proof(self, question: Awaitable[Checked], no: Reason) -> Proof:
        login = self._login
        login.asked.add(Factor.SECOND)
        checked = await asked(login, self._directory, question, step=Factor.SECOND)
        if checked.question:
            raise pass_on(login, self._user, self._rule, Factor.SECOND, self.id, checked.question)
        if checked.verdict is not Verdict.FITS:
            login.trail.note("second-factor.server-no", directory=self.id)
            raise Ended(no)
        login.trail.note("second-factor.server-fits", directory=self.id)
        return Proof(RADIUS)


def code_server(login: Login, user: Person, rule: Rule) -> CodeServer | None:
    """Return the server whose codes a policy takes; None where it takes none, or there is no server."""
    if RADIUS not in rule.methods:
        return None
    directory = code_directory(login.attempt.snapshot, login.attempt.application)
    if directory is None or not isinstance(directory.live, Asking):
        return None
    return CodeServer(login, user, rule, directory, directory.live)


def code_directory(snapshot: Snapshot, application: Application) -> OpenDirectory | None:
    """Return the first of the application's directories that checks codes, if one does."""
    found = (one for one in snapshot.directories_of(application) if isinstance(one.live, Asking))
    return next(found, None)
