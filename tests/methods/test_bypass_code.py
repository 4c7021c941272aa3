"""Bypass codes: for a while, and for so many logins."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.methods.answer import Plain
from secondgate.methods.backup_codes import ALPHABET, plain
from secondgate.methods.bypass_code import LENGTH, BypassCode, BypassCodeSettings, ends_at, new_code
from secondgate.methods.method import Enrolled, Expired, Fits, Replayed, Verdict
from tests.fuzz.steady import steady

CODE = "k7df-2xq9"
UNTIL = "2027-01-15T08:00:00+00:00"
END = datetime(2027, 1, 15, 8, tzinfo=UTC).timestamp()


def enrolled(used: int = 0, **more: Any) -> Enrolled:
    secret, shown, _ = BypassCode().store(BypassCodeSettings(**{"code": CODE, "until": UNTIL, **more}))
    return Enrolled("id", "Bypass code", secret, shown, used)


def check(answer: str, now: float = END - 1, used: int = 0, **more: Any) -> Verdict:
    return BypassCode().check(enrolled(used, **more), Plain(answer), now)


@pytest.mark.parametrize("typed", [CODE, "K7DF2XQ9", " k7 df-2xq9 "])
def test_it_fits_as_people_type_it(typed: str) -> None:
    assert check(typed) == Fits(1, at_least=0, at_most=0)


@pytest.mark.parametrize("typed", ["", "-", "k7df", "k7df-2xq8", "k7df-2xq99", "é", "🔑"])
def test_nothing_else_fits(typed: str) -> None:
    assert check(typed) is None


def test_it_ends_at_its_time_and_not_before() -> None:
    assert isinstance(check(CODE, now=END - 0.001), Fits)
    assert check(CODE, now=END) == Expired()
    assert check("k7df-2xq8", now=END) is None


def test_it_serves_one_login_unless_it_was_made_for_more() -> None:
    assert check(CODE, used=1) == Replayed(1)
    assert check(CODE, used=2, uses=3) == Fits(3, at_least=2, at_most=2)
    assert check(CODE, used=3, uses=3) == Replayed(3)
    assert check(CODE, used=500, uses=0) == Fits(501, at_least=500, at_most=500)


def test_it_is_over_by_time_or_by_use() -> None:
    shown, method = enrolled().settings, BypassCode()
    assert not method.is_over(shown, 0, END - 1)
    assert method.is_over(shown, 0, END)
    assert method.is_over(shown, 1, END - 1)


def test_a_time_without_a_zone_is_utc() -> None:
    assert ends_at({"until": "2027-01-15 08:00"}).timestamp() == END


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"code": "short"}, "has 8 letters and digits or more"),
        ({"code": "k7df_2xq9"}, "and nothing else"),
        ({"until": "tomorrow"}, "until is “tomorrow”; it must be a date and a time"),
        ({"uses": -1}, "uses is -1; it must be from 0"),
    ],
)
def test_what_cannot_be_is_refused_in_words(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        enrolled(**wrong)


def test_the_same_code_again_has_served_what_it_has_served() -> None:
    known, method = enrolled(used=1), BypassCode()
    assert method.carry(known, known.secret, known.settings, 0) == 1
    assert method.carry(known, b"another-one", known.settings, 0) == 0


def test_a_new_code_can_be_read_out_and_kept() -> None:
    code = new_code()
    assert len(plain(code)) == LENGTH
    assert set(plain(code)) <= set(ALPHABET)
    assert isinstance(check(code, code=code), Fits)


@steady
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_answer_can_be_checked(answer: str) -> None:
    assert check(answer) is None
