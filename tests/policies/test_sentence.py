"""A policy in words."""

import pytest

from secondgate.applications.kinds import KINDS
from secondgate.methods.registry import METHODS
from secondgate.policies.resolve import LoginMethod
from secondgate.policies.sentence import LOGIN_METHODS, Said, in_words, listed

VPN, WORKSPACES = KINDS["fortigate"], KINDS["aws-workspaces"]


def text_of(said: Said) -> str:
    return "".join(part.text for part in in_words(said))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            Said(
                "WorkSpaces", WORKSPACES, [], LoginMethod.SECOND_FACTOR_ONLY, ["totp", "backup-codes"], False
            ),
            "When anyone logs in to WorkSpaces, a second factor is enough: authenticator app or backup codes. "
            "No password is checked here.",
        ),
        (
            Said("VPN", VPN, ["A", "B", "C"], LoginMethod.PASSWORD_AND_SECOND_FACTOR, ["totp"], True),
            "When anyone in A, B or C logs in to VPN, the directory checks the password. A prompt then asks for a "
            "code: authenticator app.",
        ),
        (
            Said("VPN", VPN, ["A"], LoginMethod.PASSWORD_AND_SECOND_FACTOR, ["hotp"], False, ";"),
            "When anyone in A logs in to VPN, the directory checks the password and the code typed behind it, as in "
            "password;123456: token with a button.",
        ),
        (
            Said("VPN", VPN, [], LoginMethod.PASSWORD_ONLY, [], True),
            "When anyone logs in to VPN, the directory checks the password and nothing else is asked.",
        ),
    ],
)
def test_the_sentence(said: Said, words: str) -> None:
    assert text_of(said) == words


def test_a_client_that_cannot_ask_is_not_said_to_ask() -> None:
    said = Said("W", WORKSPACES, [], LoginMethod.PASSWORD_AND_SECOND_FACTOR, list(METHODS), True)
    assert "prompt" not in text_of(said)


def test_every_login_method_has_words() -> None:
    assert set(LOGIN_METHODS) == set(LoginMethod)
    for kind in KINDS.values():
        assert {*kind.login_notes, *kind.cautions} <= set(LoginMethod)


def test_lists_read_as_people_write_them() -> None:
    assert [listed(list("abc")[:n]) for n in range(4)] == ["", "a", "a or b", "a, b or c"]


def test_a_name_s_writing_direction_stays_inside_of_it() -> None:
    said = Said("\u202egate", VPN, ["שלום"], LoginMethod.PASSWORD_ONLY, [], True)
    text = text_of(said)
    assert "\u2068\u202egate\u2069" in text
    assert "\u2068שלום\u2069" in text
