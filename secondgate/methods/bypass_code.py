"""A bypass code: an administrator reads it to somebody whose phone is lost, and it ends by itself.

`position` counts its logins. It is taken wherever a policy asks for a second factor, whatever methods
the policy names: it stands in for them (`StandsIn`), so that a lost phone needs no change of a policy.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from secondgate.methods.answer import Answer
from secondgate.methods.backup_codes import ALPHABET, plain
from secondgate.methods.method import Enrolled, Expired, Fits, Replayed, StandsIn, Verdict
from secondgate.vault.setting import setting

LENGTH: Final = 8  # 31^8, about 40 bits: the throttle lets some hundred guesses a day through
USES_MOST: Final = 1000


def new_code() -> str:
    """Return a fresh code, short enough to be read out: `k7df-2xq9`."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return printed(code.encode()).decode()


def printed(code: bytes) -> bytes:
    """Return a code as it is read out."""
    return code[:4] + b"-" + code[4:]


@dataclass(frozen=True, slots=True)
class BypassCodeSettings:
    """A bypass code in YAML."""

    code: str = setting("The code, of 8 characters or more.", secret=True)
    until: str = setting("When it ends, like `2026-11-25T18:00:00+00:00`; without a zone, UTC.")
    uses: int = setting("How many logins it serves; `0`: as many as come until it ends.", default=1)
    why: str = setting("Why it was made. Kept in the log.", default="")


class BypassCode(StandsIn):
    """A code for a while, in place of what was lost."""

    name = "bypass-code"
    title = "Bypass code"
    settings = BypassCodeSettings

    def store(self, settings: BypassCodeSettings) -> tuple[bytes, dict[str, Any], int]:
        """Return the code, and for what it serves; it has served nobody yet."""
        code = plain(settings.code)
        if len(code) < LENGTH or not code.isalnum():
            raise ValueError(f"A bypass code has {LENGTH} letters and digits or more, and nothing else.")
        if not 0 <= settings.uses <= USES_MOST:
            raise ValueError(f"uses is {settings.uses}; it must be from 0 to {USES_MOST}.")
        until = ends_at({"until": settings.until})
        shown = {"until": until.isoformat(), "uses": settings.uses, "why": settings.why}
        return code.encode(), shown, 0

    def restore(self, secret: bytes) -> str:
        """Return the code."""
        return secret.decode()

    def carry(self, known: Enrolled, secret: bytes, settings: Mapping[str, Any], position: int) -> int:
        """Return how many logins the same code has served."""
        return max(position, known.position) if known.secret == secret else position

    def check(self, authenticator: Enrolled, answer: Answer, now: float) -> Verdict:
        """Return whether the answer is the code, and the code still serves."""
        code, used = authenticator.secret, authenticator.position
        if not answer.fits(code, plain) | answer.fits(
            printed(code), plain
        ):  # a digest is of one or the other
            return None
        if _spent(authenticator.settings, used):
            return Replayed(used)
        if now >= ends_at(authenticator.settings).timestamp():
            return Expired()
        return Fits(used + 1, at_least=used, at_most=used)

    def is_over(self, settings: Mapping[str, Any], position: int, now: float) -> bool:
        """Tell whether the code serves nobody any more."""
        return _spent(settings, position) or now >= ends_at(settings).timestamp()


def ends_at(settings: Mapping[str, Any]) -> datetime:
    """Return when a code ends. Raises ValueError, in words."""
    try:
        until = datetime.fromisoformat(settings["until"])
    except ValueError:
        raise ValueError(
            f"until is “{settings['until']}”; it must be a date and a time, like 2026-11-25T18:00:00+00:00."
        ) from None
    return until if until.tzinfo else until.replace(tzinfo=UTC)


def _spent(settings: Mapping[str, Any], used: int) -> bool:
    return 0 < int(settings["uses"]) <= used
