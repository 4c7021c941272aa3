"""How somebody chooses between several ways to give a second factor."""

import pytest

from secondgate.login.ways import OTHER, PROMPT, RESEND, Way, chosen, is_word, prompt_of
from secondgate.radius.attributes import REPLY_MESSAGE, text

TOTP, SERVER, RINGS = Way("totp", False), Way("radius", False), Way("radius", True)


@pytest.mark.parametrize("ways", [[TOTP], [TOTP, SERVER], [RINGS]])
def test_where_a_code_is_all_there_is_to_type_nobody_has_to_choose(ways: list[Way]) -> None:
    assert prompt_of(ways) == PROMPT


@pytest.mark.parametrize(("typed", "way"), [("1", TOTP), (" 2 ", RINGS), ("RADIUS", RINGS), ("totp", TOTP)])
def test_a_way_is_named_by_number_or_word_however_people_type(typed: str, way: Way) -> None:
    assert chosen(typed, [TOTP, RINGS], by_number=True) == way


@pytest.mark.parametrize("typed", ["3", "0", "123456", "", "radius!", "٢"])
def test_what_names_no_way_is_an_answer(typed: str) -> None:
    assert chosen(typed, [TOTP, RINGS], by_number=True) is None


def test_a_number_means_nothing_where_no_list_was_shown() -> None:
    assert chosen("2", [TOTP, RINGS], by_number=False) is None


def test_words_are_read_as_people_type_them() -> None:
    assert is_word(" Resend ", RESEND) and is_word("?", OTHER) and not is_word("resend it", RESEND)


def test_a_prompt_of_any_language_is_cut_between_characters() -> None:
    prompt = "Ключ → 鍵 🔑 " * 40
    parts = [value for _, value in text(REPLY_MESSAGE, prompt)]
    assert max(map(len, parts)) <= 253
    assert "".join(part.decode() for part in parts) == prompt
