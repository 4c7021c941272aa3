"""Codes on paper: each good for one login."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.methods.answer import Plain
from secondgate.methods.backup_codes import (
    ALPHABET,
    COUNT,
    MOST,
    BackupCodes,
    BackupCodesSettings,
    new_codes,
    plain,
)
from secondgate.methods.method import Enrolled, Fits, Replayed, Verdict
from tests.fuzz.steady import steady

CODES = ["k7dfm-2xq9a", "abcde-fghjk", "mnpqr-stuvw"]


def store(*codes: str) -> bytes:
    """Return what is kept of these codes."""
    secret, _shown, _position = BackupCodes().store(BackupCodesSettings(list(codes)))
    return secret


def check(answer: str, used: int = 0, *codes: str) -> Verdict:
    """Return what an answer is worth; `used` are the bits of the codes that are gone."""
    return BackupCodes().check(
        Enrolled("id", "Paper", store(*(codes or CODES)), {}, used), Plain(answer), now=0
    )


def test_each_code_fits_once() -> None:
    used = 0
    for number, code in enumerate(CODES):
        assert check(code, used) == Fits(used | 1 << number, at_least=used, at_most=used)
        used |= 1 << number
        assert check(code, used) == Replayed(used)
    assert used == 0b111


def test_a_code_is_taken_only_from_where_the_others_were_read() -> None:
    """Two different codes at once would overwrite each other's bit: one login must lose, and try again."""
    first, second = check(CODES[0], 0), check(CODES[1], 0)
    assert isinstance(first, Fits)
    assert isinstance(second, Fits)
    assert first.at_least == first.at_most == second.at_least == second.at_most == 0
    assert not second.at_least <= first.position <= second.at_most


@pytest.mark.parametrize(
    "typed", ["k7dfm2xq9a", "K7DFM-2XQ9A", "k7 dfm 2xq 9a", " k-7-d-f-m-2xq9a ", "K7dfm 2xq9A"]
)
def test_case_spaces_and_hyphens_do_not_matter(typed: str) -> None:
    assert isinstance(check(typed), Fits)


@pytest.mark.parametrize(
    "typed", ["", " ", "-", "k7dfm", "k7dfm-2xq9", "k7dfm-2xq9aa", "ｋ７ｄｆｍ-２ｘｑ９ａ", "é", "🔑"]
)
def test_what_is_no_code_just_does_not_match(typed: str) -> None:
    assert check(typed) is None


def test_sixty_codes_fit_into_the_column() -> None:
    codes = [f"code-number-{number:02}" for number in range(MOST)]
    verdict = check(codes[-1], 2 ** (MOST - 1) - 1, *codes)
    assert verdict == Fits(2**MOST - 1, at_least=2 ** (MOST - 1) - 1, at_most=2 ** (MOST - 1) - 1)
    assert 2**MOST - 1 < 2**63


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        ([], "There are 0 backup codes; there must be 1 to 60"),
        ([f"{number:08}" for number in range(61)], "There are 61 backup codes; there must be 1 to 60"),
        (["abcdefg"], "1 of the backup codes have fewer than 8 characters"),
        (["abcdefgh", "a", ""], "2 of the backup codes have fewer than 8 characters"),
        (["- - - - - - - -"], "1 of the backup codes have fewer than 8 characters"),
        (["abcde-fghjk", "ABCDE FGHJK"], "Two of the backup codes are the same"),
    ],
)
def test_codes_that_cannot_be_are_refused_in_words(codes: list[str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        store(*codes)


@pytest.mark.parametrize("code", ["k7dfm-2xq9a\n", "k7dfm-2xq9a\nx", "\nk7dfm-2xq9a"])
def test_a_line_break_in_a_code_makes_no_further_code(code: str) -> None:
    """YAML's `|` ends in one; the empty code that it made would be fitted by a lone hyphen."""
    try:
        secret = store(code)
    except ValueError:
        return  # refused, in words
    paper = Enrolled("id", "Paper", secret, {}, 0)
    assert [BackupCodes().check(paper, Plain(typed), now=0) for typed in ("", " ", "-", "x")] == [None] * 4


def test_new_codes_are_new_and_can_be_kept() -> None:
    codes = new_codes()
    assert len(codes) == len(set(codes)) == COUNT
    assert set("".join(map(plain, codes))) <= set(ALPHABET)
    assert all(isinstance(check(code, 0, *codes), Fits) for code in codes)


@steady
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_answer_can_be_checked(answer: str) -> None:
    assert check(answer) is None


@steady
@given(st.integers(0, 2**COUNT - 1), st.integers(0, COUNT - 1))
def test_a_code_changes_its_own_bit_and_no_other(used: int, number: int) -> None:
    codes = [f"code-number-{n}" for n in range(COUNT)]
    verdict = check(codes[number], used, *codes)
    assert isinstance(verdict, Replayed) == bool(used & 1 << number)
    assert verdict is not None
    assert verdict.position == used | 1 << number
