"""Passkeys: whose signature of which question counts."""

import json
from typing import Any

import pytest

from secondgate.methods.answer import Hashed, Plain
from secondgate.methods.method import Enrolled, Fits, Replayed, Verdict
from secondgate.methods.passkey import NoPasskeys, Passkey, challenge_of, made, relying_party
from tests.methods.soft_key import SoftKey

STATE = b"the state of a question"
FIRST = b"the challenge when it was made.."


def enrolled(key: SoftKey, *, position: int | None = None) -> Enrolled:
    settings = made(key.make(FIRST), challenge=FIRST, site="localhost")
    assert settings
    secret, shown, first = Passkey().store(settings)
    return Enrolled("id", "Key", secret, shown, first if position is None else position)


def checked(held: Enrolled, text: str, *, state: bytes = STATE) -> Verdict:
    return Passkey().check(held, Plain(text, state), 0)


def test_a_signature_of_the_question_fits() -> None:
    key = SoftKey()
    assert checked(enrolled(key), key.sign(challenge_of(STATE))) == Fits(0, at_least=-1, at_most=0)


def test_a_counter_moves_on_and_never_back() -> None:
    key = SoftKey(count=7)
    held = enrolled(key)
    assert held.position == 7
    assert checked(held, key.sign(challenge_of(STATE))) == Fits(8, at_least=-1, at_most=7)
    copy = enrolled(SoftKey(count=7, _key=key._key), position=9)
    assert checked(copy, key.sign(challenge_of(STATE))) == Replayed(9)


def test_a_key_that_has_counted_goes_on_counting() -> None:
    key = SoftKey()
    assert checked(enrolled(key, position=5), key.sign(challenge_of(STATE))) == Replayed(0)


def test_another_question_s_signature_is_worth_nothing() -> None:
    key = SoftKey()
    signed = key.sign(challenge_of(STATE))
    assert checked(enrolled(key), signed, state=b"another question") is None
    assert checked(enrolled(key), signed, state=b"") is None
    assert checked(enrolled(key), key.sign(STATE)) is None


def test_another_key_s_signature_is_worth_nothing() -> None:
    key, other = SoftKey(), SoftKey()
    assert checked(enrolled(key), other.sign(challenge_of(STATE))) is None
    assert checked(enrolled(key), SoftKey(id=b"another").sign(challenge_of(STATE))) is None


@pytest.mark.parametrize(
    ("site", "origin"),
    [("localhost", "https://evil.example"), ("evil.example", "https://evil.example"),
     ("localhost", "https://sub.localhost"), ("localhost", "https://localhost@evil.example"),
     ("evil.example", "http://localhost:8000"), ("localhost", "null"), ("localhost", "")],
)  # fmt: skip
def test_another_site_s_signature_is_worth_nothing(site: str, origin: str) -> None:
    key = SoftKey()
    held = enrolled(key)
    key.site, key.origin = site, origin
    assert checked(held, key.sign(challenge_of(STATE))) is None
    assert made(key.make(FIRST), challenge=FIRST, site="localhost") is None


def test_a_digest_is_no_signature() -> None:
    assert Passkey().check(enrolled(SoftKey()), Hashed(lambda code: True), 0) is None


def broken(text: str) -> list[str]:
    given: dict[str, Any] = json.loads(text)
    some: list[Any] = [None, 7, [], {}, "", "x", "é", "AAAA", "-" * 9000]
    cut = [json.dumps({name: value for name, value in given.items() if name != gone}) for gone in given]
    parts = [
        json.dumps({**given, "response": {**given["response"], name: value}})
        for name in given["response"]
        for value in some
    ]
    whole = [json.dumps({**given, name: value}) for name in given for value in some]
    return [
        *cut,
        *parts,
        *whole,
        "{",
        "{}",
        "[]",
        "",
        "null",
        "{" * 5000,
        '{"id":' * 3000,
        "000000",
        "{" + "x" * 20_000,
    ]


def test_whatever_else_comes_is_refused_and_nothing_breaks() -> None:
    key = SoftKey()
    held, signed = enrolled(key), key.sign(challenge_of(STATE))
    harmless = ("clientExtensionResults",)  # nobody reads it
    for text in broken(signed):
        verdict = checked(held, text)
        assert verdict is None or any(name in text for name in harmless) or "clientExt" not in text, text[
            :200
        ]
    for text in broken(key.make(FIRST)):
        made(text, challenge=FIRST, site="localhost")


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1", "https://10.0.0.1", "https://[fd00::1]:8443", "http://login.example.com"]
)
def test_an_address_that_can_have_none_says_so(address: str) -> None:
    with pytest.raises(NoPasskeys):
        relying_party(address)


@pytest.mark.parametrize(
    ("address", "site"),
    [("https://login.example.com", "login.example.com"), ("http://localhost:8000", "localhost"),
     ("https://Login.Example.com:8443/x", "login.example.com")],
)  # fmt: skip
def test_an_address_by_name_can(address: str, site: str) -> None:
    assert relying_party(address) == site
