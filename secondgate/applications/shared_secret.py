"""The secret that an application shares with us: made here, or typed by somebody who has one already."""

import secrets
import string
from typing import Final

from secondgate.applications.kinds import Kind

# Without those that look alike: secrets are still typed from one screen into another. No signs:
# SonicWall takes none, and shells and device CLIs read some of them.
ALPHABET: Final = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1Il")))
LENGTH: Final = 32  # characters; 186 bits. RFC 2865 section 3 wants at least 16 octets
SHORTEST: Final = 8  # characters; what AWS takes at least
# Octets (RFC 2865 section 3). Some products take fewer at the most: whoever has one is told, and not refused.
SAFE: Final = 16


def new_secret(kind: Kind) -> str:
    """Return a new secret that the kind's form takes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(min(LENGTH, kind.secret_longest)))


def check_secret(text: str, kind: Kind) -> None:
    """Raise ValueError, in a sentence, for a secret that will not work on both sides."""
    if len(text) < SHORTEST:
        raise ValueError(f"{len(text)} characters are too short: {SHORTEST} at least, better 16.")
    if len(text) > kind.secret_longest:
        raise ValueError(
            f"{len(text)} characters are too long: {kind.title} takes {kind.secret_longest} at most."
        )
    if not text.isascii() or not text.isprintable():
        raise ValueError("Letters, digits and signs of a US keyboard only: products disagree about others.")
    if text != text.strip():
        raise ValueError("It begins or ends with a space, which is easily lost on the other side.")
