"""What was typed, taken apart as the policy says: a password, an answer, or both."""

from dataclasses import field
from typing import Final

from secondgate.frozen import frozen
from secondgate.ledger.reading import Asked, Factor
from secondgate.login import reasons
from secondgate.login.login import Login
from secondgate.login.outcome import Ended
from secondgate.login.passed_on import read_passed_on
from secondgate.methods.answer import Answer, Hashed, Plain
from secondgate.policies.resolve import LoginMethod, Rule

ANSWER_WITHIN: Final = 120  # seconds; FortiGate and Cisco wait for a minute at the most by default
SAME_REQUEST: Final = 30  # seconds in which the identical datagram gets the same answer; DESIGN section 2


@frozen
class Typed:
    """What is to be checked. `answers` is the question that it belongs to, ours or a directory's."""

    password: str | None = field(repr=False)
    answer: Answer | None = field(repr=False)
    answers: Asked | None = None


def check_usable(login: Login) -> None:
    """End the login where nothing can be decided by the request, whoever it is about."""
    if login.attempt.fault:
        login.trail.note("packet.unusable", fault=login.attempt.fault.says)
        raise Ended(reasons.UNUSABLE_REQUEST)


def read_typed(login: Login, rule: Rule) -> Typed:
    """Return the password and the answer in what was typed.

    Ends the login for what cannot be read, for an answer to no valid question, and where the
    appended code is missing.
    """
    if login.attempt.hashed:
        return _hashed(login, rule, login.attempt.hashed)
    text = _text(login)
    if login.attempt.state:
        question = _question_of(login, rule)
        if asks_for_password(question):
            return Typed(text, None, question)
        return Typed(None, Plain(text, login.attempt.state), question)
    match rule.login:
        case LoginMethod.PASSWORD_ONLY:
            return Typed(text, None)
        case LoginMethod.SECOND_FACTOR_ONLY:
            return Typed(None, Plain(text))
        case LoginMethod.PASSWORD_AND_SECOND_FACTOR:
            return Typed(text, None) if rule.challenge else _appended(login, text)


def _hashed(login: Login, rule: Rule, answer: Hashed) -> Typed:
    """Return an answer that came as a digest: codes can be tried on it, a directory's password cannot."""
    if login.attempt.state:
        question = _question_of(login, rule)
        if question.passed_on:
            raise Ended(reasons.UNSUPPORTED_PROTOCOL)
        return Typed(None, answer, question)
    if rule.login is LoginMethod.SECOND_FACTOR_ONLY:
        return Typed(None, answer)
    raise Ended(reasons.UNSUPPORTED_PROTOCOL)


def asks_for_password(question: Asked) -> bool:
    """Tell whether it is the directory that asks, about the first factor."""
    asker = read_passed_on(question.passed_on)
    return asker is not None and asker.factor == Factor.PASSWORD


def _text(login: Login) -> str:
    attempt = login.attempt
    if attempt.typed is None and attempt.protocol != "PAP":
        raise Ended(reasons.UNSUPPORTED_PROTOCOL)
    if attempt.typed is None:
        raise Ended(reasons.UNREADABLE_PASSWORD)
    if not attempt.typed:
        raise Ended(reasons.NOTHING_TYPED)
    return attempt.typed


def _appended(login: Login, text: str) -> Typed:
    """Split `password,code` at the last separator: a password may hold one, a code does not."""
    separator = login.attempt.application.separator
    password, found, answer = text.rpartition(separator)
    if not found or not password or not answer.strip():
        login.trail.note("second-factor.missing", separator=separator)
        raise Ended(reasons.SECOND_FACTOR_MISSING)
    return Typed(password, Plain(answer))


def _question_of(login: Login, rule: Rule) -> Asked:
    """Return the question that the State belongs to, if this answer may still be given to it."""
    asked, attempt = login.reading.challenge, login.attempt
    if asked is None or (asked.application, asked.user) != (attempt.application.id, login.user):
        raise Ended(reasons.STATE_UNKNOWN)
    seconds = int(attempt.at - asked.asked_at)
    login.trail.note("packet.answers", seconds=seconds)
    if asked.answered_by and not (
        asked.answered_by == attempt.digest and seconds <= ANSWER_WITHIN + SAME_REQUEST
    ):
        raise Ended(reasons.STATE_USED)
    if seconds > ANSWER_WITHIN + (SAME_REQUEST if asked.answered_by else 0):
        raise Ended(reasons.STATE_EXPIRED)
    if asked.policy != rule.mark:
        raise Ended(reasons.POLICY_CHANGED)
    return asked
