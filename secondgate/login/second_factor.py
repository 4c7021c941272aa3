"""The second factor: the step that asks the methods, the company's own server, or the person."""

from secondgate.ledger.reading import Factor, Held, Person
from secondgate.login import reasons
from secondgate.login.code_server import CodeServer, code_server
from secondgate.login.login import Login
from secondgate.login.outcome import Challenge, Ended, Proof
from secondgate.login.passed_on import new_state, read_passed_on
from secondgate.login.typed import SAME_REQUEST, Typed
from secondgate.login.ways import OTHER, RESEND, Way, chosen, is_word, prompt_of, ways_of
from secondgate.methods.answer import Answer, Plain
from secondgate.methods.method import Expired, Fits, Replayed
from secondgate.methods.registry import IN_BROWSER, METHODS, RADIUS, STAND_INS
from secondgate.policies.resolve import LoginMethod, Rule
from secondgate.vault.keyring import VaultError


async def check_second_factor(login: Login, user: Person, rule: Rule, typed: Typed) -> Proof | None:
    """Return the proof that was given; None where the policy asks for none.

    Ends the login with a challenge where the answer is still to come, or refuses it.
    """
    if rule.login is LoginMethod.PASSWORD_ONLY:
        login.trail.note("second-factor.not-asked")
        return None
    held: list[Held] = []
    over: list[Held] = []
    for one in user.authenticators:
        if _is_over(one, login.attempt.at):
            over.append(one)
        elif _takes(rule, one):
            held.append(one)
    server = code_server(login, user, rule)
    if rule.enrols and len(over) == len(user.authenticators):
        login.trail.note("second-factor.to-enrol")
        return None
    if not held and server is None and (typed.answer is None or not over):
        login.trail.note("second-factor.none")
        raise Ended(reasons.NO_AUTHENTICATOR)
    if typed.answer is None:
        raise _asked(login, user, rule, _ways(held, server))
    if (server or _has_browser(held)) and (
        proof := await _answered(login, user, rule, typed, _ways(held, server), server)
    ):
        return proof
    # What is over is looked at all the same: the log tells a late code from a wrong one.
    if proof := _check(login, [*held, *over], typed.answer):
        return proof
    if server and isinstance(typed.answer, Plain):
        return await server.check(typed.answer.text)
    login.trail.note("second-factor.wrong", count=len(held) + len(over))
    raise Ended(reasons.WRONG_CODE)


def _takes(rule: Rule, held: Held) -> bool:
    """Tell whether the policy takes it: one of its methods, or what stands in for any."""
    return held.method in METHODS and (held.method in rule.methods or held.method in STAND_INS)


def _is_over(held: Held, now: float) -> bool:
    """Tell whether it stood in for a while, and the while has passed."""
    stand_in = STAND_INS.get(held.method)
    return stand_in is not None and stand_in.is_over(held.shown, held.position, now)


def _has_browser(held: list[Held]) -> bool:
    return any(one.method in IN_BROWSER for one in held)


def _ways(held: list[Held], server: CodeServer | None) -> list[Way]:
    return ways_of(held, server.rings if server else None)


def _asked(login: Login, user: Person, rule: Rule, ways: list[Way]) -> Ended:
    login.trail.note("second-factor.asked")
    counts = login.counts_as(Factor.SECOND)
    return Ended(Challenge(user, rule.mark, prompt_of(ways), new_state(), counts=counts))


async def _answered(
    login: Login, user: Person, rule: Rule, typed: Typed, ways: list[Way], server: CodeServer | None
) -> Proof | None:
    """Return the proof of an answer that only the server can judge; None where it may be a code of ours.

    Ends the login with another question where the person wants one.
    """
    if not isinstance(typed.answer, Plain):
        return None
    text, listed = typed.answer.text, typed.answers is not None
    question = read_passed_on(typed.answers.passed_on) if typed.answers else None
    if listed and len(ways) > 1 and is_word(text, OTHER):
        raise _asked(login, user, rule, ways)
    if question:
        if server is None or server.id != question.directory:
            raise Ended(reasons.STATE_UNKNOWN)
        if server.rings and is_word(text, RESEND):
            return await server.ring()
        return await server.answer(question.key, text)
    way = chosen(text, ways, by_number=listed)
    if way and server and way.method == RADIUS and server.rings:
        return await server.ring()
    if way and rule.challenge:
        raise _asked(login, user, rule, [way])
    return None


def _check(login: Login, held: list[Held], answer: Answer) -> Proof | None:
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
                return Proof(one.method, (one.id, verdict))
            case Replayed(position) if _same_request(login, one) and position == one.position:
                login.trail.note("second-factor.again")
                again = Fits(position, at_least=position, at_most=position - 1)
                return Proof(one.method, (one.id, again))
            case Replayed():
                used = one
            case Expired():
                login.trail.note("second-factor.expired", authenticator=one.id, method=one.method)
                raise Ended(reasons.CODE_EXPIRED)
    if used:
        login.trail.note("second-factor.used", authenticator=used.id, method=used.method)
        raise Ended(reasons.CODE_USED)
    return None


def _same_request(login: Login, held: Held) -> bool:
    """Tell whether this very datagram spent the code, and its answer was lost on the way."""
    return held.spent_by == login.attempt.digest and login.attempt.at - held.spent_at <= SAME_REQUEST
