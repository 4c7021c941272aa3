"""An Access-Request as an attempt."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.ledger.snapshot import EMPTY
from secondgate.listener.requests import read_request, to_attempt
from secondgate.login.attempt import Attempt
from secondgate.radius import attributes as a
from secondgate.radius import drops
from secondgate.radius.attributes import Attribute, VendorAttribute, vendor_specific
from secondgate.radius.drops import Drop, Dropped
from secondgate.radius.hiding import hide
from secondgate.radius.packet import Packet
from secondgate.radius.signing import Secret
from tests.fuzz.paper import client
from tests.fuzz.steady import steady
from tests.radius.packets import AUTHENTICATOR, PACKETS, SECRET, packet

NAME: Attribute = (a.USER_NAME, b"ann")
CHAP: Attribute = (a.CHAP_PASSWORD, bytes(17))
EAP: Attribute = (a.EAP_MESSAGE, bytes(5))
MS_CHAP = vendor_specific(VendorAttribute(311, 1, b"\1\1" + bytes(48)))
MS_CHAP_V2 = vendor_specific(VendorAttribute(311, 25, bytes(50)))
MS_CHALLENGE_1 = vendor_specific(VendorAttribute(311, 11, bytes(8)))
MS_CHALLENGE_2 = vendor_specific(VendorAttribute(311, 11, bytes(16)))
OTHER_VENDOR = vendor_specific(VendorAttribute(9, 1, bytes(50)))


def pap(password: bytes, secret: Secret = SECRET) -> Attribute:
    return a.USER_PASSWORD, hide(password, AUTHENTICATOR, secret)


def attempt(*attributes: Attribute, **client_is: Any) -> Attempt:
    """Return what a request with these attributes attempts."""
    speaks = client(**client_is)
    request = packet(*attributes)
    spoken = read_request(request, speaks.application.secret, is_authentic=False)
    return to_attempt(
        request, speaks, "10.0.0.1", spoken, snapshot=EMPTY, digest="mark", at=5.0, learned=None
    )


def why_dropped(*attributes: Attribute) -> Drop:
    with pytest.raises(Dropped) as caught:
        attempt(*attributes)
    return caught.value.drop


def test_a_request_says_who_wants_what_from_where() -> None:
    said = attempt(
        NAME, pap(b"123456"), (a.CALLING_STATION_ID, b"192.0.2.7"), (a.NAS_IDENTIFIER, b"gate-1"),
        (a.STATE, b"question"),
    )  # fmt: skip
    assert (said.login_name, said.typed, said.protocol) == ("ann", "123456", "PAP")
    assert (said.client, said.source, said.facts) == ("10.0.0.1", "192.0.2.7", {"nas": "gate-1"})
    assert (said.state, said.digest, said.at) == (b"question", "mark", 5.0)


def test_what_is_not_said_is_empty() -> None:
    said = attempt(NAME)
    assert (said.typed, said.source, said.state, said.facts) == ("", "", b"", {})


@pytest.mark.parametrize(
    ("attributes", "protocol"),
    [
        ([], "PAP"), ([pap(b"x")], "PAP"), ([CHAP], "CHAP"), ([EAP], "EAP"), ([EAP, EAP, EAP], "EAP"),
        ([MS_CHALLENGE_1, MS_CHAP], "MS-CHAP"), ([MS_CHAP_V2, MS_CHALLENGE_2], "MS-CHAPv2"),
        ([pap(b"x"), MS_CHALLENGE_1, OTHER_VENDOR], "PAP"),
    ],
)  # fmt: skip
def test_the_protocol_is_that_of_the_password(attributes: list[Attribute], protocol: str) -> None:
    assert attempt(NAME, *attributes).protocol == protocol


@pytest.mark.parametrize("came", [[CHAP], [MS_CHALLENGE_1, MS_CHAP], [MS_CHALLENGE_2, MS_CHAP_V2]])
def test_of_a_digest_nothing_can_be_read_but_codes_can_be_tried(came: list[Attribute]) -> None:
    said = attempt(NAME, *came)
    assert said.typed is None
    assert said.hashed is not None and not said.hashed.fits(b"123456")


def test_eap_is_neither() -> None:
    said = attempt(NAME, EAP)
    assert (said.typed, said.hashed, said.protocol) == (None, None, "EAP")


@pytest.mark.parametrize(
    ("came", "drop"),
    [
        ([(a.CHAP_PASSWORD, bytes(16))], drops.BAD_CHAP_LENGTH), ([MS_CHAP], drops.BAD_CHAP_LENGTH),
        ([MS_CHALLENGE_2, MS_CHAP], drops.BAD_CHAP_LENGTH), ([MS_CHALLENGE_1, MS_CHAP_V2], drops.BAD_CHAP_LENGTH),
        ([MS_CHALLENGE_1, vendor_specific(VendorAttribute(311, 1, bytes(50)))], drops.LAN_MANAGER_ONLY),
    ],
)  # fmt: skip
def test_a_digest_that_cannot_be_is_dropped(came: list[Attribute], drop: Drop) -> None:
    assert why_dropped(NAME, *came) is drop


@pytest.mark.parametrize("second", [pap(b"x"), CHAP, EAP, MS_CHAP, MS_CHAP_V2])
@pytest.mark.parametrize("first", [pap(b"x"), CHAP, MS_CHAP, MS_CHAP_V2])
def test_two_passwords_are_dropped(first: Attribute, second: Attribute) -> None:
    assert why_dropped(NAME, first, second) is drops.TWO_PASSWORDS


@pytest.mark.parametrize("attributes", [[], [pap(b"x")], [(a.USER_NAME, b"")]])
def test_a_request_without_a_user_is_dropped(attributes: list[Attribute]) -> None:
    assert why_dropped(*attributes) is drops.NO_USER_NAME


@pytest.mark.parametrize("size", [0, 15, 17, 144, 253])
def test_a_password_of_an_impossible_length_is_dropped(size: int) -> None:
    assert why_dropped(NAME, (a.USER_PASSWORD, bytes(size))) is drops.BAD_PASSWORD_LENGTH


@pytest.mark.parametrize("password", ["123456", " pass word ", "päss", "пароль", "１２３", "🔑", "a,b\\c@d"])
def test_what_was_typed_arrives_as_it_was(password: str) -> None:
    assert attempt(NAME, pap(password.encode())).typed == password


@pytest.mark.parametrize(
    "password", ["no\N{NO-BREAK SPACE}break", "　wide", "👩‍💻 at work", "so\N{SOFT HYPHEN}ft"]
)
def test_uncommon_characters_arrive_as_they_were(password: str) -> None:
    """A Mac types a no-break space with Option and space; the shared secret is not to blame."""
    assert attempt(NAME, pap(password.encode())).typed == password


@pytest.mark.parametrize("password", [b"\xff\xfe", "é".encode()[:1], b"a\0b", b"a\nb", b"\x1b[2J", b"\x7f"])
def test_what_is_no_text_cannot_be_read(password: bytes) -> None:
    assert attempt(NAME, pap(password)).typed is None


def test_another_secret_makes_a_password_unreadable() -> None:
    assert attempt(NAME, pap(b"a-password-of-ann", Secret(b"another"))).typed is None


def test_an_empty_password_is_nothing_typed() -> None:
    assert attempt(NAME, pap(b"")).typed == ""


def test_a_name_that_is_not_utf8_is_shown_with_marks() -> None:
    assert attempt((a.USER_NAME, b"Zo\xeb")).login_name == "Zo\N{REPLACEMENT CHARACTER}"
    assert attempt((a.USER_NAME, "Zoë".encode())).login_name == "Zoë"


def test_a_state_in_several_parts_is_one() -> None:
    assert attempt(NAME, (a.STATE, b"one"), (a.PROXY_STATE, b"-"), (a.STATE, b"two")).state == b"onetwo"


@steady
@given(PACKETS)
def test_any_packet_is_an_attempt_or_dropped(request: Packet) -> None:
    with suppress(Dropped):
        spoken = read_request(request, SECRET, is_authentic=False)
        said = to_attempt(
            request, client(), "10.0.0.1", spoken, snapshot=EMPTY, digest="", at=0, learned=None
        )
        f"{said.login_name}{said.typed}{said.source}{said.facts}".encode()


@steady
@given(st.binary(min_size=1, max_size=253), st.binary(max_size=253), st.binary(max_size=253))
def test_any_name_and_any_place_is_text(name: bytes, station: bytes, nas: bytes) -> None:
    said = attempt((a.USER_NAME, name), (a.CALLING_STATION_ID, station), (a.NAS_IDENTIFIER, nas))
    f"{said.login_name}{said.source}{said.facts}".encode()  # no lone surrogates, which no database takes


@pytest.mark.parametrize("station", [b"x" * 65, b"\xff" * 17, b"192.0.2.7\0"])
def test_a_place_fits_into_its_column(station: bytes) -> None:
    """PostgreSQL refuses what is longer, and NUL; SQLite takes both, so one of them lets nobody in."""
    source = attempt(NAME, (a.CALLING_STATION_ID, station)).source
    assert len(source) <= 64
    assert "\0" not in source
