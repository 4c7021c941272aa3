"""CHAP over RADIUS (RFC 1994, RFC 2865 sections 2.2 and 5.3): a digest of what was typed.

Nothing can be read from it; one can only ask whether a text that one knows is what was typed.
"""

from collections.abc import Callable
from hashlib import md5
from hmac import compare_digest
from typing import Final

from secondgate.radius import drops
from secondgate.radius.drops import Dropped

LENGTH: Final = 17  # the identifier and the digest

Fits = Callable[[bytes], bool]  # does this text make the response that came?


def fits(response: bytes, challenge: bytes) -> Fits:
    """Return what tells whether a text is the one behind a CHAP-Password.

    `challenge` is CHAP-Challenge, or the Request Authenticator where there is none. Raises Dropped for a
    response of another length than 17 octets.
    """
    if len(response) != LENGTH:
        raise Dropped(drops.BAD_CHAP_LENGTH)
    identifier, digest = response[:1], response[1:]
    return lambda text: compare_digest(md5(identifier + text + challenge).digest(), digest)  # noqa: S324


def respond(identifier: int, text: bytes, challenge: bytes) -> bytes:
    """Return the CHAP-Password that a client makes of `text`."""
    head = bytes((identifier,))
    return head + md5(head + text + challenge).digest()  # noqa: S324  RFC 1994 has no other
