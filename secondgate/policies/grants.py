"""What an Access-Accept carries beside the decision: attributes for the application, filled with the person.

A grant is one line, `NAME=VALUE`, as the dictionaries name attributes. In VALUE stand the person's {login},
{name} and {email}; with {group} the line counts once for each of their groups, and with
{directory.department} for each value of that attribute in their directory. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from itertools import islice, product
from typing import Final

from secondgate.directories.directory import ATTRIBUTE_NAME
from secondgate.frozen import frozen
from secondgate.radius.attributes import Attribute
from secondgate.radius.dictionary import named, written

OF_DIRECTORY: Final = "directory."
PLACES: Final = ("{login}", "{name}", "{email}", "{group}", "{directory.ATTRIBUTE}")
_PLACE: Final = re.compile(rf"\{{(login|name|email|group|directory\.{ATTRIBUTE_NAME.pattern})\}}")
# What the login itself writes into an answer, or would let a client believe what was never decided.
OURS: Final = {
    "User-Password", "CHAP-Password", "State", "Proxy-State", "Reply-Message", "Message-Authenticator",
    "EAP-Message", "CHAP-Challenge", "Vendor-Specific", "MS-CHAP-Response", "MS-CHAP-Error",
    "MS-CHAP-Challenge", "MS-CHAP2-Response", "MS-CHAP2-Success", "MS-CHAP-MPPE-Keys", "MS-MPPE-Send-Key",
    "MS-MPPE-Recv-Key", "MS-MPPE-Encryption-Policy", "MS-MPPE-Encryption-Types",
}  # fmt: skip
MOST: Final = 20  # lines; with their groups they must leave room in a packet of 4,096 octets
FILLED_MOST: Final = 1000  # that one line comes to: no packet holds more
TEXT_MOST: Final = 247  # octets of a value, as vendors' attributes have them


class NoRoom(Exception):
    """What is said of everybody does not fit into the answer: without it none may go out."""


@frozen
class Grant:
    """One line."""

    name: str
    value: str


@frozen
class Granted:
    """Whom it is granted to. `attributes` are the directory's, by their names in lower case."""

    login: str
    name: str
    email: str
    groups: Sequence[str]
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)


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
    """Return what holds where both grant: an attribute that the policy names is the policy's.

    What is said of everybody comes first: it may keep people within bounds, and somebody who is in many
    groups must not push it out of the answer.
    """
    named_there = {grant.name for grant in of_policy}
    lines = (*of_policy, *(grant for grant in of_application if grant.name not in named_there))
    return tuple(sorted(lines, key=_is_personal))


def granted(grants: Iterable[Grant], person: Granted) -> Iterator[tuple[str, str]]:
    """Yield name and value of each attribute for one person; what would be empty is left out."""
    for grant in grants:
        for value in _filled(grant, person):
            yield grant.name, value


def carried(grants: Iterable[Grant], person: Granted, room: int) -> tuple[list[Attribute], bool]:
    """Return the attributes for one person, as far as they fit, and whether that was all.

    `room` is in octets. Raises NoRoom where one that is said of everybody does not fit.
    """
    found: list[Attribute] = []
    for grant in grants:
        for value in _filled(grant, person):
            attribute = written(grant.name, value)
            room -= len(attribute[1]) + 2
            if room < 0 and not _is_personal(grant):
                raise NoRoom
            if room < 0:
                return found, False
            found.append(attribute)
    return found, True


def _is_personal(grant: Grant) -> bool:
    return _PLACE.search(grant.value) is not None


def _filled(grant: Grant, person: Granted) -> Iterator[str]:
    if not _is_personal(grant):
        yield grant.value
        return
    places = dict.fromkeys(_PLACE.findall(grant.value))
    for values in islice(product(*(_values(place, person) for place in places)), FILLED_MOST):
        filled = dict(zip(places, values, strict=True))
        # In one go: what stands in somebody's name is text, braces or not.
        if text := _cut(_PLACE.sub(lambda place: filled[place[1]], grant.value)):  # noqa: B023
            yield _as_text(text)


def attributes_of(grants: Iterable[Grant]) -> frozenset[str]:
    """Return the attributes of a directory that stand in `grants`, by their names in lower case."""
    places = (place for grant in grants for place in _PLACE.findall(grant.value))
    return frozenset(_attribute(place) for place in places if place.startswith(OF_DIRECTORY))


def _values(place: str, person: Granted) -> Sequence[str]:
    match place:
        case "login" | "name" | "email":
            values: Iterable[str] = (getattr(person, place),)
        case "group":
            values = person.groups
        case _:
            values = person.attributes.get(_attribute(place), ())
    # Cut before they are combined: a directory may hold a megabyte, or thousands of them.
    return sorted(_cut(value) for value in islice(values, FILLED_MOST))


def _attribute(place: str) -> str:
    return place.removeprefix(OF_DIRECTORY).lower()


def _as_text(text: str) -> str:
    """Return what stands for a text in a line, where 0x would begin hexadecimal digits."""
    return f"0x{text.encode().hex()}" if text.startswith("0x") else text


def _cut(text: str) -> str:
    """Return as much as an attribute takes; no character is cut in two."""
    return text.encode()[:TEXT_MOST].decode(errors="ignore")
