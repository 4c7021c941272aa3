"""The end of a login: spend the proof and write the event, in one transaction."""

from dataclasses import replace
from typing import Any, Final

from secondgate.events import names
from secondgate.json_text import as_json
from secondgate.ledger.ledger import Entry, EventRow
from secondgate.ledger.reading import Factor, user_key
from secondgate.login import reasons
from secondgate.login.login import Login, hash_state
from secondgate.login.outcome import Accept, Challenge, Outcome, Refuse
from secondgate.login.typed import Typed

EVENT_OF: Final[dict[type[Outcome], str]] = {
    Accept: names.LOGIN_ACCEPTED,
    Challenge: names.LOGIN_CHALLENGED,
    Refuse: names.LOGIN_REFUSED,
}


LOST: Final = "second-factor.lost"


async def close(login: Login, typed: Typed | None, outcome: Outcome) -> Outcome:
    """Make the outcome durable, and return it.

    What the proof spends may have been spent by another login since it was read; then this one is
    refused with `code-used`. Raises LedgerError when nothing is certain.
    """
    answer = typed.answers.state_hash if typed and typed.answers else None
    event, digest, learned = _event(login, outcome), login.attempt.digest, login.attempt.learned
    if learned and not isinstance(outcome, Accept):
        learned = replace(learned, proxies=None)  # anybody may have sent it
    spends = isinstance(outcome, Accept) and outcome.proof is not None and outcome.proof.spend is not None
    lost = Refuse(reasons.CODE_USED if spends else reasons.STATE_USED)

    def if_lost() -> EventRow:
        return _event(login, lost, (LOST, {}))

    match outcome:
        case Accept(user=user, proof=proof):
            if proof:
                login.proven.add(Factor.SECOND)
            own = [user_key(user.id, factor) for factor in login.proven]
            entry = Entry(
                event,
                digest=digest,
                learned=learned,
                spend=proof.spend if proof else None,
                answer=answer,
                if_lost=if_lost,
                # Not the other factor's: who has one of them must not buy guesses at it by logging in where
                # one is enough. Nor the source's: one good account there would buy guesses at all others.
                clear=tuple(key for key in own if key in login.reading.failures),
            )
        case Challenge(user=user, policy=policy, state=state, passed_on=passed_on, counts=counts):
            ask = (
                hash_state(state), login.attempt.application.id, user.id, policy, login.attempt.at, passed_on,
            )  # fmt: skip
            fail = _counted(login, counts) if counts else ()
            entry = Entry(
                event, digest=digest, learned=learned, ask=ask, answer=answer, if_lost=if_lost, fail=fail
            )
        case Refuse(reason=reason):
            # A wrong answer closes its question: one guess a challenge.
            fail = _counted(login, reason.counts) if reason.counts else ()
            entry = Entry(event, digest=digest, learned=learned, answer=answer, fail=fail)
    if await login.ledger.commit(entry) or isinstance(outcome, Refuse):
        return outcome
    login.trail.note(LOST)
    return lost


def _counted(login: Login, factor: Factor) -> tuple[str, ...]:
    """Return the throttle's keys that a failure counts against."""
    return (user_key(login.user, factor), *login.keys) if login.user else login.keys


def _event(login: Login, outcome: Outcome, *more: tuple[str, dict[str, Any]]) -> EventRow:
    attempt = login.attempt
    reason = outcome.reason.name if isinstance(outcome, Refuse) else ""
    facts = {"login": login.shown_name, "client": attempt.client, "trail": [*login.trail.lines, *more]}
    return EventRow(
        attempt.at, EVENT_OF[type(outcome)], reason, attempt.application.id, login.user, attempt.source,
        as_json(facts),
    )  # fmt: skip
