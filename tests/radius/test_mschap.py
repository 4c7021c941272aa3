"""MS-CHAP against the examples of its RFCs."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.radius import mschap
from secondgate.radius.mschap import read_response
from tests.fuzz.steady import steady
from tests.radius.packets import AUTHENTICATOR, SECRET, md5
from tests.radius.vectors import FOLDER


def vector(name: str) -> dict[str, str]:
    return json.loads((FOLDER / f"{name}.json").read_text())


V2 = vector("rfc2759_section_9_2")


def response_2(user: bytes = b"User") -> mschap.Response:
    value = bytes((7, 0)) + bytes.fromhex(V2["peer_challenge"]) + bytes(8) + bytes.fromhex(V2["answer"])
    return read_response(value, bytes.fromhex(V2["authenticator_challenge"]), version=2, user=user)


def test_rfc2759_section_9_2() -> None:
    response, text = response_2(), V2["password"].encode()
    assert response.challenge.hex() == V2["challenge"]
    assert mschap.nt_hash(text).hex() == V2["nt_hash"]
    assert response.fits(text)
    assert mschap.proof(response, mschap.hash_of_hash(text)) == b"\7" + V2["proof"].encode()


def test_rfc3079_section_3_5_3() -> None:
    send, receive = mschap.session_keys(response_2(), mschap.hash_of_hash(V2["password"].encode()))
    assert send.hex() == V2["server_send_key"]
    assert receive != send


def test_rfc2433_appendix_b_2() -> None:
    v1 = vector("rfc2433_appendix_b_2")
    text, challenge = v1["password"].encode(), bytes.fromhex(v1["challenge"])
    response = read_response(
        b"\1\1" + bytes(24) + bytes.fromhex(v1["answer"]), challenge, version=1, user=b""
    )
    assert mschap.nt_hash(text).hex() == v1["nt_hash"]
    assert response.fits(text)
    assert not response.fits(text + b"x")


def test_the_domain_before_the_name_does_not_count() -> None:
    assert response_2(b"CORP\\User").fits(b"clientPass")
    assert not response_2(b"user").fits(b"clientPass")  # the case does: it goes into the digest


@pytest.mark.parametrize("text", [b"", b"123456", "пароль".encode(), b"\xff"])
def test_another_text_just_does_not_fit(text: bytes) -> None:
    assert not response_2().fits(text)


@steady
@given(st.binary(max_size=60), st.binary(min_size=2, max_size=2))
def test_a_hidden_key_comes_back_to_whoever_has_the_secret(key: bytes, salt: bytes) -> None:
    hidden = mschap.hide_key(key, AUTHENTICATOR, SECRET, salt)
    plain, before = b"", AUTHENTICATOR + salt
    for start in range(2, len(hidden), 16):
        block = hidden[start : start + 16]
        plain += bytes(one ^ pad for one, pad in zip(block, md5(SECRET.octets + before), strict=True))
        before = block
    assert plain[1 : 1 + plain[0]] == key


@pytest.mark.parametrize("place", range(24))
def test_each_octet_of_the_answer_counts(place: int) -> None:
    right = response_2()
    spoilt = bytearray(right.answer)
    spoilt[place] ^= 1
    assert not replace(right, answer=bytes(spoilt)).fits(V2["password"].encode())
