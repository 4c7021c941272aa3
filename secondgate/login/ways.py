"""The ways to give a second factor that a person has, and how they choose one of them: by number or by word.

A code needs no choice: whatever is typed is tried on all that the person has. Only what must be begun first
needs one: a question that a browser shows, a text message that a server sends.
"""

from collections.abc import Collection, Sequence
from typing import Final

from secondgate.frozen import frozen
from secondgate.ledger.reading import Held
from secondgate.methods.registry import IN_BROWSER, RADIUS, TITLES

PROMPT: Final = "Enter the code from your authenticator."
OTHER: Final = frozenset({"other", "?"})  # shows the list again
RESEND: Final = frozenset({"resend", "again"})  # makes the server ask once more


@frozen
class Way:
    """One way. `begins`: something has to happen before there is anything to type."""

    method: str
    begins: bool


def ways_of(held: Sequence[Held], rings: bool | None) -> list[Way]:
    """Return the ways of a person, each method once.

    `rings` is None where no server checks codes; otherwise it tells whether that one can ask by itself.
    """
    ways = [Way(name, name in IN_BROWSER) for name in dict.fromkeys(one.method for one in held)]
    return ways if rings is None else [*ways, Way(RADIUS, rings)]


def prompt_of(ways: Sequence[Way]) -> str:
    """Return what is asked: for a code, or for one of several ways where one of them must be chosen."""
    if len(ways) == 1 or not any(way.begins for way in ways):
        return PROMPT
    listed = ", ".join(f"{number} {TITLES[way.method]}" for number, way in enumerate(ways, 1))
    return f"Enter a code, or the number of a way: {listed}."


def chosen(text: str, ways: Sequence[Way], *, by_number: bool) -> Way | None:
    """Return the way that a text names. `by_number`: they have been listed, so that a number means one."""
    for number, way in enumerate(ways, 1):
        if is_word(text, {way.method, str(number)} if by_number else {way.method}):
            return way
    return None


def is_word(text: str, words: Collection[str]) -> bool:
    """Tell whether somebody typed one of these words, as people type."""
    return text.strip().lower() in words
