"""Names and types of attributes: read from the files in `dictionaries/`, for people to read and to write."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from secondgate.radius.attributes import (
    VENDOR_SPECIFIC,
    Attribute,
    VendorAttribute,
    readable,
    vendor_attributes,
    vendor_specific,
)

IETF: Final = 0  # where a vendor's number stands, for the attributes that belong to none


@dataclass(frozen=True, slots=True)
class Definition:
    """What a dictionary says of one attribute. `vendor` is 0 for the IETF's."""

    number: int
    name: str
    type: str
    vendor: int = IETF


@cache
def standard() -> dict[int, Definition]:
    """Return the definitions of the IETF's attributes by number."""
    return {int(row[0]): Definition(int(row[0]), row[1], row[2]) for row in _rows("standard.txt")}


@cache
def vendors() -> dict[tuple[int, int], Definition]:
    """Return the definitions of vendors' attributes by vendor and number."""
    rows = [(int(row[0]), int(row[1]), row[2], row[3]) for row in _rows("vendors.txt")]
    return {(vendor, number): Definition(number, name, type_, vendor) for vendor, number, name, type_ in rows}


@cache
def _by_name() -> dict[str, Definition]:
    return {one.name.lower(): one for one in (*standard().values(), *vendors().values())}


def named(name: str) -> Definition:
    """Return the definition of this name, whatever its case. Raises ValueError, in words."""
    found = _by_name().get(name.strip().lower())
    if found is None:
        raise ValueError(f"There is no attribute called “{name.strip()}” in the dictionaries.")
    return found


def written(name: str, value: str) -> Attribute:
    """Return an attribute whose value people have written: text, a number, an address, or 0x and octets.

    Raises ValueError, in words.
    """
    definition = named(name)
    octets = _octets(definition, value)
    if definition.vendor == IETF:
        if len(octets) > 253:
            raise ValueError(f"{definition.name} has {len(octets)} octets; 253 are the most.")
        return definition.number, octets
    if len(octets) > 247:
        raise ValueError(f"{definition.name} has {len(octets)} octets; 247 are the most.")
    return vendor_specific(VendorAttribute(definition.vendor, definition.number, octets))


def describe(attribute: Attribute) -> tuple[str, str]:
    """Return an attribute's name and its value as text.

    A value that does not have the size its type demands is shown as octets, in hexadecimal.
    """
    kind, value = attribute
    definition = standard().get(kind) or Definition(kind, f"Attribute-{kind}", "octets")
    return definition.name, _shown(definition.type, value)


def describe_all(attribute: Attribute) -> list[tuple[str, str]]:
    """Return what `describe` does; a Vendor-Specific one as the attributes that stand in it."""
    kind, value = attribute
    parts = vendor_attributes(value) if kind == VENDOR_SPECIFIC else []
    if not parts:
        return [describe(attribute)]
    found = []
    for part in parts:
        name = f"Vendor-{part.vendor}-Attribute-{part.kind}"
        definition = vendors().get((part.vendor, part.kind)) or Definition(part.kind, name, "octets")
        found.append((definition.name, _shown(definition.type, part.value)))
    return found


def _octets(definition: Definition, value: str) -> bytes:
    try:
        if value.startswith("0x"):
            return bytes.fromhex(value[2:])
        if definition.type in ("integer", "time"):
            return int(value).to_bytes(4, "big")
        if definition.type == "address":
            return IPv4Address(value).packed
        if definition.type == "address6":
            return IPv6Address(value).packed
        if definition.type == "prefix6":  # RFC 3162 section 2.3
            network = IPv6Network(value)
            return bytes((0, network.prefixlen)) + network.network_address.packed
    except (ValueError, OverflowError) as cause:
        raise ValueError(f"{definition.name} is “{value}”; it must be {_FORM[definition.type]}.") from cause
    return value.encode()


_FORM: Final = {
    "text": "text, or 0x and pairs of hexadecimal digits",
    "octets": "text, or 0x and pairs of hexadecimal digits",
    "integer": "a whole number from 0 to 4294967295",
    "time": "seconds since 1970, a whole number",
    "address": "an IPv4 address",
    "address6": "an IPv6 address",
    "prefix6": "an IPv6 prefix, like 2001:db8::/64",
}


def _rows(file: str) -> list[list[str]]:
    source = files("secondgate.radius") / "dictionaries" / file
    return [line.split() for line in source.read_text().splitlines() if not line.startswith("#")]


def _shown(kind: str, value: bytes) -> str:
    if kind == "text":
        return readable(value) or ""
    if kind in ("integer", "time") and len(value) == 4:
        return str(int.from_bytes(value, "big"))
    if (kind == "address" and len(value) == 4) or (kind == "address6" and len(value) == 16):
        return str(ip_address(value))
    if kind == "prefix6" and 2 <= len(value) <= 18 and value[1] <= 128:
        return str(IPv6Network((value[2:].ljust(16, b"\0"), value[1]), strict=False))
    return "0x" + value.hex()
