"""Which unsigned requests are dropped, and what requests teach of their clients."""

from itertools import product

import pytest

from secondgate.ledger.clients import Learned
from secondgate.listener.signed import Learning, check_signed
from secondgate.radius import attributes as a
from secondgate.radius import drops
from secondgate.radius.attributes import Attribute
from secondgate.radius.drops import Drop, Dropped
from secondgate.radius.packet import decode, encode
from secondgate.radius.signing import sign_request
from tests.fuzz.paper import LAX, client
from tests.radius.packets import SECRET, packet

NAME: Attribute = (a.USER_NAME, b"ann")
STATE: Attribute = (a.PROXY_STATE, b"1")
PROXY, NO_PROXY, UNKNOWN = True, False, None

# what the application says, what is known of the client: is Proxy-State without Message-Authenticator dropped?
LIMITED = {
    ("require", False, UNKNOWN), ("require", False, PROXY), ("require", False, NO_PROXY),
    ("require", True, UNKNOWN), ("require", True, PROXY), ("require", True, NO_PROXY),
    ("auto", False, NO_PROXY), ("auto", True, UNKNOWN), ("auto", True, PROXY), ("auto", True, NO_PROXY),
}  # fmt: skip


def outcome(
    *attributes: Attribute, signed: bool = False, address: str = LAX, **client_is: object
) -> bool | Drop:
    """Return what is said of a request of these attributes."""
    request = packet(*attributes)
    datagram = sign_request(request, SECRET) if signed else encode(request)
    try:
        return check_signed(datagram, decode(datagram), client(address, **client_is))  # type: ignore[arg-type]
    except Dropped as dropped:
        return dropped.drop


@pytest.mark.parametrize(
    ("limit", "signs", "proxies"),
    list(product(("require", "auto", "off"), (False, True), (None, False, True))),
)
def test_proxy_state_without_a_message_authenticator(limit: str, signs: bool, proxies: bool | None) -> None:
    known = {"limit_proxy_state": limit, "signs": signs, "proxies": proxies}
    expected = drops.UNSIGNED_PROXY_STATE if (limit, signs, proxies) in LIMITED else False
    assert outcome(NAME, STATE, **known) is expected
    assert outcome(NAME, **known) is False, "without Proxy-State"
    assert outcome(NAME, STATE, signed=True, **known) is True


@pytest.mark.parametrize(("signs", "proxies"), list(product((False, True), (None, False, True))))
@pytest.mark.parametrize("network", ["10.1.0.0/24", "10.1.0.0/31", "fd00::/127"])
def test_one_device_of_a_network_does_not_silence_the_others(
    network: str, signs: bool, proxies: bool | None
) -> None:
    auto = {"message_authenticator": "auto", "limit_proxy_state": "auto"}
    for attributes in ([NAME], [NAME, STATE]):
        assert outcome(*attributes, address=network, signs=signs, proxies=proxies, **auto) is False
    required = {"message_authenticator": "require", "address": network}
    assert outcome(NAME, signs=signs, proxies=proxies, **required) is drops.NO_MESSAGE_AUTHENTICATOR
    assert learned(Learning(), signed=True, address=network) is None
    for attributes in ([], [STATE]):
        said = learned(Learning(), *attributes, address=network)
        assert said and said.unsigned_at, "what to require it would drop"
        assert said.proxies is None


def test_a_single_address_of_ipv6_is_learned_of_too() -> None:
    assert outcome(NAME, address="fd00::1", message_authenticator="auto", signs=True) is (
        drops.NO_MESSAGE_AUTHENTICATOR
    )
    assert learned(Learning(), signed=True, address="fd00::1") == Learned(1, signs=True)


def test_where_all_must_be_signed_the_reason_is_that() -> None:
    says = outcome(NAME, STATE, message_authenticator="require", limit_proxy_state="require")
    assert says is drops.NO_MESSAGE_AUTHENTICATOR


def learned(
    learning: Learning, *attributes: Attribute, signed: bool = False, protocol: str = "PAP", at: float = 5.0, **known: object
) -> Learned | None:  # fmt: skip
    speaks = client(**known)  # type: ignore[arg-type]
    return learning.of(packet(NAME, *attributes), speaks, signed=signed, protocol=protocol, at=at)


def test_a_client_that_signs_for_the_first_time_is_written_down() -> None:
    assert learned(Learning(), signed=True) == Learned(1, signs=True)
    assert learned(Learning(), signed=True, signs=True) is None


@pytest.mark.parametrize("more", [[], [STATE], [(a.USER_PASSWORD, bytes(16))]])
def test_eap_teaches_nothing_of_what_else_a_client_signs(more: list[Attribute]) -> None:
    for message in (b"", b"\2\1\0\6\1b"):
        said = learned(Learning(), (a.EAP_MESSAGE, message), *more, signed=True, protocol="EAP")
        assert said is None, "RFC 3579 section 3.2 wants EAP signed by those, too, that sign nothing else"


@pytest.mark.parametrize(("attributes", "proxies"), [([], NO_PROXY), ([STATE], PROXY)])
def test_whether_it_is_a_proxy_is_learned_once_and_from_what_nobody_else_can_make(
    attributes: list[Attribute], proxies: bool
) -> None:
    said = learned(Learning(), *attributes)
    assert said
    assert said.proxies is proxies
    said = learned(Learning(), *attributes, protocol="CHAP")
    assert said
    assert said.proxies is None, "CHAP proves nothing of the secret"
    said = learned(Learning(), *attributes, proxies=proxies)
    assert said
    assert said.proxies is None, "that was known"


@pytest.mark.parametrize(("protocol", "known", "attributes", "teaches"), [
    ("PAP", PROXY, [], NO_PROXY), ("CHAP", PROXY, [], None), ("PAP", NO_PROXY, [STATE], None),
])  # fmt: skip
def test_who_adds_proxy_state_to_a_login_makes_no_proxy_of_a_client_for_good(
    protocol: str, known: bool, attributes: list[Attribute], teaches: bool | None
) -> None:
    learning = Learning()
    for _ in range(2):  # also when it is not the hour to note it
        said = learned(learning, *attributes, protocol=protocol, proxies=known)
        assert (said.proxies if said else None) is teaches
    corrected = learned(learning, proxies=NO_PROXY, at=6.0)
    assert corrected is None or corrected.proxies is None, "once is enough"


def test_that_a_client_sends_unsigned_requests_is_told_once_an_hour() -> None:
    learning, known = Learning(), {"proxies": NO_PROXY}
    assert learned(learning, at=7.0, **known) == Learned(1, unsigned_at=7.0)
    assert learned(learning, at=8.0, **known) is None
    assert learned(learning, STATE, at=9.0, **known) == Learned(1, unsigned_at=9.0, proxied_at=9.0)
    assert learned(learning, STATE, at=10.0, **known) is None


def test_behind_tls_nothing_is_learned() -> None:
    assert learned(Learning(), STATE, address="10.0.0.0") is None
    assert learned(Learning(), signed=True, address="10.0.0.0") is None
