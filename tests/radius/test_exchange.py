"""A client's side: which datagram answers a request."""

from dataclasses import replace

import pytest

from secondgate.radius import exchange
from secondgate.radius.attributes import MESSAGE_AUTHENTICATOR
from secondgate.radius.packet import Code, decode
from secondgate.radius.signing import (
    Secret,
    check_accounting,
    check_request,
    sign_accounting_reply,
    sign_reply,
)
from tests.radius.packets import SECRET


def test_a_request_is_signed_and_its_reply_taken() -> None:
    asked = exchange.access("ann", "123456", SECRET)
    assert check_request(asked.datagram, decode(asked.datagram), SECRET, required=True)
    reply = asked.reply(sign_reply(asked.packet.answer(Code.ACCESS_ACCEPT), SECRET))
    assert reply is not None and reply.code == Code.ACCESS_ACCEPT


def test_a_reply_of_a_stranger_or_to_another_request_is_none() -> None:
    asked, other = exchange.access("ann", "1", SECRET), exchange.access("ann", "1", SECRET)
    accept = sign_reply(asked.packet.answer(Code.ACCESS_ACCEPT), SECRET)
    assert other.reply(accept) is None
    assert asked.reply(sign_reply(asked.packet.answer(Code.ACCESS_ACCEPT), Secret(b"another"))) is None
    for cut in range(len(accept)):
        assert asked.reply(accept[:cut]) is None
    for place in range(len(accept)):
        assert asked.reply(accept[:place] + bytes((accept[place] ^ 1,)) + accept[place + 1 :]) is None


def test_a_reply_without_message_authenticator_is_taken_only_where_that_was_said() -> None:
    asked = exchange.access("ann", "1", SECRET)
    old = sign_accounting_reply(asked.packet.answer(Code.ACCESS_ACCEPT), SECRET)  # as before 2024
    assert MESSAGE_AUTHENTICATOR not in dict(decode(old).attributes)
    assert asked.reply(old) is None
    assert asked.reply(old, must_sign=False) is not None


def test_an_accounting_request_has_its_authenticator() -> None:
    asked = exchange.accounting([(40, bytes(4))], SECRET)
    check_accounting(asked.datagram, decode(asked.datagram), SECRET)
    answer = replace(asked.packet.answer(Code.ACCOUNTING_RESPONSE))
    assert asked.reply(sign_accounting_reply(answer, SECRET)) is not None


@pytest.mark.parametrize("typed", ["x" * 129])
def test_what_cannot_be_sent_is_said(typed: str) -> None:
    with pytest.raises(ValueError, match="128 are the most"):
        exchange.access("ann", typed, SECRET)
