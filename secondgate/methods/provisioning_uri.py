"""What an authenticator app reads from a QR code: the otpauth address (Key Uri Format)."""

import base64
import secrets
from typing import Final
from urllib.parse import quote, urlencode

OCTETS: Final = 20  # 160 bits, as long as SHA-1's output (RFC 4226 section 4, R6)


def new_seed() -> str:
    """Return a fresh seed in base32."""
    return base64.b32encode(secrets.token_bytes(OCTETS)).decode()


def otpauth(seed: str, *, account: str, issuer: str) -> str:
    """Return the address of a TOTP seed (base32) with the settings that every app knows.

    The issuer stands twice, before the account's name and as a parameter: apps read one or the other.
    """
    label = quote(f"{issuer.replace(':', ' ')}:{account.replace(':', ' ')}")
    return f"otpauth://totp/{label}?{urlencode({'secret': seed, 'issuer': issuer}, quote_via=quote)}"


def grouped(seed: str) -> str:
    """Return a seed as people type it: in groups of four."""
    return " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))
