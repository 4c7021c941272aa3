"""MS-CHAP, versions 1 and 2 (RFC 2433, RFC 2759), its attributes (RFC 2548) and its keys (RFC 3079).

As with CHAP nothing can be read: one can only ask whether a text that one knows is what was typed. Version
1 answers an 8-octet challenge. Version 2 mixes in a challenge of the client's own and the user's name, and
wants the server to prove that it knows the text, too. Of both come keys for the session's encryption.

                 text ── UTF-16 ── MD4 ──> hash ── MD4 ──> hash of hash
    challenge ──────── DES by hash ──> response                 └──> proof, keys
"""

import secrets
from dataclasses import dataclass
from hashlib import sha1
from hmac import compare_digest
from typing import Final

from Crypto.Cipher import DES
from Crypto.Hash import MD4

from secondgate.radius import drops
from secondgate.radius.drops import Dropped
from secondgate.radius.signing import Secret

RESPONSE_LENGTH: Final = 50  # both versions (RFC 2548 sections 2.1.3 and 2.3.2)
CHALLENGE_LENGTHS: Final = (8, 16)  # version 1, version 2
VERSION_1_KEYS: Final = 24  # octets: both keys of version 1

_PROOF_1: Final = b"Magic server to client signing constant"
_PROOF_2: Final = b"Pad to make it do more than one iteration"
_MASTER: Final = b"This is the MPPE Master Key"
# RFC 3079 section 3.4, as the client reads them: what it sends by is what the server receives by.
_SENDS: Final = b"On the client side, this is the send key; on the server side, it is the receive key."
_RECEIVES: Final = b"On the client side, this is the receive key; on the server side, it is the send key."
_PAD_1: Final = bytes(40)
_PAD_2: Final = b"\xf2" * 40


@dataclass(frozen=True, slots=True)
class Response:
    """What a client has answered: its identifier, its own challenge (version 2), and the 24 octets."""

    version: int
    identifier: int
    challenge: bytes  # 8 octets, as they go into DES
    answer: bytes
    said: bytes = b""  # version 2: what both sides' proof is made over

    def fits(self, text: bytes) -> bool:
        """Tell whether `text` (UTF-8) is what was typed."""
        try:
            hashed = nt_hash(text)
        except UnicodeDecodeError:
            return False
        # Of many codes one fits: for the others the first third tells.
        thirds = ((_third(self.challenge, hashed, n), self.answer[8 * n : 8 * n + 8]) for n in range(3))
        return all(compare_digest(right, said) for right, said in thirds)


def read_response(value: bytes, challenge: bytes, *, version: int, user: bytes) -> Response:
    """Return an MS-CHAP-Response (`version` 1) or MS-CHAP2-Response (2).

    `challenge` is MS-CHAP-Challenge, `user` is User-Name. Raises Dropped for a length that cannot be, and for
    a version 1 response that has only the LAN Manager part: it is a shorter secret, broken since 1997.
    """
    if len(value) != RESPONSE_LENGTH or len(challenge) != CHALLENGE_LENGTHS[version - 1]:
        raise Dropped(drops.BAD_CHAP_LENGTH)
    if version == 1:
        if not value[1] & 1:
            raise Dropped(drops.LAN_MANAGER_ONLY)
        return Response(1, value[0], challenge, value[26:])
    mixed = _mixed(value[2:18], challenge, user)
    return Response(2, value[0], mixed, value[26:], said=mixed)


def respond(text: bytes, challenge: bytes, *, version: int, user: bytes) -> bytes:
    """Return the MS-CHAP-Response (`version` 1) or MS-CHAP2-Response (2) that a client makes of `text`."""
    head, peer = bytes((secrets.randbelow(256), 2 - version)), secrets.token_bytes(16)
    if version == 1:
        return head + bytes(24) + _response(challenge, nt_hash(text))
    mixed = _mixed(peer, challenge, user)
    return head + peer + bytes(8) + _response(mixed, nt_hash(text))


