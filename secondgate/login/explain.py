"""An event of a login in words: its trail, line by line, and what followed."""

from collections.abc import Iterator
from typing import Any

from secondgate.events.read import Facts, Told, named_facts
from secondgate.login.reasons import REASONS
from secondgate.login.trail import STEPS, sentence

SHOWN = {
    "packet": "Packet",
    "application": "Application",
    "user": "User",
    "policy": "Policy",
    "password": "Password",
    "second-factor": "Second factor",
}


def explain(event: Told) -> Iterator[tuple[str, str]]:
    """Yield the step and the sentence of each line of the trail."""
    about = _about(event)
    for code, facts in event.facts.get("trail", []):
        step = code.partition(".")[0]
        assert step in STEPS
        yield SHOWN[step], sentence(code, {**about, **facts})


def why(event: Told) -> str:
    """Return why a login was refused, in a sentence; empty where none was, as of a dropped packet."""
    reason = REASONS.get(event.reason)
    if reason is None:
        return ""
    facts = _about(event)
    for _code, more in event.facts.get("trail", []):
        facts |= more
    return reason.says.format_map(Facts(facts))


def tried_event(application: str, user: str, reason: str, trail: list[Any]) -> Told:
    """Return a login that was tried through the control socket, as its event will tell it."""
    return Told(
        id=0, at="", event="", reason=reason, application=application, user=user, login=user,
        client="secondgate try", source="", facts=named_facts({"trail": trail}),
    )  # fmt: skip


def _about(event: Told) -> dict[str, Any]:
    return {
        "login": event.login,
        "application": event.application,
        "client": event.client,
        "user": event.user or event.login,
    }


def in_words(reason: str) -> str:
    """Return the name of a reason as a title: `wrong-code` is "Wrong code"."""
    text = reason.replace("-", " ").capitalize()
    return text.replace("Aws ", "AWS ")
