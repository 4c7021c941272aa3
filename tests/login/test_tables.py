"""Every pair of tables that could drift apart."""

import re

from secondgate.directories.directory import Verdict
from secondgate.directories.health import SAYS_SO
from secondgate.events import names
from secondgate.listener.replies import REPLIES
from secondgate.login.close import EVENT_OF
from secondgate.login.outcome import Accept, Challenge, Refuse
from secondgate.login.password import REASON_OF
from secondgate.login.reasons import DENIED, LATER, REASONS
from secondgate.login.trail import SAYS, STEPS


def test_every_verdict_has_its_reason() -> None:
    assert set(REASON_OF) == set(Verdict) - {Verdict.FITS, Verdict.ASKS}  # it goes on after these two


def test_every_outcome_has_its_reply_and_its_event() -> None:
    assert set(REPLIES) == set(EVENT_OF) == {Accept, Challenge, Refuse}


def test_strangers_learn_the_same_whatever_was_wrong() -> None:
    assert {reason.reply for reason in REASONS.values()} == {DENIED, LATER}


def test_names_are_kebab_case() -> None:
    kebab = re.compile(r"[a-z]+(-[a-z]+)*")
    assert all(kebab.fullmatch(name) for name in REASONS)
    assert all(re.fullmatch(rf"{kebab.pattern}\.{kebab.pattern}", name) for name in names.SAYS)


def test_every_line_of_a_trail_is_of_a_step() -> None:
    assert {code.partition(".")[0] for code in SAYS} <= set(STEPS)


def test_every_step_that_asks_a_directory_tells_its_trouble() -> None:
    assert {code for code in SAYS if code.endswith((".fault", ".silent"))} == set(SAYS_SO)


def test_guesses_count_and_faults_of_ours_do_not() -> None:
    counting = {name for name, reason in REASONS.items() if reason.counts}
    assert {"unknown-user", "wrong-password", "wrong-code"} <= counting
    assert not counting & {"aws-probe", "unreadable-password", "state-unknown", "directory-down", "code-used"}
