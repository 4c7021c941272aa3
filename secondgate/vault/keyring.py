"""The vault's key: a file that all nodes share, and what is derived from it.

A sealed value is `nonce (12) ‖ AES-256-GCM ciphertext`, with "table:row:field" as associated data:
a value copied to another row does not open there. Nonces are random 96-bit numbers; NIST SP
800-38D allows 2³² of them under one key, far beyond the secrets of any company.
"""

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE: Final = 12
KEY: Final = 32


class VaultError(Exception):
    """The key is missing, wrong, or does not fit what it shall open."""


class Keyring:
    """The vault key, held open: sealing and opening cost about a microsecond."""

    __slots__ = ("_cipher", "_key")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY:
            raise VaultError(f"The vault key has {len(key)} octets; {KEY} are needed.")
        self._key = key
        self._cipher = AESGCM(key)

    def seal(self, value: bytes, table: str, row: str, field: str) -> bytes:
        """Return `value` sealed for this place: `row` is the row's UUID as 32 hex digits."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, value, f"{table}:{row}:{field}".encode())

    def open(self, sealed: bytes, table: str, row: str, field: str) -> bytes:
        """Return what was sealed for this place.

        Raises VaultError when it was sealed with another key, for another place, or changed since.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], f"{table}:{row}:{field}".encode())
        except (InvalidTag, ValueError) as cause:
            raise VaultError(f"The secret of {table} {row} does not open with this vault key.") from cause

    def derive(self, purpose: str) -> bytes:
        """Return 32 octets that only this purpose uses (HMAC-SHA256 as a one-step KDF)."""
        return hmac.digest(self._key, purpose.encode(), hashlib.sha256)


def read_key(path: Path) -> bytes:
    """Return the key in the file. Raises VaultError in words."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        raise VaultError(
            f"The vault key {path} is not there. Bring it back from the backup: without it no secret opens."
        ) from None
    except OSError as cause:
        raise VaultError(f"The vault key {path} cannot be read: {cause.strerror}.") from cause
    except ValueError:
        key = b""
    if len(key) != KEY:
        raise VaultError(
            f"The vault key {path} is not {2 * KEY} hexadecimal digits: it is damaged. "
            "Bring it back from the backup, or from another node."
        )
    return key


def create_key(path: Path) -> None:
    """Write a new key, readable by its owner only; an existing file is left as it is.

    It appears whole or not at all, also where the machine stops half-way.
    """
    with NamedTemporaryFile("w", dir=path.parent) as file:  # which opens for its owner only
        file.write(os.urandom(KEY).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(file.name)