def nt_hash(text: bytes) -> bytes:
    """Return the NT hash of a text in UTF-8, 16 octets. Raises UnicodeDecodeError."""
    return MD4.new(text.decode().encode("utf-16-le")).digest()


def hash_of_hash(text: bytes) -> bytes:
    """Return what proof and keys are made of, 16 octets. Raises UnicodeDecodeError."""
    return MD4.new(nt_hash(text)).digest()


def proof(response: Response, hashed_twice: bytes) -> bytes:
    """Return MS-CHAP2-Success: the identifier, and `S=` with 40 digits that prove that we know the text.

    RFC 2759 section 8.7, RFC 2548 section 2.3.3.
    """
    inner = sha1(hashed_twice + response.answer + _PROOF_1).digest()
    digest = sha1(inner + response.said + _PROOF_2).digest()
    return bytes((response.identifier,)) + b"S=" + digest.hex().upper().encode()


def failure(response: Response) -> bytes:
    """Return MS-CHAP-Error: the identifier, and that there is no use in trying again (RFC 2759 section 6)."""
    return bytes((response.identifier,)) + b"E=691 R=0 C=" + b"0" * 32 + b" V=3 M=Sign-in failed"


def session_keys(response: Response, hashed_twice: bytes) -> tuple[bytes, bytes]:
    """Return the 128-bit keys that the server sends and receives by (RFC 3079 section 3)."""
    master = sha1(hashed_twice + response.answer + _MASTER).digest()[:16]
    return _start_key(master, _RECEIVES), _start_key(master, _SENDS)


def version_1_keys(hashed_twice: bytes) -> bytes:
    """Return what MS-CHAP-MPPE-Keys hides (RFC 2548 section 2.4.1), 24 octets without padding.

    The first eight belong to the LAN Manager hash, which nobody has any more: they are zero.
    """
    return bytes(8) + hashed_twice


def hide_key(key: bytes, authenticator: bytes, secret: Secret, salt: bytes) -> bytes:
    """Return a key as MS-MPPE-Send-Key and MS-MPPE-Recv-Key carry it (RFC 2548 section 2.4.2).

    `salt` has two octets, the first bit set, another one for each key of a packet.
    """
    padded = bytes((len(key),)) + key
    padded = padded.ljust(-(-len(padded) // 16) * 16, b"\0")
    hidden, previous = b"", authenticator + salt
    for start in range(0, len(padded), 16):
        previous = _xor(padded[start : start + 16], secret.md5(previous))
        hidden += previous
    return salt + hidden


def reveal_key(hidden: bytes, authenticator: bytes, secret: Secret) -> bytes:
    """Return the key that `hide_key` has hidden."""
    plain, previous = b"", authenticator + hidden[:2]
    for start in range(2, len(hidden), 16):
        block = hidden[start : start + 16]
        plain += _xor(block, secret.md5(previous))
        previous = block
    return plain[1 : 1 + plain[0]]


def _mixed(peer: bytes, challenge: bytes, user: bytes) -> bytes:
    # RFC 2759 section 4: the name goes in without its domain.
    return sha1(peer + challenge + user.rpartition(b"\\")[2]).digest()[:8]


def _start_key(master: bytes, magic: bytes) -> bytes:
    return sha1(master + _PAD_1 + magic + _PAD_2).digest()[:16]


def _response(challenge: bytes, hashed: bytes) -> bytes:
    """Return 24 octets: the challenge under three DES keys, cut out of the hash (RFC 2433 appendix A.5)."""
    return b"".join(_third(challenge, hashed, number) for number in range(3))


def _third(challenge: bytes, hashed: bytes, number: int) -> bytes:
    """Return one of the three times eight octets of a response."""
    return _des(hashed[7 * number : 7 * number + 7].ljust(7, b"\0"), challenge)


def _des(key: bytes, block: bytes) -> bytes:
    # Seven octets are eight times seven bits; DES wants each in an octet of its own, parity unused.
    bits = int.from_bytes(key, "big")
    spread = bytes((bits >> 49 - 7 * place & 0x7F) << 1 for place in range(8))
    return DES.new(spread, DES.MODE_ECB).encrypt(block)


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(16, "big")
