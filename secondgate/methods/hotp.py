"""Counter-based one-time codes (RFC 4226), as tokens with a button make them."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final, Literal

from django.utils.translation import gettext_noop

from secondgate.hmac_key import HmacKey
from secondgate.methods.answer import Answer, octets
from secondgate.methods.method import Enrolled, Fits, Replayed, Verdict
from secondgate.vault.setting import setting

Algorithm = Literal["sha1", "sha256", "sha512"]

LOOK_AHEAD: Final = 10  # presses that nobody saw; RFC 4226 section 7.4 wants it small. YubiKeys' own default
LOOK_BACK: Final = 10  # how far a used code is still told apart from a wrong one, in the log only

FOUR_OCTETS: Final = Struct(">I")

COUNTER_MOST: Final = 2**48  # far beyond any token's battery, and short of what the database holds


def code_at(secret: bytes, counter: int, digits: int = 6, algorithm: Algorithm = "sha1") -> bytes:
    """Return the code of one counter value (RFC 4226 section 5.3), `digits` ASCII digits."""
    return code_of(HmacKey(secret, algorithm), counter, digits)


def code_of(key: HmacKey, counter: int, digits: int) -> bytes:
    """Return the same for a key that is asked for several."""
    mac = key.digest(counter.to_bytes(8, "big"))
    (number,) = FOUR_OCTETS.unpack_from(mac, mac[-1] & 15)
    return str((number & 0x7FFFFFFF) % 10**digits).zfill(digits).encode()


def seed(text: str) -> bytes:
    """Return the octets of a base32 seed; spaces, hyphens, case and padding do not matter.

    Raises ValueError for what is not base32, or is too short to be a secret.
    """
    plain = text.replace(" ", "").replace("-", "").rstrip("=").upper()
    try:
        found = base64.b32decode(octets(plain + "=" * (-len(plain) % 8)))
    except binascii.Error:
        raise ValueError("The secret is not base32: the letters A to Z and the digits 2 to 7.") from None
    if len(found) < 10:
        raise ValueError(f"The secret has {len(found)} octets; 10 are the least, 20 are usual.")
    return found


@dataclass(frozen=True, slots=True)
class HotpSettings:
    """A HOTP authenticator in YAML. `counter` is the next one that the token will use."""

    secret: str = setting("The seed, in base32.", secret=True)
    digits: Literal[6, 8] = setting("How long a code is.", default=6)
    counter: int = setting("The number of the next press, when it is enrolled.", default=0)
    algorithm: Algorithm = setting("The hash it is made with.", default="sha1")


class Hotp:
    """A token with a button."""

    name = "hotp"
    title = gettext_noop("Token with a button")
    settings = HotpSettings

    def store(self, settings: HotpSettings) -> tuple[bytes, dict[str, Any], int]:
        """Return the seed, its form, and the last counter that counts as used."""
        if not 0 <= settings.counter <= COUNTER_MOST:
            raise ValueError(f"counter is {settings.counter}; it must be from 0 to {COUNTER_MOST}.")
        shown = {"digits": settings.digits, "algorithm": settings.algorithm}
        return seed(settings.secret), shown, settings.counter - 1

    def restore(self, secret: bytes) -> str:
        """Return the seed in base32."""
        return base64.b32encode(secret).decode()

    def carry(self, known: Enrolled, secret: bytes, settings: Mapping[str, Any], position: int) -> int:
        """Return the newest used counter of the same seed."""
        return max(position, known.position) if known.secret == secret else position

    def check(self, authenticator: Enrolled, answer: Answer, now: float) -> Verdict:
        """Return whether the answer is one of the next codes, or one that was used lately."""
        last, fits, used = authenticator.position, None, None
        digits, algorithm = (
            authenticator.settings.get("digits", 6),
            authenticator.settings.get("algorithm", "sha1"),
        )
        for counter in range(max(0, last + 1 - LOOK_BACK), last + 1 + LOOK_AHEAD):
            if answer.fits(code_at(authenticator.secret, counter, digits, algorithm)):
                if counter > last:
                    fits = counter if fits is None else fits
                else:
                    used = counter
        if fits is not None:
            return Fits(fits, at_least=-1, at_most=fits - 1)
        return None if used is None else Replayed(used)
