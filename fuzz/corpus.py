"""What the fuzzer begins with: a sound packet of every kind, on every way in."""

from collections.abc import Iterator
from typing import Final

from fuzz.ways import WAYS, Way, sealed, sealed_stream
from secondgate.radius import attributes as a
from secondgate.radius import microsoft
from secondgate.radius.attributes import Attribute, VendorAttribute, vendor_specific
from secondgate.radius.packet import Code, Packet, encode

AUTHENTICATOR: Final = bytes(range(16))
NAME: Final[Attribute] = (a.USER_NAME, b"ann@corp.example.com")
CODE: Final[Attribute] = (a.USER_PASSWORD, b"123456")
AROUND: Final[list[Attribute]] = [
    (a.NAS_IP_ADDRESS, bytes(4)), (a.NAS_IDENTIFIER, "tür".encode()), (a.CALLING_STATION_ID, b"192.0.2.7"),
    (a.STATE, bytes(16)), (a.PROXY_STATE, b"1"), (a.PROXY_STATE, b""),
    vendor_specific(VendorAttribute(9, 1, b"profile=staff")),
]  # fmt: skip
ONE, TWO, FOUR = bytes((0, 0, 0, 1)), bytes((0, 0, 0, 2)), bytes((0, 0, 0, 4))
SESSION: Final[list[Attribute]] = [
    (a.USER_NAME, b"ann"), (a.ACCT_SESSION_ID, b"00000001"), (a.ACCT_DELAY_TIME, FOUR),
    (a.ACCT_SESSION_TIME, FOUR), (a.ACCT_INPUT_OCTETS, FOUR), (a.ACCT_OUTPUT_OCTETS, FOUR),
    (a.ACCT_INPUT_GIGAWORDS, ONE), (a.ACCT_TERMINATE_CAUSE, ONE), (a.FRAMED_IP_ADDRESS, bytes(4)),
    (a.NAS_IPV6_ADDRESS, bytes(16)), (a.ACCT_INTERIM_INTERVAL, FOUR),
]  # fmt: skip

LOGINS: Final[list[list[Attribute]]] = [
    [NAME, CODE, *AROUND],
    [(a.USER_NAME, b"ann"), CODE],
    [(a.USER_NAME, "CORP\\bücher".encode()), CODE],
    [NAME, (a.CHAP_PASSWORD, bytes(17)), (a.CHAP_CHALLENGE, bytes(16)), *AROUND],
    [
        NAME,
        microsoft.attribute(microsoft.CHAP_CHALLENGE, bytes(8)),
        microsoft.attribute(microsoft.CHAP_RESPONSE, bytes((0, 1, *bytes(48)))),
    ],
    [
        NAME,
        microsoft.attribute(microsoft.CHAP_CHALLENGE, bytes(16)),
        microsoft.attribute(microsoft.CHAP2_RESPONSE, bytes(50)),
    ],
    [NAME, (a.EAP_MESSAGE, bytes(5))],
    [NAME],
]
SESSIONS: Final = [[(a.ACCT_STATUS_TYPE, status), *SESSION] for status in (ONE, TWO, bytes((0, 0, 0, 7)))]


def _packet(code: Code, attributes: list[Attribute]) -> bytes:
    return encode(Packet(code, 7, AUTHENTICATOR, attributes))


REQUESTS: Final = [
    *(_packet(Code.ACCESS_REQUEST, login) for login in LOGINS),
    *(_packet(Code.ACCOUNTING_REQUEST, session) for session in SESSIONS),
    _packet(Code.STATUS_SERVER, []),
    _packet(Code.ACCESS_ACCEPT, AROUND),
]


def inputs() -> Iterator[bytes]:
    """Yield what stands at the beginning, as `ways.read` takes it."""
    for number, way in enumerate(WAYS):
        requests = REQUESTS if way.makes_right else [_right(request, way) for request in REQUESTS]
        yield from (bytes((number, 1)) + request for request in requests)
        if way.is_tls:
            yield bytes((number, 3)) + b"".join(requests)


def _right(request: bytes, way: Way) -> bytes:
    return request if way.is_version_11 else (sealed_stream if way.is_tls else sealed)(request)
