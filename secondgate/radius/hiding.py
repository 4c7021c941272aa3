"""How a password travels: PAP's hiding (RFC 2865 section 5.2)."""

from typing import Final

from secondgate.radius import drops
from secondgate.radius.drops import Dropped
from secondgate.radius.signing import Secret

PASSWORD_MOST: Final = 128  # octets, RFC 2865 section 5.2


def hide(password: bytes, authenticator: bytes, secret: Secret) -> bytes:
    """Return User-Password for `password`: 16 to 128 octets.

    Raises ValueError above 128 octets.
    """
    if len(password) > PASSWORD_MOST:
        raise ValueError(f"The password has {len(password)} octets; {PASSWORD_MOST} are the most.")
    padded = password.ljust(max(16, -(-len(password) // 16) * 16), b"\0")
    hidden, previous = b"", authenticator
    for start in range(0, len(padded), 16):
        previous = _xor(padded[start : start + 16], secret.md5(previous))
        hidden += previous
    return hidden


def reveal(hidden: bytes, authenticator: bytes, secret: Secret) -> bytes:
    """Return the password in a User-Password, its padding taken off.

    A wrong secret gives noise, not an error: nothing in PAP tells. Raises Dropped for a length
    that no password can have.
    """
    return reveal_padded(hidden, authenticator, secret).rstrip(b"\0")


def reveal_padded(hidden: bytes, authenticator: bytes, secret: Secret) -> bytes:
    """Return what was hidden, with the zeros that fill its last block: what is no text may end in its own.

    Raises Dropped as `reveal` does.
    """
    size = len(hidden)
    if size < 16 or size > PASSWORD_MOST or size % 16:
        raise Dropped(drops.BAD_PASSWORD_LENGTH)
    padded, previous = b"", authenticator
    for start in range(0, size, 16):
        block = hidden[start : start + 16]
        padded += _xor(block, secret.md5(previous))
        previous = block
    return padded


def _xor(left: bytes, right: bytes) -> bytes:
    return (int.from_bytes(left, "big") ^ int.from_bytes(right, "big")).to_bytes(16, "big")
