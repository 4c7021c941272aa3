"""A question that is not ours: a directory asks it, we carry it to the person and the answer back.

It becomes a challenge like our own, with a State of ours; its row says whose question it is. The directory's
prompt is shown and not kept: it may name a phone number.
"""

import secrets
from typing import Final

from secondgate.directories.directory import Question
from secondgate.frozen import frozen
from secondgate.json_text import as_json, from_json
from secondgate.ledger.reading import Factor, Person
from secondgate.login import reasons
from secondgate.login.login import Login
from secondgate.login.outcome import Challenge, Ended
from secondgate.policies.resolve import Rule

PROMPT_MOST: Final = 900  # octets: a packet full of Proxy-State has room for as many
NO_PROMPT: Final = "One more answer is needed."


@frozen
class PassedOn:
    """Whose question it is: of which factor, the directory's id, and what it finds its question by."""

    factor: str
    directory: str
    key: str


def read_passed_on(text: str) -> PassedOn | None:
    """Return what a challenge's row says; None where the question is our own."""
    return PassedOn(*from_json(text)) if text else None


def pass_on(
    login: Login, user: Person, rule: Rule, factor: Factor, directory: str, question: Question
) -> Ended:
    """Return the end of a login whose directory asks; refused where the application can show no question."""
    if not rule.challenge:
        login.trail.note(f"{factor}.cannot-ask", directory=directory)
        return Ended(reasons.CANNOT_ASK)
    login.trail.note(f"{factor}.passed-on", directory=directory)
    prompt = question.prompt.encode()[:PROMPT_MOST].decode(errors="ignore") or NO_PROMPT
    asker = as_json([factor, directory, question.key])
    counts = login.counts_as(factor)
    return Ended(Challenge(user, rule.mark, prompt, new_state(), asker, counts))


def new_state() -> bytes:
    """Return a State that nobody can guess."""
    return secrets.token_bytes(16)
