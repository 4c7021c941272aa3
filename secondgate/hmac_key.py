"""HMAC (RFC 2104) by one key again and again, its hash states begun once."""

import hashlib
from typing import Final

INNER: Final = bytes(octet ^ 0x36 for octet in range(256))
OUTER: Final = bytes(octet ^ 0x5C for octet in range(256))

# Copied for each key: to look an algorithm up by its name takes longer than to hash by it.
EMPTY: Final = {
    name: hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha1", "sha256", "sha512")
}


class HmacKey:
    """A key of HMAC with MD5, SHA-1, SHA-256 or SHA-512.

    OpenSSL looks its algorithms up anew for each `hmac.digest`: that takes twice the time of this.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, algorithm: str) -> None:
        self._inner, self._outer = EMPTY[algorithm].copy(), EMPTY[algorithm].copy()
        size = self._inner.block_size
        if len(key) > size:
            key = hashlib.new(algorithm, key, usedforsecurity=False).digest()
        filled = key.ljust(size, b"\0")
        self._inner.update(filled.translate(INNER))
        self._outer.update(filled.translate(OUTER))

    def digest(self, message: bytes) -> bytes:
        """Return HMAC(key, message)."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()
