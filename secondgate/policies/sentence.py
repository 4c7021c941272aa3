"""A policy in words: what it means, and for whom. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from secondgate.applications.kinds import Kind
from secondgate.methods.registry import TITLES
from secondgate.policies.resolve import LoginMethod

# login method: what people call it; what is checked
LOGIN_METHODS: Final[dict[LoginMethod, tuple[str, str]]] = {
    LoginMethod.SECOND_FACTOR_ONLY: (
        "Second factor only",
        "No password is checked here. For applications that check it themselves.",
    ),
    LoginMethod.PASSWORD_AND_SECOND_FACTOR: (
        "Password and second factor",
        "The directory checks the password, then a code is asked for, or was typed behind the password.",
    ),
    LoginMethod.PASSWORD_ONLY: ("Password only", "The directory checks the password. No second factor."),
}

# Bidirectional classes of what is written from right to left, or says that something is.
TURNS: Final = frozenset(["R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"])


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; `marked` ones are what the policy says, the others hold it together."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a policy says, by names. No `groups` means everyone."""

    application: str
    kind: Kind
    groups: Sequence[str]
    login: LoginMethod
    methods: Sequence[str]
    challenge: bool
    separator: str = ","


def in_words(said: Said) -> tuple[Part, ...]:
    """Return a policy as one sentence, in pieces."""
    return tuple(_parts(said))


def isolated(name: str) -> str:
    """Return a name for use inside a sentence, which its writing direction does not reach (UAX 9, FSI)."""
    turns = not name.isascii() and any(unicodedata.bidirectional(sign) in TURNS for sign in name)
    return f"\u2068{name}\u2069" if turns else name


def listed(names: Sequence[str], last: str = "or") -> str:
    """Return names as a sentence has them: “a, b or c”."""
    shown = [isolated(name) for name in names]
    return f" {last} ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def methods_in_words(methods: Iterable[str]) -> str:
    """Return what these methods are called, inside a sentence."""
    titles = [TITLES[name] for name in methods if name in TITLES]
    return listed([f"{title[0].lower()}{title[1:]}" for title in titles]) or "nothing at all"


def _parts(said: Said) -> Iterator[Part]:
    yield Part("When ")
    yield Part(f"anyone in {listed(said.groups)}" if said.groups else "anyone", marked=True)
    yield Part(" logs in to ")
    yield Part(isolated(said.application), marked=True)
    if said.login is LoginMethod.SECOND_FACTOR_ONLY:
        yield Part(", a second factor is enough: ")
        yield Part(methods_in_words(said.methods), marked=True)
        yield Part(". No password is checked here.")
        return
    yield Part(", the directory checks the ")
    yield Part("password", marked=True)
    if said.login is LoginMethod.PASSWORD_ONLY:
        yield Part(" and nothing else is asked.")
    elif said.challenge and said.kind.challenge:
        yield Part(". A prompt then asks for a code: ")
        yield Part(methods_in_words(said.methods), marked=True)
        yield Part(".")
    else:
        yield Part(" and the code typed behind it, as in ")
        yield Part(f"password{said.separator}123456", marked=True)
        yield Part(": ")
        yield Part(methods_in_words(said.methods), marked=True)
        yield Part(".")
