"""Names and types of attributes, for people: read from the files in `dictionaries/`."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from ipaddress import ip_address

from secondgate.radius.attributes import Attribute, readable


@dataclass(frozen=True, slots=True)
class Definition:
    """What a dictionary says of one attribute."""

    number: int
    name: str
    type: str


@cache
def standard() -> dict[int, Definition]:
    """Return the definitions of the IETF's attributes by number."""
    source = files("secondgate.radius") / "dictionaries" / "standard.txt"
    rows = (line.split() for line in source.read_text().splitlines() if not line.startswith("#"))
    return {int(number): Definition(int(number), name, kind) for number, name, kind in rows}


def describe(attribute: Attribute) -> tuple[str, str]:
    """Return an attribute's name and its value as text.

    A value that does not have the size its type demands is shown as octets, in hexadecimal.
    """
    kind, value = attribute
    definition = standard().get(kind) or Definition(kind, f"Attribute-{kind}", "octets")
    return definition.name, _shown(definition.type, value)


def _shown(kind: str, value: bytes) -> str:
    if kind == "text":
        return readable(value) or ""
    if kind in ("integer", "time") and len(value) == 4:
        return str(int.from_bytes(value, "big"))
    if (kind == "address" and len(value) == 4) or (kind == "address6" and len(value) == 16):
        return str(ip_address(value))
    return "0x" + value.hex()
