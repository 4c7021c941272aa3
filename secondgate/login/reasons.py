"""Why a login was refused: the one table of reasons.

`says` is for the administrator; the facts of the trail fill its {braces}. `reply` is for the person
at the login screen, who may be a stranger: what a stranger could learn from shares one sentence.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop

from secondgate.ledger.reading import Factor


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. `name` is in events, API, metrics and docs, and never renamed."""

    name: str
    says: str
    reply: str
    counts: Factor | None = None  # as a failure by this factor, toward the throttle


DENIED: Final = gettext_noop("Sign-in failed. Check what you typed, or wait for a new code.")
LATER: Final = gettext_noop("Sign-in is not possible right now. Try again in a few minutes.")

# fmt: off
UNKNOWN_USER: Final = Reason("unknown-user", "Nobody is called {login}.", DENIED, counts=Factor.PASSWORD)
UNKNOWN_WHILE_DOWN: Final = Reason("unknown-while-down", "Nobody here is called {login}, and {directory} could not be asked: {fault}", DENIED)
AMBIGUOUS_NAME: Final = Reason("ambiguous-name", "{login} fits {count} people: type the realm too, {spellings}.", DENIED)
USER_DISABLED: Final = Reason("user-disabled", "{user} is disabled here.", DENIED)
AWS_PROBE: Final = Reason("aws-probe", "Amazon's set-up probe, not a person.", DENIED)
THROTTLED: Final = Reason("throttled", "{count} failures in a row, or logins at once: nothing is checked for another {seconds} s.", DENIED)
NO_POLICY: Final = Reason("no-policy", "No policy of {application} is for {user}.", DENIED)
UNSUPPORTED_PROTOCOL: Final = Reason("unsupported-protocol", "What was typed came by {protocol}, of which only codes can be checked, no password of a directory: set {application} to PAP, or its policy to second factor only.", DENIED)
UNREADABLE_PASSWORD: Final = Reason("unreadable-password", "What was typed is not text: most likely the shared secret of {application} is wrong.", DENIED)
UNUSABLE_REQUEST: Final = Reason("unusable-request", "{client} sent a request by which nothing can be decided: {fault}", DENIED)
NOTHING_TYPED: Final = Reason("nothing-typed", "Nothing was typed.", DENIED)
SECOND_FACTOR_MISSING: Final = Reason("second-factor-missing", "There is no code behind the password: “{separator}” and the code belong there.", DENIED, counts=Factor.PASSWORD)
WRONG_PASSWORD: Final = Reason("wrong-password", "{directory} says that the password is wrong.", DENIED, counts=Factor.PASSWORD)
NOT_IN_DIRECTORY: Final = Reason("not-in-directory", "{directory} does not know {user} any more.", DENIED, counts=Factor.PASSWORD)
ANOTHER_PERSON: Final = Reason("another-person", "{directory} has another person by that name than the one we know.", DENIED)
DIRECTORY_DISABLED: Final = Reason("directory-disabled", "{user} is disabled in {directory}.", DENIED)
DIRECTORY_LOCKED: Final = Reason("directory-locked", "{user} is locked in {directory}.", DENIED)
ACCOUNT_EXPIRED: Final = Reason("account-expired", "The account of {user} in {directory} has expired.", DENIED)
PASSWORD_EXPIRED: Final = Reason("password-expired", "The password of {user} in {directory} has expired.", DENIED)
PASSWORD_MUST_CHANGE: Final = Reason("password-must-change", "{directory} wants {user} to change the password first.", DENIED)
OUTSIDE_HOURS: Final = Reason("outside-hours", "{directory} does not let {user} in at this time.", DENIED)
NO_ROOM: Final = Reason("no-room", "What {application} is told of everybody does not fit into the answer, beside what proxies want back: grant less.", DENIED)
DIRECTORY_DOWN: Final = Reason("directory-down", "{directory} has not answered since {since}: {fault}", LATER)
DIRECTORY_FAULT: Final = Reason("directory-fault", "{directory} could not be asked: {fault}", LATER)
NO_AUTHENTICATOR: Final = Reason("no-authenticator", "{user} has no authenticator that the policy {policy} takes: enrol one.", DENIED)
WRONG_CODE: Final = Reason("wrong-code", "The code fits no authenticator of {user}.", DENIED, counts=Factor.SECOND)
DECLINED: Final = Reason("declined", "{directory} was made to ask {user}, and says no: they declined, or it cannot reach them.", DENIED, counts=Factor.SECOND)
CANNOT_ASK: Final = Reason("cannot-ask", "{directory} has a question of its own, and {application} shows no prompt: let it prompt, or let that server ask for one thing only.", DENIED)
CODE_USED: Final = Reason("code-used", "The right code, but it has been used already.", DENIED)
CODE_EXPIRED: Final = Reason("code-expired", "The right bypass code of {user}, but it has ended.", DENIED)
STATE_UNKNOWN: Final = Reason("state-unknown", "The answer belongs to no question that was asked here.", DENIED)
STATE_EXPIRED: Final = Reason("state-expired", "The answer came {seconds} s after the question.", DENIED)
STATE_USED: Final = Reason("state-used", "The question has been answered before.", DENIED)
POLICY_CHANGED: Final = Reason("policy-changed", "The policy changed between the question and the answer.", DENIED)
SECRET_UNREADABLE: Final = Reason("secret-unreadable", "The secret of {authenticator} does not open with the vault key.", LATER)
# fmt: on

REASONS: Final = {reason.name: reason for reason in list(globals().values()) if isinstance(reason, Reason)}
