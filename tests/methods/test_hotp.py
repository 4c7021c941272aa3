"""Codes by counter: RFC 4226."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.methods.answer import Plain
from secondgate.methods.hotp import LOOK_AHEAD, LOOK_BACK, Hotp, HotpSettings, code_at, seed
from secondgate.methods.method import Enrolled, Fits, Replayed, Verdict
from tests.fuzz.steady import steady
from tests.methods.vectors import vectors

SECRET = b"12345678901234567890"
SEED = base64.b32encode(SECRET).decode()
LAST = 100  # the counter that was used last


def check(answer: str, *, last: int = LAST, **settings: Any) -> Verdict:
    """Return what an answer is worth."""
    return Hotp().check(Enrolled("id", "Token", SECRET, settings, last), Plain(answer), now=0)


def code(counter: int, digits: int = 6) -> str:
    return code_at(SECRET, counter, digits).decode()


def test_rfc4226_appendix_d() -> None:
    read = vectors("rfc4226_appendix_d")
    for row in read["codes"]:
        secret, counter = read["secret"].encode(), row["counter"]
        assert code_at(secret, counter).decode() == row["code"]
        assert int(code_at(secret, counter, digits=10)) == row["decimal"]


@pytest.mark.parametrize("ahead", range(1, LOOK_AHEAD + 1))
def test_a_press_that_nobody_saw_is_forgiven(ahead: int) -> None:
    assert check(code(LAST + ahead)) == Fits(LAST + ahead, at_least=-1, at_most=LAST + ahead - 1)


def test_a_code_beyond_the_look_ahead_does_not_fit() -> None:
    assert check(code(LAST + LOOK_AHEAD + 1)) is None


@pytest.mark.parametrize("back", range(LOOK_BACK))
def test_a_used_code_is_told_from_a_wrong_one(back: int) -> None:
    assert check(code(LAST - back)) == Replayed(LAST - back)


def test_a_code_used_long_ago_is_just_wrong() -> None:
    assert check(code(LAST - LOOK_BACK)) is None


def test_the_first_press_fits() -> None:
    assert check("755224", last=-1) == Fits(0, at_least=-1, at_most=-1)
    assert check("755224", last=0) == Replayed(0)


def test_eight_digits() -> None:
    assert check("94287082", last=0, digits=8) == Fits(1, at_least=-1, at_most=0)
    assert check("287082", last=0, digits=8) is None
    assert check("94287082", last=0) is None


@pytest.mark.parametrize(
    "answer", ["", "0", "7552 24", "７５５２２４", "٧٥٥٢٢٤", "é", "🔑", "x" * 10_000, "\0"]
)
def test_what_is_no_code_just_does_not_match(answer: str) -> None:
    assert check(answer, last=-1) is None


@steady
@given(st.integers(-1, 2**40), st.integers(-30, 30))
def test_whatever_fits_moves_the_counter_forward(last: int, away: int) -> None:
    """And by no more than the look-ahead: what fits once never fits again."""
    verdict = check(code(max(0, last + away)), last=last)
    if isinstance(verdict, Fits):
        assert last < verdict.position <= last + LOOK_AHEAD
        assert verdict.at_least <= last <= verdict.at_most < verdict.position
        again = check(code(verdict.position), last=verdict.position)
        assert not isinstance(again, Fits)


def test_a_token_begins_at_its_counter() -> None:
    secret, shown, position = Hotp().store(HotpSettings(SEED, counter=5))
    assert (secret, shown, position) == (SECRET, {"digits": 6, "algorithm": "sha1"}, 4)
    assert check(code(5), last=position, **shown) == Fits(5, at_least=-1, at_most=4)


def test_a_negative_counter_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="counter is -1; it must be from 0"):
        Hotp().store(HotpSettings(SEED, counter=-1))


def test_a_counter_that_no_token_has_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="counter is"):
        Hotp().store(HotpSettings(SEED, counter=2**63))


@pytest.mark.parametrize(
    "written",
    [SEED, SEED.lower(), " ".join(SEED), "-".join(SEED), f" {SEED}======", SEED.rstrip("=")],
)
def test_a_seed_may_be_written_in_many_ways(written: str) -> None:
    assert seed(written) == SECRET


@pytest.mark.parametrize("written", ["0" * 32, "1" * 32, "8" * 32, "a" * 17, "a" * 30 + "!", "=a" + "a" * 30])
def test_what_is_not_base32_is_refused_in_words(written: str) -> None:
    with pytest.raises(ValueError, match="The secret is not base32: the letters A to Z"):
        seed(written)


def test_a_seed_with_other_letters_is_refused_in_our_words() -> None:
    with pytest.raises(ValueError, match="The secret is not base32: the letters A to Z"):
        seed("ä" * 32)


@pytest.mark.parametrize(("written", "size"), [("", 0), ("====", 0), ("AAAAAAAAAAAAAAA", 9)])
def test_a_seed_that_is_too_short_is_refused_in_words(written: str, size: int) -> None:
    with pytest.raises(ValueError, match=f"The secret has {size} octets; 10 are the least"):
        seed(written)


def test_half_a_character_just_does_not_match() -> None:
    """JSON can carry one: no RADIUS client, but the API's."""
    assert check("\ud800") is None
