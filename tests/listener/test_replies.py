"""An outcome as a packet."""

from typing import get_args

import pytest

from secondgate.ledger.reading import Person
from secondgate.ledger.snapshot import EMPTY
from secondgate.listener.protocols import Spoken
from secondgate.listener.replies import REPLIES, reply
from secondgate.listener.requests import RESERVED, to_attempt
from secondgate.login import reasons
from secondgate.login.outcome import Accept, Challenge, Outcome, Refuse
from secondgate.radius.attributes import (
    CLASS,
    PROXY_STATE,
    REPLY_MESSAGE,
    STATE,
    USER_NAME,
    USER_PASSWORD,
    Attribute,
)
from secondgate.radius.dictionary import written
from secondgate.radius.packet import MAX_LENGTH, Code
from secondgate.radius.signing import sign_reply
from tests.fuzz.paper import LAX, PaperServer, application, client
from tests.radius.packets import SECRET, octets, packet

ANN = Person("corp", "ann", "b" * 32, "ann", "Ann", "", True, "", None, "", frozenset(), ())
PAP = Spoken("PAP", typed="x")
OUTCOMES: list[Outcome] = [
    Accept(ANN, message="Welcome."), Challenge(ANN, "c" * 32, "Which code?", b"q" * 16), Refuse(reasons.WRONG_CODE)
]  # fmt: skip


def test_every_outcome_has_a_reply() -> None:
    assert set(REPLIES) == set(get_args(Outcome)) == {type(outcome) for outcome in OUTCOMES}


@pytest.mark.parametrize(
    ("outcome", "code"),
    list(zip(OUTCOMES, [Code.ACCESS_ACCEPT, Code.ACCESS_CHALLENGE, Code.ACCESS_REJECT], strict=True)),
)
def test_an_outcome_has_its_code(outcome: Outcome, code: Code) -> None:
    answer = reply(packet(), outcome, application(), PAP)
    assert (answer.code, answer.identifier, answer.authenticator) == (code, 7, packet().authenticator)


def test_who_is_let_in_gets_what_is_granted_as_far_as_it_fits() -> None:
    some = Accept(ANN, granted=(written("Class", "staff"), written("Fortinet-Group-Name", "VPN")))
    answer = reply(packet(), some, application(), PAP)
    assert answer.all(CLASS) == [(CLASS, b"staff")]


@pytest.mark.parametrize("proxied", [0, 5, 15])
def test_an_answer_has_the_room_that_is_told_of_it(proxied: int) -> None:
    asked = packet((USER_NAME, b"ann"), *[(PROXY_STATE, bytes(200))] * proxied)
    attempt = to_attempt(asked, client(), LAX, PAP, snapshot=EMPTY, digest="", at=0.0, learned=None)
    room = attempt.room
    full = Accept(ANN, message="Welcome." * 20, granted=((CLASS, bytes(198)),) * (room // 200))
    signed = sign_reply(reply(asked, full, application(), PAP), SECRET)
    assert MAX_LENGTH - RESERVED - 200 < len(signed) <= MAX_LENGTH


def test_only_a_challenge_has_a_state() -> None:
    states = [
        reply(packet((STATE, b"old")), outcome, application(), PAP).values(STATE) for outcome in OUTCOMES
    ]
    assert states == [[], [b"q" * 16], []]


@pytest.mark.parametrize("count", [0, 1, 3, 200])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_proxy_state_comes_back_unmodified_and_in_order(outcome: Outcome, count: int) -> None:
    """RFC 2865 section 5.33. An empty one and one that came twice are no exception."""
    states: list[Attribute] = [(PROXY_STATE, bytes([number]) * (number % 12)) for number in range(count)]
    asked = packet((USER_NAME, b"ann"), *states, (USER_PASSWORD, bytes(16)))
    assert reply(asked, outcome, application(), PAP).all(PROXY_STATE) == states


def test_nothing_else_of_the_request_comes_back() -> None:
    asked = packet(*((kind, b"said by the client") for kind in range(1, 256) if kind != PROXY_STATE))
    for outcome in OUTCOMES:
        assert b"said by the client" not in [
            value for _, value in reply(asked, outcome, application(), PAP).attributes
        ]


def test_a_message_may_be_empty_or_long() -> None:
    assert reply(packet(), Accept(ANN), application(), PAP).attributes == []
    parts = reply(packet(), Accept(ANN, message="é" * 200), application(), PAP).values(REPLY_MESSAGE)
    assert [part.decode() for part in parts] == ["é" * 126, "é" * 74]


def test_a_refusal_says_what_its_reason_says_to_strangers() -> None:
    told = reply(packet(), Refuse(reasons.UNKNOWN_USER), application(), PAP).values(REPLY_MESSAGE)
    assert told == reply(packet(), Refuse(reasons.WRONG_CODE), application(), PAP).values(REPLY_MESSAGE)
    assert b"".join(told).decode() == reasons.DENIED


async def test_a_request_full_of_proxy_state_is_no_fault_of_ours() -> None:
    """Its reply would not fit: no code may be spent on it, and no traceback be logged for it."""
    states = [(PROXY_STATE, bytes(251))] * 16  # 20 + 6 + 16 * 253 = 4074 octets
    paper = PaperServer()
    assert await paper.deliver(octets((USER_NAME, b"anna"), *states)) != "internal-error"
