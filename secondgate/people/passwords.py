"""Passwords of the built-in directory: argon2id, in a bounded pool.

19 MiB, two passes, one lane: OWASP's first choice for argon2id, 23 ms here. The library's own
default takes 64 MiB and four lanes: 128 ms of every core, which a burst of logins cannot afford.
"""

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """Return the hash to store."""
    return HASHER.hash(password)


def fits(password: str, stored: str) -> bool:
    """Return whether `password` is the one; takes 23 ms of a core, also where there is none."""
    try:
        return HASHER.verify(stored or _dummy(), password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy() -> str:
    """Return a hash of a password that nobody knows: to check it costs what a real one costs."""
    return HASHER.hash(secrets.token_hex())
