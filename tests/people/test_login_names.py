"""A login name as typed, and what may be shown of it."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secondgate.people.login_names import MAX_LENGTH, Candidate, candidates, masked, normalise
from tests.fuzz.steady import steady

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=260)


@pytest.mark.parametrize(
    "typed",
    [
        "ann",
        "ANN",
        " ann ",
        "CORP\\ann",
        "corp\\Ann",
        "ann@corp.example.com",
        "Ann@CORP.Example.COM",
        "Ａｎｎ",
    ],
)
def test_the_forms_of_one_person(typed: str) -> None:
    assert candidates(typed)[0].name == "ann"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ann", [(None, "ann")]),
        ("CORP\\Ann", [("corp", "ann")]),
        ("ann@corp.example.com", [("corp.example.com", "ann"), (None, "ann@corp.example.com")]),
        ("ann@home@corp", [("corp", "ann@home"), (None, "ann@home@corp")]),
        ("corp\\ann@home", [("corp", "ann@home")]),
        ("corp\\a\\b", [("corp", "a\\b")]),
        ("@corp", [(None, "@corp")]),
        ("ann@", [(None, "ann@")]),
        ("@", [(None, "@")]),
    ],
)
def test_a_name_is_read_in_every_way_it_can_be(typed: str, read: list[tuple[str | None, str]]) -> None:
    assert candidates(typed) == tuple(Candidate(realm, name) for realm, name in read)


@pytest.mark.parametrize("typed", ["", " ", "\t", "\\", "\\ann", "corp\\", " \\ "])
def test_what_names_nobody_has_no_reading(typed: str) -> None:
    assert candidates(typed) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＮＮ", "ann"),  # width
        ("ann＠corp", "ann@corp"),
        ("corp＼ann", "corp\\ann"),
        ("Zoë", "zoe\N{COMBINING DIAERESIS}"),  # composition
        ("STRASSE", "straße"),  # case
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ﬁona", "fiona"),  # compatibility
        ("１２３", "123"),
        ("\N{IDEOGRAPHIC SPACE}ann\N{NO-BREAK SPACE}", "ann"),
    ],
)
def test_width_case_and_composition_do_not_matter(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
    assert candidates(one) == candidates(other)


@pytest.mark.parametrize(("one", "other"), [("ann", "anna"), ("аnn", "ann"), ("zoe", "zoë"), ("a b", "ab")])
def test_other_names_stay_other_names(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@steady
@given(ANY_TEXT)
@example("ǰ")  # its lower case is two characters, which compose again
def test_normal_is_normal(typed: str) -> None:
    once = normalise(typed)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFKC", once)
    assert once == once.strip()


@steady
@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_the_short_way_for_ascii_is_the_long_way(typed: str) -> None:
    whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold()).strip()
    assert normalise(typed) == whole


@steady
@given(ANY_TEXT)
def test_any_name_can_be_read(typed: str) -> None:
    for one in candidates(typed):
        assert 0 < len(one.name) <= MAX_LENGTH
        assert one.realm is None or 0 < len(one.realm) <= MAX_LENGTH
        assert one.name == normalise(typed) or one.realm


@pytest.mark.parametrize("typed", ["a" * 256, "corp\\" + "a" * 255, "ﷺ" * 84])
def test_a_name_that_no_column_holds_is_nobodys(typed: str) -> None:
    """The last one has 252 octets, but 18 characters each once it is normal."""
    assert candidates(typed) == ()


def test_the_longest_name_is_read() -> None:
    assert candidates("a" * 255) == (Candidate(None, "a" * 255),)


@pytest.mark.parametrize("typed", ["ann\0", "\0", "a\0nn", "corp\0\\ann", "corp\\ann\0", "ann@corp\0"])
def test_a_name_with_nul_is_nobodys(typed: str) -> None:
    """One in a batch of questions to PostgreSQL fails them all: nobody else would get in either."""
    assert candidates(typed) == ()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", "…"),
        ("a", "…"),
        ("abcd", "…"),
        ("abcde", "ab…"),
        ("hunter2-my-password", "hu…"),
        ("🔑🔑🔑🔑🔑", "🔑🔑…"),
    ],
)
def test_a_name_that_is_nobodys_is_masked(typed: str, shown: str) -> None:
    assert masked(typed) == shown


@steady
@given(st.text(max_size=300))
def test_a_mask_never_shows_more_than_two_characters(typed: str) -> None:
    shown = masked(typed).removesuffix("…")
    assert typed.startswith(shown)
    assert len(shown) <= 2
    assert not shown or len(typed) - len(shown) >= 3
