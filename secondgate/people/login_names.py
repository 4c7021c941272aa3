"""A login name as typed: its realm, its normalised name, and what may be shown of it. Pure.

`ann`, `CORP\\ann`, `corp\\Ann` and `ann@corp.example.com` are one person. Names are compared
without width, case and composition (NFKC, case-folded). RFC 8265's profile is narrower: it keeps ß and
ss apart.
"""

import unicodedata
from typing import Final

from secondgate.frozen import frozen

MAX_LENGTH: Final = 255  # of the column; RADIUS's User-Name ends at 253 octets


@frozen
class Candidate:
    """One way to read what was typed. `realm` None: none was typed, any will do."""

    realm: str | None
    name: str


def normalise(text: str) -> str:
    """Return a name or a realm in the one form that is stored and compared."""
    if text.isascii():  # most are: what follows would change nothing but the case
        return text.strip().lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def candidates(typed: str) -> tuple[Candidate, ...]:
    """Return the ways to read a typed login name; several can hold at once.

    `ann@example.com` may be ann of the realm example.com, or a person whose login name is that
    whole address: the directories' realms decide.
    """
    whole = normalise(typed)
    if not whole or len(whole) > MAX_LENGTH or has_controls(whole):
        return ()
    realm, slash, name = whole.partition("\\")
    if slash:
        return (Candidate(realm, name),) if realm and name else ()
    name, at, realm = whole.rpartition("@")
    if at and name and realm:
        return (Candidate(realm, name), Candidate(None, whole))
    return (Candidate(None, whole),)


def has_controls(text: str) -> bool:
    """Return whether there are control signs in a text: no name has any."""
    return not text.isprintable() and any(unicodedata.category(sign) == "Cc" for sign in text)


def masked(typed: str) -> str:
    """Return what may be stored of a name that belongs to nobody: people type passwords there."""
    return typed[:2] + "…" if len(typed) > 4 else "…"
