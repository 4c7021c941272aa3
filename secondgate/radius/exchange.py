"""A client's side of RADIUS: make a request, and tell which datagram answers it. No sockets.

Asked ── datagram ──>  server  ── datagram ──> Asked.reply ──> Packet, or None: it answers something else
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from secondgate.radius import attributes as a
from secondgate.radius import chap, microsoft, mschap
from secondgate.radius.attributes import Attribute
from secondgate.radius.drops import Dropped
from secondgate.radius.hiding import hide
from secondgate.radius.packet import ZEROS, Code, Packet, decode
from secondgate.radius.signing import (
    Secret,
    is_reply_to,
    is_signed_reply_to,
    sign_accounting_request,
    sign_request,
)

SIGNED_REPLIES: Final = {Code.ACCESS_REQUEST, Code.STATUS_SERVER}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made, and how it looks on the wire.

    `text` is what was typed, for whoever wants to check MS-CHAP version 2's proof.
    """

    packet: Packet
    datagram: bytes
    secret: Secret
    response: mschap.Response | None = None
    text: bytes = b""

    def reply(self, datagram: bytes, *, must_sign: bool = True) -> Packet | None:
        """Return the reply in `datagram`, or None where it is none to this request, or nobody's we know.

        `must_sign` wants a Message-Authenticator in the reply to an Access-Request (CVE-2024-3596); only a
        server that is too old to send one is worth less.
        """
        signed = must_sign and self.packet.code in SIGNED_REPLIES
        fits = is_signed_reply_to if signed else is_reply_to
        try:
            return decode(datagram) if fits(datagram, self.packet, self.secret) else None
        except Dropped:
            return None

    def proves_itself(self, reply: Packet) -> bool | None:
        """Tell whether the server has shown that it knows what was typed; None where that was not asked."""
        if self.response is None or self.response.version == 1 or reply.code != Code.ACCESS_ACCEPT:
            return None
        proof = dict(microsoft.values(reply)).get(microsoft.CHAP2_SUCCESS)
        return proof == mschap.proof(self.response, mschap.hash_of_hash(self.text))


def access(
    user: str, typed: str, secret: Secret, *, protocol: str = "pap", more: Iterable[Attribute] = ()
) -> Asked:
    """Return an Access-Request. `protocol` is one of PROTOCOLS. Raises ValueError, in words."""
    authenticator, name, text = secrets.token_bytes(16), user.encode(), typed.encode()
    password, response = PROTOCOLS[protocol](text, name, authenticator, secret)
    packet = _request(Code.ACCESS_REQUEST, authenticator, [(a.USER_NAME, name), *password, *more])
    return Asked(packet, sign_request(packet, secret), secret, response, text)


def status(secret: Secret) -> Asked:
    """Return a Status-Server: are you there? (RFC 5997)"""
    packet = _request(Code.STATUS_SERVER, secrets.token_bytes(16), [])
    return Asked(packet, sign_request(packet, secret), secret)


def accounting(attributes: Iterable[Attribute], secret: Secret) -> Asked:
    """Return an Accounting-Request (RFC 2866)."""
    packet, datagram = sign_accounting_request(_request(Code.ACCOUNTING_REQUEST, ZEROS, attributes), secret)
    return Asked(packet, datagram, secret)


Hidden = tuple[list[Attribute], mschap.Response | None]


def _pap(text: bytes, _user: bytes, authenticator: bytes, secret: Secret) -> Hidden:
    return [(a.USER_PASSWORD, hide(text, authenticator, secret))], None


def _chap(text: bytes, _user: bytes, authenticator: bytes, _secret: Secret) -> Hidden:
    return [(a.CHAP_PASSWORD, chap.respond(secrets.randbelow(256), text, authenticator))], None


def _ms_chap(version: int, kind: int) -> Callable[[bytes, bytes, bytes, Secret], Hidden]:
    def hidden(text: bytes, user: bytes, _authenticator: bytes, _secret: Secret) -> Hidden:
        challenge = secrets.token_bytes(mschap.CHALLENGE_LENGTHS[version - 1])
        value = mschap.respond(text, challenge, version=version, user=user)
        said = [
            microsoft.attribute(microsoft.CHAP_CHALLENGE, challenge),
            microsoft.attribute(kind, value),
        ]
        return said, mschap.read_response(value, challenge, version=version, user=user)

    return hidden


PROTOCOLS: Final = {
    "pap": _pap,
    "chap": _chap,
    "mschap": _ms_chap(1, microsoft.CHAP_RESPONSE),
    "mschapv2": _ms_chap(2, microsoft.CHAP2_RESPONSE),
}


def _request(code: Code, authenticator: bytes, attributes: Iterable[Attribute]) -> Packet:
    return Packet(code, secrets.randbelow(256), authenticator, list(attributes))
