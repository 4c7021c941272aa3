"""Codes by time: RFC 6238."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.methods.answer import Plain
from secondgate.methods.hotp import code_at
from secondgate.methods.method import Enrolled, Fits, Replayed, Verdict
from secondgate.methods.totp import Totp, TotpKey, TotpSettings, match
from tests.fuzz.steady import steady
from tests.methods.vectors import vectors

SECRET = b"12345678901234567890"
SEED = base64.b32encode(SECRET).decode()
KEY = TotpKey(SECRET)
STEP, NOW = 100, 3000.0  # the first second of step 100


def check(answer: str, *, now: float = NOW, last: int = -1, **settings: Any) -> Verdict:
    """Return what an answer is worth."""
    return Totp().check(Enrolled("id", "Phone", SECRET, settings, last), Plain(answer), now)


def code(step: int, digits: int = 6) -> str:
    return code_at(SECRET, step, digits).decode()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
def test_rfc6238_appendix_b(algorithm: Any) -> None:
    read = vectors("rfc6238_appendix_b")
    key = TotpKey(read["seeds"][algorithm].encode(), digits=8, algorithm=algorithm)
    for row in read["codes"]:
        assert match(key, Plain(row[algorithm]), now=row["time"]) == row["time"] // 30


@pytest.mark.parametrize("step", [STEP - 1, STEP, STEP + 1])
def test_a_code_one_step_early_or_late_fits(step: int) -> None:
    assert check(code(step)) == Fits(step, at_least=-1, at_most=step - 1)


@pytest.mark.parametrize("step", [STEP - 2, STEP + 2])
def test_a_code_two_steps_early_or_late_does_not_fit(step: int) -> None:
    assert check(code(step)) is None


def test_a_step_ends_with_its_last_moment() -> None:
    assert match(KEY, Plain(code(STEP - 1)), now=NOW + 29.999) == STEP - 1
    assert match(KEY, Plain(code(STEP - 1)), now=NOW + 30) is None
    assert match(KEY, Plain(code(STEP + 2)), now=NOW + 29.999) is None
    assert match(KEY, Plain(code(STEP + 2)), now=NOW + 30) == STEP + 2


@pytest.mark.parametrize("drift", [0, 1, 5])
def test_the_clocks_may_differ_by_the_drift_and_no_more(drift: int) -> None:
    fits = [s for s in range(STEP - 8, STEP + 9) if match(KEY, Plain(code(s)), now=NOW, drift=drift) == s]
    assert fits == list(range(STEP - drift, STEP + drift + 1))


def test_a_code_fits_once() -> None:
    assert check(code(STEP), last=STEP - 1) == Fits(STEP, at_least=-1, at_most=STEP - 1)
    assert check(code(STEP), last=STEP) == Replayed(STEP)


def test_an_older_code_does_not_fit_behind_a_newer_one() -> None:
    """RFC 6238 section 5.2; a code that was read over a shoulder is worth nothing."""
    assert check(code(STEP - 1), last=STEP) == Replayed(STEP - 1)
    assert check(code(STEP), last=STEP + 1) == Replayed(STEP)


def test_the_next_code_fits_behind_a_used_one() -> None:
    assert check(code(STEP + 1), last=STEP) == Fits(STEP + 1, at_least=-1, at_most=STEP)


def test_a_wrong_code_is_neither_right_nor_used() -> None:
    assert check(code(STEP + 50), last=STEP) is None


@steady
@given(st.floats(0, 2**33), st.integers(-3, 3), st.integers(-3, 3))
def test_whatever_fits_is_near_and_new(now: float, away: int, used: int) -> None:
    here = int(now) // 30
    last = max(-1, here + used)
    verdict = check(code(max(0, here + away)), now=now, last=last)
    if isinstance(verdict, Fits):
        assert abs(verdict.position - here) <= 1
        assert verdict.at_least <= last <= verdict.at_most < verdict.position
    else:
        assert abs(away) > 1 or max(0, here + away) <= last


def test_eight_digits() -> None:
    assert check("94287082", now=59, digits=8) == Fits(1, at_least=-1, at_most=0)
    assert check("287082", now=59, digits=8) is None
    assert check("94287082", now=59) is None


def test_a_period_of_a_minute() -> None:
    assert check(code(50), now=NOW, period=60) == Fits(50, at_least=-1, at_most=49)
    assert check(code(49), now=NOW + 59, period=60) == Fits(49, at_least=-1, at_most=48)
    assert check(code(49), now=NOW + 60, period=60) is None


def test_the_beginning_of_time_has_no_step_before_it() -> None:
    assert check(code(0), now=0) == Fits(0, at_least=-1, at_most=-1)
    assert check(code(1), now=0) == Fits(1, at_least=-1, at_most=0)


def test_full_width_digits_just_do_not_match() -> None:
    """People type them; `compare_digest` raises on a `str` with them."""
    wide = code(STEP).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert wide != code(STEP)
    assert check(wide) is None
    assert check("１２３４５６") is None


@pytest.mark.parametrize(
    "answer", ["", " ", "123", "1234567", "é23456", "٣٤٥٦٧٨", "🔑", "\0" * 6, "9" * 10_000]
)
def test_what_is_no_code_just_does_not_match(answer: str) -> None:
    assert check(answer) is None


@steady
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_any_answer_can_be_checked(answer: str) -> None:
    assert check(answer) is None or answer in (code(STEP - 1), code(STEP), code(STEP + 1))


def test_what_is_kept_is_what_the_app_was_told() -> None:
    settings = TotpSettings(SEED, digits=8, period=60, algorithm="sha256")
    shown = {"digits": 8, "period": 60, "algorithm": "sha256"}
    assert Totp().store(settings) == (SECRET, shown, -1)


@pytest.mark.parametrize("period", [5, 3600])
def test_a_period_may_be_from_5_seconds_to_an_hour(period: int) -> None:
    assert Totp().store(TotpSettings(SEED, period=period))[1]["period"] == period


@pytest.mark.parametrize("period", [-30, 0, 4, 3601])
def test_another_period_is_refused_in_words(period: int) -> None:
    with pytest.raises(ValueError, match=f"period is {period}; it must be from 5 to 3600 seconds"):
        Totp().store(TotpSettings(SEED, period=period))


def test_a_seed_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="The secret is not base32"):
        Totp().store(TotpSettings("not base32!"))
