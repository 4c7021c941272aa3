"""Authenticators in people's hands, for tests."""

import base64
import itertools
import secrets
import time

from secondgate.methods.hotp import code_at


def new_seed() -> str:
    """Return a fresh seed in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp(seed: str, *, steps: int = 0) -> str:
    """Return the code of now, or of so many steps later."""
    return code_at(base64.b32decode(seed), int(time.time()) // 30 + steps).decode()


def wrong_code(seed: str) -> str:
    """Return six digits that are no code of this seed around now."""
    near = {totp(seed, steps=step) for step in range(-3, 4)}
    return next(code for code in (f"{number:06}" for number in itertools.count()) if code not in near)
