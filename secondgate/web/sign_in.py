"""A browser's way to the login decision: the same `decide` as for RADIUS, under rules of our own.

Sign-in takes the password, then a second factor. Who has none yet comes in by password alone, to make
the first one: the console stays closed to them until then. To confirm takes a second factor only, and to
change the password takes the one of now.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass, replace
from typing import Final

from asgiref.sync import async_to_sync
from django.http import HttpRequest

from secondgate.applications.kinds import WEB, WEB_ID
from secondgate.ledger.ledger import Ledger
from secondgate.ledger.snapshot import Application
from secondgate.login.attempt import Attempt
from secondgate.login.decide import decide
from secondgate.login.login import SnapshotChanged
from secondgate.login.outcome import Outcome, Refuse
from secondgate.methods.registry import METHODS
from secondgate.people.models import User
from secondgate.policies.resolve import LoginMethod, Rule
from secondgate.radius.signing import Secret
from secondgate.web.visitor import source_of

# As at the RADIUS door: a refusal leaves at the next multiple of this many seconds, so that the time
# it took tells nothing.
PACE: Final = 0.25

SIGN_IN: Final = Rule(
    id=WEB_ID.hex, name=WEB.title, groups=frozenset(), login=LoginMethod.PASSWORD_AND_SECOND_FACTOR,
    methods=tuple(METHODS), challenge=True, enrols=True,
)  # fmt: skip
KNOWS: Final = replace(SIGN_IN, login=LoginMethod.PASSWORD_ONLY, enrols=False)
CONFIRM: Final = replace(SIGN_IN, login=LoginMethod.SECOND_FACTOR_ONLY, enrols=False)


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form. `state` is that of the question which it answers, if it answers one."""

    login_name: str
    answer: str
    state: bytes = b""


def sign_in(request: HttpRequest, typed: Typed, *, rule: Rule = SIGN_IN) -> Outcome:
    """Return how a sign-in ends. Raises LedgerError when that cannot be made durable."""
    # ASGI's scope carries the ledger of this process (see asgi.Web).
    ledger: Ledger = request.scope["ledger"]  # type: ignore[attr-defined]
    return async_to_sync(_decide)(ledger, typed, rule, source_of(request))


async def _decide(ledger: Ledger, typed: Typed, rule: Rule, source: str) -> Outcome:
    began = time.monotonic()
    while True:
        snapshot = await ledger.refresh()
        attempt = Attempt(
            snapshot=snapshot,
            application=Application(
                id=WEB_ID.hex, name=WEB.title, kind=WEB, secret=Secret(b""), message_authenticator="off",
                challenge=True, separator=",", directories=(), rules=(rule,),
            ),
            client="browser",
            login_name=typed.login_name,
            typed=typed.answer,
            digest=ledger.mark(secrets.token_bytes(16)),  # no two clicks are the same request
            at=time.time(),
            protocol="HTTP",
            source=source,
            state=typed.state,
        )  # fmt: skip
        try:
            outcome = await decide(attempt, ledger)
        except SnapshotChanged:
            continue
        if isinstance(outcome, Refuse):
            await asyncio.sleep(-(time.monotonic() - began) % PACE)
        return outcome


def own_name(user: User) -> str:
    """Return a login name that finds this user and nobody else."""
    name = user.login_names.order_by("pk").first()
    if name is None:
        return user.login
    return f"{name.realm}\\{name.name}" if name.realm else name.name
