"""Who wrote a packet: Message-Authenticator, Response Authenticator, accounting's Authenticator.

Message-Authenticator is HMAC-MD5 over the whole packet, its own 16 octets taken as zeros
(RFC 3579 section 3.2). It is what keeps a forged reply out (CVE-2024-3596, "Blast-RADIUS"), and it
does so only where it stands first: an attacker who controls the beginning of a reply needs it not
to be there. So every reply of ours begins with it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from secondgate.hmac_key import HmacKey
from secondgate.radius import drops
from secondgate.radius.attributes import EAP_MESSAGE, MESSAGE_AUTHENTICATOR, Attribute
from secondgate.radius.drops import Dropped
from secondgate.radius.packet import HEADER, ZEROS, Packet, decode, encode, message_authenticator_offsets

FIRST: Final = HEADER.size + 2  # where the value of the first attribute begins


class Secret:
    """A shared secret, with the hash states that hidden passwords and HMAC need begun once."""

    __slots__ = ("_hmac", "_md5", "octets")

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self._md5 = hashlib.md5(octets, usedforsecurity=False)
        self._hmac = HmacKey(octets, "md5")

    def md5(self, after: bytes) -> bytes:
        """Return MD5(secret + after), the pad of hidden passwords."""
        state = self._md5.copy()
        state.update(after)
        return state.digest()

    def hmac_md5(self, message: bytes) -> bytes:
        """Return HMAC-MD5(secret, message)."""
        return self._hmac.digest(message)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self.octets, other.octets)

    __hash__ = None  # type: ignore[assignment]  # a secret is no key of anything

    def __repr__(self) -> str:
        return "Secret(…)"


def check_request(datagram: bytes, request: Packet, secret: Secret, *, required: bool) -> bool:
    """Return whether an Access-Request or Status-Server is signed; a wrong signature raises Dropped.

    `required` also drops one without Message-Authenticator. One that carries EAP is always dropped
    without (RFC 3579 section 3.2), and so is one with two, since only one can be right.
    """
    offsets = list(message_authenticator_offsets(request))
    if not offsets:
        if required or request.first(EAP_MESSAGE) is not None:
            raise Dropped(drops.NO_MESSAGE_AUTHENTICATOR)
        return False
    start = offsets[0]
    given = request.first(MESSAGE_AUTHENTICATOR) or b""
    if len(offsets) > 1 or len(given) != 16:
        raise Dropped(drops.BAD_MESSAGE_AUTHENTICATOR)
    length = int.from_bytes(datagram[2:4], "big")
    blank = datagram[:start] + ZEROS + datagram[start + 16 : length]
    if not hmac.compare_digest(secret.hmac_md5(blank), given):
        raise Dropped(drops.BAD_MESSAGE_AUTHENTICATOR)
    return True


def check_accounting(datagram: bytes, request: Packet, secret: Secret) -> None:
    """Raise Dropped unless an Accounting-Request is signed with `secret` (RFC 2866 section 3)."""
    length = int.from_bytes(datagram[2:4], "big")
    expected = _md5(datagram[:4] + ZEROS + datagram[HEADER.size : length] + secret.octets)
    if not hmac.compare_digest(expected, request.authenticator):
        raise Dropped(drops.BAD_REQUEST_AUTHENTICATOR)


def sign_reply(reply: Packet, secret: Secret) -> bytes:
    """Return the bytes of `reply`, which still carries its request's authenticator, signed.

    Message-Authenticator goes first, then the Response Authenticator over all of it:
    MD5(Code + ID + Length + Request Authenticator + Attributes + Secret), RFC 2865 section 3.
    """
    unsigned = encode(_with_message_authenticator(reply, reply.attributes))
    signed = unsigned[:FIRST] + secret.hmac_md5(unsigned) + unsigned[FIRST + 16 :]
    return signed[:4] + _md5(signed + secret.octets) + signed[HEADER.size :]


def sign_accounting_reply(reply: Packet, secret: Secret) -> bytes:
    """Return the bytes of an Accounting-Response: a Response Authenticator, as RFC 2866 has it."""
    unsigned = encode(reply)
    return unsigned[:4] + _md5(unsigned + secret.octets) + unsigned[HEADER.size :]


def sign_request(request: Packet, secret: Secret) -> bytes:
    """Return the bytes of an Access-Request or Status-Server with Message-Authenticator first."""
    unsigned = encode(_with_message_authenticator(request, request.attributes))
    return unsigned[:FIRST] + secret.hmac_md5(unsigned) + unsigned[FIRST + 16 :]


def sign_accounting_request(request: Packet, secret: Secret) -> tuple[Packet, bytes]:
    """Return an Accounting-Request with its authenticator, MD5 over all of it (RFC 2866), and its bytes."""
    unsigned = encode(replace(request, authenticator=ZEROS))
    authenticator = _md5(unsigned + secret.octets)
    return replace(request, authenticator=authenticator), unsigned[:4] + authenticator + unsigned[
        HEADER.size :
    ]


def is_reply_to(datagram: bytes, request: Packet, secret: Secret) -> bool:
    """Tell whether `datagram` is a reply to `request` by the Response Authenticator alone.

    Enough for accounting. For an Access-Request it can be forged: ask `is_signed_reply_to`.
    """
    datagram = datagram[: int.from_bytes(datagram[2:4], "big")]  # what comes behind is padding
    if len(datagram) < HEADER.size or datagram[1] != request.identifier:
        return False
    asked = datagram[:4] + request.authenticator + datagram[HEADER.size :]
    return hmac.compare_digest(_md5(asked + secret.octets), datagram[4 : HEADER.size])


def is_signed_reply_to(datagram: bytes, request: Packet, secret: Secret) -> bool:
    """Tell whether `datagram` is a reply to `request` that nobody else can have made.

    It must carry one Message-Authenticator, and that must fit (CVE-2024-3596). Where it stands does not
    matter to who checks it: ours stand first for the sake of those who do not, and servers of before 2024
    put theirs anywhere. Raises Dropped for what is no packet.
    """
    datagram = datagram[: int.from_bytes(datagram[2:4], "big")]
    reply = decode(datagram)
    offsets = list(message_authenticator_offsets(reply))
    given = reply.first(MESSAGE_AUTHENTICATOR) or b""
    if len(offsets) != 1 or len(given) != 16:
        return False
    start = offsets[0]
    before, after = datagram[HEADER.size : start], datagram[start + 16 :]
    blank = datagram[:4] + request.authenticator + before + ZEROS + after
    return hmac.compare_digest(secret.hmac_md5(blank), given) and is_reply_to(datagram, request, secret)


def _with_message_authenticator(packet: Packet, attributes: Iterable[Attribute]) -> Packet:
    blank = (MESSAGE_AUTHENTICATOR, ZEROS)
    rest = [attribute for attribute in attributes if attribute[0] != MESSAGE_AUTHENTICATOR]
    return Packet(packet.code, packet.identifier, packet.authenticator, [blank, *rest])


def _md5(octets: bytes) -> bytes:
    return hashlib.md5(octets, usedforsecurity=False).digest()
