"""Passwords of the built-in directory: argon2id, in a bounded pool.

19 MiB, two passes, one lane: OWASP's first choice for argon2id, 23 ms here. The library's own
default takes 64 MiB and four lanes: 128 ms of every core, which a burst of logins cannot afford.
"""

import secrets
from collections.abc import Iterable
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from django.utils.translation import gettext as _

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


SHORTEST: Final = 12  # characters; NIST SP 800-63B asks for 8 beside a second factor, 15 without
LONGEST: Final = 200


def unfit(password: str, own: Iterable[str]) -> str:
    """Return why a password will not do, in the reader's language, or "". `own`: what its owner is called."""
    if len(password) < SHORTEST:
        says = _(
            "Too short: {count} characters, {least} are needed. Try four words that do not belong together."
        )
        return says.format(count=len(password), least=SHORTEST)
    if len(password) > LONGEST:
        return _("Too long: {count} characters, {most} are the most.").format(
            count=len(password), most=LONGEST
        )
    if password.lower() in {one.lower() for one in own}:
        return _("That is your own name or address: strangers try those first.")
    return ""


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
