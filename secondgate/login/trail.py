"""The trail of a login: what was looked at, what was found, what follows.

A line is a code and facts; its sentence is made when it is read. The part before the dot is the
step: packet, application, user, policy, password, second-factor, as the six marks of a row show it.
"""

from collections.abc import Mapping
from typing import Any, Final

from secondgate.events.read import Facts

SAYS: Final[dict[str, str]] = {
    "packet.read": "{client} sent a login of {login} by {protocol}.",
    "packet.answers": "It answers the question that was asked {seconds} s before.",
    "packet.unreadable": "What was typed could not be read.",
    "packet.unusable": "Nothing can be decided by it: {fault}",
    "application.found": "{client} belongs to the application {application}.",
    "application.named": "The certificate of {certificate} belongs to the application {application}.",
    "user.found": "{login} is {user} of {directory}.",
    "user.adopted": "{directory} knows {login}; from now on we know them too.",
    "user.other-name": "{directory} knows {login}: somebody whom we know by another name.",
    "user.searched": "{directory} knows nobody called {login}.",
    "user.unknown": "Nobody is called so.",
    "user.ambiguous": "{count} people are called so: {spellings} would say who.",
    "user.disabled": "The user is disabled.",
    "user.throttled": "{count} failures in a row, or logins at once: the next try counts in {seconds} s.",
    "user.probe": "The name is that of Amazon's set-up probe.",
    "policy.matched": "The policy {policy} holds: {login_method}.",
    "policy.described": "{directory} says what the application is told: {attributes}.",
    "policy.not-described": "{user} has no {attributes} in {directory}.",
    "policy.not-found": "{directory} has nobody by that name any more.",
    "policy.another-person": "{directory} has another person by that name now.",
    "policy.silent": "{directory} did not say what the application is told of them: {fault}",
    "policy.fault": "{directory} could not be asked what the application is told of them: {fault}",
    "policy.left-out": "The answer holds {count} of the attributes for this person; the others are left out.",
    "policy.no-room": "What the application is told of everybody does not fit into the answer.",
    "policy.none": "No policy of this application is for this user.",
    "password.fits": "{directory} says that the password is right.",
    "password.verdict": "{directory} says: {verdict}.",
    "password.not-asked": "The policy asks for no password.",
    "password.proven": "The password was right when the question was asked.",
    "password.passed-on": "{directory} has a question of its own, which is passed on.",
    "password.cannot-ask": "{directory} has a question of its own, and no prompt can be shown here.",
    "password.another-person": "{directory} has another person by that name now.",
    "password.silent": "{directory} did not answer: {fault}",
    "password.fault": "{directory} could not be asked: {fault}",
    "second-factor.not-asked": "The policy asks for no second factor.",
    "second-factor.asked": "The person is asked for a code.",
    "second-factor.to-enrol": "The user has no authenticator yet, and is let in to make the first one.",
    "second-factor.none": "The user has no authenticator that the policy takes.",
    "second-factor.missing": "Nothing stands behind the separator “{separator}”.",
    "second-factor.fits": "The code is that of {authenticator} ({method}).",
    "second-factor.again": "The same request was accepted with it a moment ago; it gets the same answer.",
    "second-factor.used": "The code is that of {authenticator} ({method}), but has been used already.",
    "second-factor.expired": "The code is that of {authenticator} ({method}), but it has ended.",
    "second-factor.lost": "Another login used the same code in the same moment.",
    "second-factor.wrong": "The code fits none of {count} authenticators.",
    "second-factor.rings": "{directory} is made to ask: the person chose it.",
    "second-factor.passed-on": "{directory} has a question of its own, which is passed on.",
    "second-factor.cannot-ask": "{directory} has a question of its own, and no prompt can be shown here.",
    "second-factor.server-fits": "{directory} says that it is right.",
    "second-factor.server-no": "{directory} says no.",
    "second-factor.silent": "{directory} did not answer: {fault}",
    "second-factor.fault": "{directory} could not be asked: {fault}",
    "second-factor.sealed": "The secret of {authenticator} does not open with this vault key.",
}

STEPS: Final = ("packet", "application", "user", "policy", "password", "second-factor")


class Trail:
    """The lines of one login, in the order in which they were written."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def note(self, code: str, **facts: Any) -> None:
        """Add a line. `facts` hold ids and plain values, never what was typed as a secret."""
        self.lines.append((code, facts))


def sentence(code: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence of one line; a fact that is missing shows as its name."""
    return SAYS.get(code, code).format_map(Facts(facts))
