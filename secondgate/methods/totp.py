"""Time-based one-time codes (RFC 6238), as authenticator apps make them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_noop

from secondgate.frozen import frozen
from secondgate.hmac_key import HmacKey
from secondgate.methods.answer import Answer
from secondgate.methods.hotp import Algorithm, code_of, seed
from secondgate.methods.method import Enrolled, Fits, Replayed, Verdict
from secondgate.vault.setting import setting


@frozen
class TotpKey:
    """What a code is computed from."""

    secret: bytes
    digits: int = 6
    period: int = 30
    algorithm: Algorithm = "sha1"


def match(key: TotpKey, answer: Answer, now: float, *, last_step: int = -1, drift: int = 1) -> int | None:
    """Return the time step that the answer is the code of, or None.

    `now` is Unix time in seconds; `drift` is how many steps the two clocks may differ, either
    way. Steps up to `last_step`, the newest one accepted, never match again (RFC 6238 section
    5.2). Matching does not consume: the ledger does, in the transaction that writes the event.
    """
    here, found, hmac = int(now) // key.period, None, HmacKey(key.secret, key.algorithm)
    for step in range(max(here - drift, last_step + 1, 0), here + drift + 1):
        # No break: the time this takes must not tell which step fitted.
        if answer.fits(code_of(hmac, step, key.digits)):
            found = step
    return found


@dataclass(frozen=True, slots=True)
class TotpSettings:
    """A TOTP authenticator in YAML."""

    secret: str = setting("The seed, in base32.", secret=True)
    digits: Literal[6, 8] = setting("How long a code is.", default=6)
    period: int = setting("How many seconds a code is shown.", default=30)
    algorithm: Algorithm = setting("The hash it is made with.", default="sha1")


class Totp:
    """An authenticator app, or a token with a clock."""

    name = "totp"
    title = gettext_noop("Authenticator app")
    settings = TotpSettings

    def store(self, settings: TotpSettings) -> tuple[bytes, dict[str, Any], int]:
        """Return the seed and what the app was told of it."""
        if not 5 <= settings.period <= 3600:
            raise ValueError(f"period is {settings.period}; it must be from 5 to 3600 seconds.")
        shown = {"digits": settings.digits, "period": settings.period, "algorithm": settings.algorithm}
        return seed(settings.secret), shown, -1

    def restore(self, secret: bytes) -> str:
        """Return the seed in base32."""
        return base64.b32encode(secret).decode()

    def carry(self, known: Enrolled, secret: bytes, settings: Mapping[str, Any], position: int) -> int:
        """Return the step, in the new period, in which the newest used one ended."""
        if known.secret != secret or known.position < 0:
            return position
        ended = (known.position + 1) * known.settings.get("period", 30) - 1
        return max(position, int(ended // settings["period"]))

    def check(self, authenticator: Enrolled, answer: Answer, now: float) -> Verdict:
        """Return whether the answer is the code of now, of the step before or of the step after."""
        key, last = _key(authenticator.secret, authenticator.settings), authenticator.position
        step = match(key, answer, now, last_step=last)
        if step is not None:
            return Fits(step, at_least=-1, at_most=step - 1)
        used = match(key, answer, now)
        return None if used is None else Replayed(used)


def _key(secret: bytes, settings: Mapping[str, Any]) -> TotpKey:
    return TotpKey(
        secret, settings.get("digits", 6), settings.get("period", 30), settings.get("algorithm", "sha1")
    )
