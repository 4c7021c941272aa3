"""What an Access-Accept carries beside the decision: attributes for the application, filled with the person.

A grant is one line, `NAME=VALUE`, as the dictionaries name attributes. In VALUE stand the person's {login},
{name} and {email}; with {group} the line counts once for each of their groups. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from secondgate.frozen import frozen
from secondgate.radius.dictionary import named, written

PLACES: Final = ("{login}", "{name}", "{email}", "{group}")
_PLACE: Final = re.compile("|".join(map(re.escape, PLACES)))
# What the login itself writes into an answer, or would let a client believe what was never decided.
OURS: Final = {
    "User-Password", "CHAP-Password", "State", "Proxy-State", "Reply-Message", "Message-Authenticator",
    "EAP-Message", "CHAP-Challenge", "Vendor-Specific", "MS-CHAP-Response", "MS-CHAP-Error",
    "MS-CHAP-Challenge", "MS-CHAP2-Response", "MS-CHAP2-Success", "MS-CHAP-MPPE-Keys", "MS-MPPE-Send-Key",
    "MS-MPPE-Recv-Key", "MS-MPPE-Encryption-Policy", "MS-MPPE-Encryption-Types",
}  # fmt: skip
MOST: Final = 20  # lines; with their groups they must leave room in a packet of 4,096 octets
TEXT_MOST: Final = 247  # octets of a value, as vendors' attributes have them


@frozen
class Grant:
    """One line."""

    name: str
    value: str


@frozen
class Granted:
    """Whom it is granted to."""

    login: str
    name: str
    email: str
    groups: Sequence[str]


def read(line: str) -> Grant:
    """Return a line as a grant. Raises ValueError, in words."""
    name, equals, value = (part.strip() for part in line.partition("="))
    if not equals or not value:
        raise ValueError(f"“{line.strip()}” must be NAME=VALUE, like Filter-Id={{group}}.")
    definition = named(name)
    if definition.name in OURS:
        raise ValueError(f"{definition.name} is written by the login itself.")
    sample = _PLACE.sub("x", value)
    if "{" in sample or "}" in sample:
        raise ValueError(f"“{value}” has braces around something else than {', '.join(PLACES)}.")
    if sample != value and definition.type not in ("text", "octets"):
        raise ValueError(f"{definition.name} is a number or an address: it must stand there as it is.")
    written(definition.name, sample)
    return Grant(definition.name, value)


def read_all(lines: Iterable[str]) -> tuple[Grant, ...]:
    """Return lines as grants. Raises ValueError, in words."""
    grants = tuple(read(line) for line in lines if line.strip())
    if len(grants) > MOST:
        raise ValueError(f"There are {len(grants)} lines; {MOST} are the most.")
    return grants


def known(lines: Iterable[str]) -> Iterator[Grant]:
    """Yield the grants among lines; one that this version does not know grants nothing."""
    for line in lines:
        with suppress(ValueError):
            yield read(line)


def together(of_application: Sequence[Grant], of_policy: Sequence[Grant]) -> tuple[Grant, ...]:
    """Return what holds where both grant: an attribute that the policy names is the policy's."""
    named_there = {grant.name for grant in of_policy}
    return (*(grant for grant in of_application if grant.name not in named_there), *of_policy)


def granted(grants: Iterable[Grant], person: Granted) -> Iterator[tuple[str, str]]:
    """Yield name and value of each attribute for one person; what would be empty is left out."""
    own = {"{login}": person.login, "{name}": person.name, "{email}": person.email}
    for grant in grants:
        for group in sorted(person.groups) if "{group}" in grant.value else [""]:
            # In one go: what stands in somebody's name is text, braces or not.
            filled = _PLACE.sub(lambda place: {**own, "{group}": group}[place[0]], grant.value)  # noqa: B023
            if filled := _cut(filled):
                yield grant.name, filled


def _cut(text: str) -> str:
    """Return as much as an attribute takes; no character is cut in two."""
    return text.encode()[:TEXT_MOST].decode(errors="ignore")
