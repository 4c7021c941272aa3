"""Why sessions end: each name has its words."""

from secondgate.accounting.causes import NAMES, NAS_REBOOTED, SAYS, in_words, name_of


def test_every_name_has_words_and_every_words_a_name() -> None:
    assert set(SAYS) == {"", NAS_REBOOTED, *NAMES.values()}
    assert len(set(SAYS.values())) == len(SAYS)


def test_codes_of_the_rfc() -> None:
    assert [name_of(code) for code in (None, 1, 4, 18)] == [
        "",
        "user-request",
        "idle-timeout",
        "host-request",
    ]


def test_a_code_of_tomorrow_is_shown_as_what_it_is() -> None:
    assert in_words(name_of(99)) == "Code 99"
