"""The second factor: the step that asks the methods, or asks the person."""

import secrets

from secondgate.ledger.reading import Held, Person
from secondgate.login import reasons
from secondgate.login.login import Login
from secondgate.login.outcome import Challenge, Ended, Proof
from secondgate.login.typed import SAME_REQUEST, Typed
from secondgate.methods.answer import Answer, Plain
from secondgate.methods.method import Expired, Fits, Replayed
from secondgate.methods.registry import IN_BROWSER, METHODS, STAND_INS
from secondgate.policies.resolve import LoginMethod, Rule
from secondgate.vault.keyring import VaultError

PROMPT = "Enter the code from your authenticator."


async def check_second_factor(login: Login, user: Person, rule: Rule, typed: Typed) -> Proof | None:
    """Return the proof that was given; None where the policy asks for none.

    Ends the login with a challenge where the answer is still to come, or refuses it.
    """
    if rule.login is LoginMethod.PASSWORD_ONLY:
        login.trail.note("second-factor.not-asked")
        return None
    over = [one for one in user.authenticators if _is_over(one, login.attempt.at)]
    live = [one for one in user.authenticators if one not in over]
    held = [one for one in live if _takes(rule, one)]
    if rule.enrols and not live:
        login.trail.note("second-factor.to-enrol")
        return None
    if not held and (typed.answer is None or not over):
        login.trail.note("second-factor.none")
        raise Ended(reasons.NO_AUTHENTICATOR)
    if typed.answer is None or _asks(typed.answer, held):
        login.trail.note("second-factor.asked")
        raise Ended(Challenge(user, rule.mark, PROMPT, secrets.token_bytes(16)))
    # What is over is looked at all the same: the log tells a late code from a wrong one.
    return _check(login, [*held, *over], typed.answer)


def _takes(rule: Rule, held: Held) -> bool:
    """Tell whether the policy takes it: one of its methods, or what stands in for any."""
    return held.method in METHODS and (held.method in rule.methods or held.method in STAND_INS)


def _is_over(held: Held, now: float) -> bool:
    """Tell whether it stood in for a while, and the while has passed."""
    stand_in = STAND_INS.get(held.method)
    return stand_in is not None and stand_in.is_over(held.shown, held.position, now)


def _asks(answer: Answer, held: list[Held]) -> bool:
    """Tell whether it is no answer yet, but the name of a method that needs a question first."""
    return (
        isinstance(answer, Plain)
        and not answer.question
        and answer.text in IN_BROWSER
        and any(one.method == answer.text for one in held)
    )


def _check(login: Login, held: list[Held], answer: Answer) -> Proof:
    """Return the proof of the first authenticator that the answer fits."""
    used: Held | None = None
    for one in held:
        try:
            verdict = METHODS[one.method].check(one.opened(), answer, login.attempt.at)
        except VaultError:
            login.trail.note("second-factor.sealed", authenticator=one.id)
            raise Ended(reasons.SECRET_UNREADABLE) from None
        match verdict:
            case Fits():
                login.trail.note("second-factor.fits", authenticator=one.id, method=one.method)
                return Proof(one.id, one.method, verdict)
            case Replayed(position) if _same_request(login, one) and position == one.position:
                login.trail.note("second-factor.again")
                return Proof(one.id, one.method, Fits(position, at_least=position, at_most=position - 1))
            case Replayed():
                used = one
            case Expired():
                login.trail.note("second-factor.expired", authenticator=one.id, method=one.method)
                raise Ended(reasons.CODE_EXPIRED)
    if used:
        login.trail.note("second-factor.used", authenticator=used.id, method=used.method)
        raise Ended(reasons.CODE_USED)
    login.trail.note("second-factor.wrong", count=len(held))
    raise Ended(reasons.WRONG_CODE)


def _same_request(login: Login, held: Held) -> bool:
    """Tell whether this very datagram spent the code, and its answer was lost on the way."""
    return held.spent_by == login.attempt.digest and login.attempt.at - held.spent_at <= SAME_REQUEST
