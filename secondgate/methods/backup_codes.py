"""Backup codes: a list on paper, each good for one login.

`position` holds the used ones as bits: code number 3 is bit 3. Two different codes at once would
overwrite each other's bit, so the ledger must find exactly the position that was read.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from django.utils.translation import gettext_noop

from secondgate.methods.answer import Answer
from secondgate.methods.method import Enrolled, Fits, Replayed, Verdict
from secondgate.vault.setting import setting

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike: i l o 0 1
LENGTH: Final = 10  # 31^10, about 49 bits: out of reach of guessing through any throttle
COUNT: Final = 10
MOST: Final = 60  # bits that a bigint holds with room to spare


def new_codes() -> list[str]:
    """Return ten fresh codes, to be shown once: `k7dfm-2xq9a`."""
    raw = ("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(COUNT))
    return [printed(code.encode()).decode() for code in raw]


def printed(code: bytes) -> bytes:
    """Return a code as it stands on paper."""
    return code[:5] + b"-" + code[5:]


def plain(code: str) -> str:
    """Return a code without what people add or leave out: case, spaces, hyphens."""
    return "".join(code.replace("-", "").split()).lower()


def codes_left(settings: Mapping[str, Any], position: int) -> int:
    """Return how many codes of a list have not been used."""
    return int(settings.get("count", 0)) - position.bit_count()


@dataclass(frozen=True, slots=True)
class BackupCodesSettings:
    """Backup codes in YAML."""

    codes: list[str] = setting("The codes, each of 8 characters or more.", secret=True)


class BackupCodes:
    """A list of codes on paper."""

    name = "backup-codes"
    title = gettext_noop("Backup codes")
    settings = BackupCodesSettings

    def store(self, settings: BackupCodesSettings) -> tuple[bytes, dict[str, Any], int]:
        """Return the codes, one a line; none of them is used yet."""
        codes = [plain(code) for code in settings.codes]
        if not 1 <= len(codes) <= MOST:
            raise ValueError(f"There are {len(codes)} backup codes; there must be 1 to {MOST}.")
        if short := [code for code in codes if len(code) < 8]:
            raise ValueError(f"{len(short)} of the backup codes have fewer than 8 characters.")
        if not all(code.isalnum() for code in codes):
            raise ValueError("A backup code has letters and digits only; spaces and hyphens do not matter.")
        if len(set(codes)) < len(codes):
            raise ValueError("Two of the backup codes are the same.")
        return "\n".join(codes).encode(), {"count": len(codes)}, 0

    def restore(self, secret: bytes) -> list[str]:
        """Return the codes."""
        return secret.decode().split("\n")

    def carry(self, known: Enrolled, secret: bytes, settings: Mapping[str, Any], position: int) -> int:
        """Return the bits of those codes that were used on another list, wherever they stood there."""
        old = known.secret.split(b"\n")
        used = {code for number, code in enumerate(old) if known.position >> number & 1}
        return position | sum(1 << number for number, code in enumerate(secret.split(b"\n")) if code in used)

    def check(self, authenticator: Enrolled, answer: Answer, now: float) -> Verdict:
        """Return whether the answer is a code of the list that has not been used."""
        used, verdict = authenticator.position, cast(Verdict, None)
        for number, code in enumerate(authenticator.secret.split(b"\n")):
            # Both, whatever the first says: the time must not tell. A digest is of what was typed, and
            # people type a code as it is printed.
            if answer.fits(code, plain) | answer.fits(printed(code), plain):
                after = used | 1 << number
                verdict = Replayed(used) if after == used else Fits(after, at_least=used, at_most=used)
        return verdict
