"""A login in six marks, one a step: passed, skipped, stopped, waiting, or not reached."""

from typing import Final

from secondgate.events import names
from secondgate.events.read import Told
from secondgate.login.trail import STEPS

PASSED: Final = "passed"
SKIPPED: Final = "skipped"
STOPPED: Final = "stopped"
WAITING: Final = "waiting"
NOT_REACHED: Final = "not reached"

SKIPS: Final = frozenset({"password.not-asked", "second-factor.not-asked", "second-factor.to-enrol"})

# Packets that came to no login.
UNANSWERED: Final = {
    names.CLIENT_UNKNOWN: {"packet": PASSED, "application": STOPPED},
    names.PACKET_DROPPED: {"packet": STOPPED},
}

ENDS: Final = {names.LOGIN_REFUSED: STOPPED, names.LOGIN_CHALLENGED: WAITING}

# Where a login ended that its last line does not tell: these reasons follow from the packet alone, or
# from what stands in the policy now.
ENDED_AT: Final = {
    "unsupported-protocol": "packet",
    "nothing-typed": "packet",
    "state-unknown": "packet",
    "state-expired": "packet",
    "state-used": "packet",
    "policy-changed": "policy",
}


def marks(event: Told) -> dict[str, str]:
    """Return the state of each step; empty for what is no login."""
    if event.event in UNANSWERED:
        return {step: UNANSWERED[event.event].get(step, NOT_REACHED) for step in STEPS}
    codes = [code for code, _facts in event.facts.get("trail", [])]
    if not codes:
        return {}
    said = dict.fromkeys(STEPS, NOT_REACHED)
    for code in codes:
        said[_step(code)] = SKIPPED if code in SKIPS else PASSED
    if event.event in ENDS:
        said[ENDED_AT.get(event.reason) or _step(codes[-1])] = ENDS[event.event]
    return said


def states(event: Told) -> list[str]:
    """Return the state of each line of the trail."""
    codes = [code for code, _facts in event.facts.get("trail", [])]
    said = [SKIPPED if code in SKIPS else PASSED for code in codes]
    if codes and event.event in ENDS and event.reason not in ENDED_AT:
        said[-1] = ENDS[event.event]
    return said


def _step(code: str) -> str:
    return code.partition(".")[0]
