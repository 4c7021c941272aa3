"""What a person gave, as far as a method can compare it: is it this code?

Where it came as text it is read as people type; where it came as a digest (CHAP, MS-CHAP) nobody can read
it, but whoever knows the few codes that would do can try each. So a method never asks what was typed. It
asks of each code that it would take whether it is that one.
"""

from collections.abc import Callable
from dataclasses import field
from hmac import compare_digest
from typing import Protocol

from secondgate.frozen import frozen


def octets(text: str) -> bytes:
    """Return text as octets to compare; whatever a door lets through has some, and none raises."""
    return text.encode("utf-8", "surrogatepass")


class Answer(Protocol):
    """An answer to compare with."""

    def fits(self, code: bytes, read: Callable[[str], str] = str.strip) -> bool:
        """Tell whether it is `code`; `read` takes off what people add to one, where that can be seen."""
        ...


@frozen
class Plain:
    """An answer that came as text. `question` is the State of the one that it answers, if it answers one."""

    text: str = field(repr=False)
    question: bytes = field(default=b"", repr=False)

    def fits(self, code: bytes, read: Callable[[str], str] = str.strip) -> bool:
        """Compare in a time that does not tell where they differ."""
        return compare_digest(octets(read(self.text)), code)


class Hashed:
    """An answer that came as a digest. `found` is the code that it turned out to be.

    The door needs that one: MS-CHAP version 2 wants the server to prove that it knows it.
    """

    __slots__ = ("_made_of", "found")

    def __init__(self, made_of: Callable[[bytes], bool]) -> None:
        self._made_of = made_of
        self.found: bytes | None = None

    def fits(self, code: bytes, read: Callable[[str], str] = str.strip) -> bool:
        """Tell whether the digest is made of `code`, exactly so."""
        if not self._made_of(code):
            return False
        self.found = code
        return True
