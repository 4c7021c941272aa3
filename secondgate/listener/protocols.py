"""How what was typed travelled: the password protocols, and what each wants in the answer.

PAP carries the text itself. CHAP and MS-CHAP carry a digest, which only codes can be tried on. EAP is refused
in words; EAP-TTLS and PEAP will unwrap into one of the others here.
"""

import secrets
from collections.abc import Callable, Iterator
from typing import Final
from unicodedata import category

from secondgate.frozen import frozen
from secondgate.methods.answer import Hashed
from secondgate.radius import attributes as a
from secondgate.radius import chap, drops, microsoft, mschap
from secondgate.radius.attributes import Attribute
from secondgate.radius.drops import Drop, Dropped
from secondgate.radius.hiding import hide, reveal
from secondgate.radius.packet import Packet
from secondgate.radius.signing import Secret


@frozen
class Spoken:
    """What came, and by which protocol. One of `typed` and `hashed` at the most; with a `fault`, none."""

    protocol: str
    typed: str | None = None
    hashed: Hashed | None = None
    ms_chap: mschap.Response | None = None
    eap: int | None = None  # the identifier of an EAP message
    fault: Drop | None = None  # why nothing can be decided by it

    def accepted(self, request: Packet, secret: Secret) -> Iterator[Attribute]:
        """Yield what an Access-Accept carries for this protocol: MS-CHAP's proof and its session keys."""
        response, text = self.ms_chap, self.hashed.found if self.hashed else None
        if response is None or text is None:
            return
        hashed = mschap.hash_of_hash(text)
        if response.version == 2:
            yield microsoft.attribute(microsoft.CHAP2_SUCCESS, mschap.proof(response, hashed))
            send, receive = mschap.session_keys(response, hashed)
            salts = _two_salts()
            for kind, key, salt in zip(_KEYS, (send, receive), salts, strict=True):
                yield microsoft.attribute(kind, mschap.hide_key(key, request.authenticator, secret, salt))
        else:
            keys = hide(mschap.version_1_keys(hashed), request.authenticator, secret)
            yield microsoft.attribute(microsoft.CHAP_MPPE_KEYS, keys)
        yield microsoft.attribute(microsoft.MPPE_ENCRYPTION_POLICY, microsoft.ENCRYPTION_ALLOWED)
        yield microsoft.attribute(microsoft.MPPE_ENCRYPTION_TYPES, microsoft.TYPES_40_OR_128)

    def refused(self) -> Iterator[Attribute]:
        """Yield what an Access-Reject carries for this protocol."""
        if self.ms_chap:
            yield microsoft.attribute(microsoft.CHAP_ERROR, mschap.failure(self.ms_chap))
        if self.eap is not None:  # without it the other side would wait (RFC 3579 section 2.6.5)
            yield a.EAP_MESSAGE, bytes((EAP_FAILURE, self.eap, 0, 4))


EAP_FAILURE: Final = 4  # RFC 3748 section 4.2

Reader = Callable[[bytes, Packet, Secret], Spoken]

_KEYS: Final = (microsoft.MPPE_SEND_KEY, microsoft.MPPE_RECV_KEY)


def read_spoken(request: Packet, secret: Secret) -> Spoken:
    """Return what was typed, however it came. Raises Dropped for two, or for one that cannot be."""
    came = _came(request)
    if len(came) > 1:
        raise Dropped(drops.TWO_PASSWORDS)
    if not came:
        return Spoken("PAP", typed="")
    protocol, value = came[0]
    return _READERS[protocol](value, request, secret)


def unusable(request: Packet, fault: Drop) -> Spoken:
    """Return what can be said of a request that cannot be decided: whom to tell by which protocol."""
    came = dict(_came(request))
    versions = [version for version, name in enumerate(_MS_CHAP.values(), 1) if name in came]
    identifier = came.get("MS-CHAP", b"") or came.get("MS-CHAPv2", b"") or b"\0"
    return Spoken(
        " and ".join(came) or "PAP",
        ms_chap=mschap.Response(versions[0], identifier[0], b"", b"") if versions else None,
        eap=_identifier(came["EAP"]) if "EAP" in came else None,
        fault=fault,
    )


def _came(request: Packet) -> list[tuple[str, bytes]]:
    """Return each password with its protocol."""
    came = [(protocol, value) for kind, protocol in _PLAIN for value in request.values(kind)]
    if request.values(a.VENDOR_SPECIFIC):
        came += [(_MS_CHAP[kind], value) for kind, value in microsoft.values(request) if kind in _MS_CHAP]
    if message := request.values(a.EAP_MESSAGE):
        came.append(("EAP", message[0]))  # one message may fill several
    return came


def _pap(hidden: bytes, request: Packet, secret: Secret) -> Spoken:
    return Spoken("PAP", typed=_text(reveal(hidden, request.authenticator, secret)))


def _chap(response: bytes, request: Packet, _secret: Secret) -> Spoken:
    challenge = request.first(a.CHAP_CHALLENGE) or request.authenticator  # RFC 2865 section 2.2
    return Spoken("CHAP", hashed=Hashed(chap.fits(response, challenge)))


def _ms_chap(name: str, version: int) -> Reader:
    def read(value: bytes, request: Packet, _secret: Secret) -> Spoken:
        sent = dict(microsoft.values(request))
        challenge, user = sent.get(microsoft.CHAP_CHALLENGE, b""), request.first(a.USER_NAME) or b""
        response = mschap.read_response(value, challenge, version=version, user=user)
        return Spoken(name, hashed=Hashed(response.fits), ms_chap=response)

    return read


def _eap(message: bytes, _request: Packet, _secret: Secret) -> Spoken:
    return Spoken("EAP", eap=_identifier(message))


def _identifier(message: bytes) -> int:
    """Return the identifier of an EAP message; EAP-Start has none."""
    return message[1] if len(message) > 1 else 0


_PLAIN: Final = ((a.USER_PASSWORD, "PAP"), (a.CHAP_PASSWORD, "CHAP"))
_MS_CHAP: Final = {microsoft.CHAP_RESPONSE: "MS-CHAP", microsoft.CHAP2_RESPONSE: "MS-CHAPv2"}
_READERS: Final[dict[str, Reader]] = {
    "PAP": _pap,
    "CHAP": _chap,
    "MS-CHAP": _ms_chap("MS-CHAP", 1),
    "MS-CHAPv2": _ms_chap("MS-CHAPv2", 2),
    "EAP": _eap,
}


def _text(octets: bytes) -> str | None:
    """Return what was typed; None where the octets are no text, as a wrong secret makes them."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return None
    if text.isprintable():  # nearly all are, and the look at each character is slow
        return text
    return None if any(category(sign) == "Cc" for sign in text) else text


def _two_salts() -> tuple[bytes, bytes]:
    """Return two different salts with their first bit set (RFC 2548 section 2.4.2)."""
    one = secrets.randbits(15)
    return tuple((0x8000 | one ^ other).to_bytes(2, "big") for other in (0, 1))  # type: ignore[return-value]
