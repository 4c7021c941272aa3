"""Addresses as they are compared: one way of writing, and what one subscriber holds counts as one."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

SUBSCRIBER: Final = 64  # bits that IPv6 gives to one subscriber at least (RFC 6177 section 2)


def plain_address(text: str) -> IPv4Address | IPv6Address:
    """Return the address without its scope; an IPv4 address in IPv6's clothes as IPv4. Raises ValueError."""
    address = ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@lru_cache(10_000)  # each login asks
def neighbourhood(text: str) -> str:
    """Return what counts as one place: an IPv4 address, an IPv6 network of 64 bits; any other text itself.

    One subscriber of IPv6 has more addresses than anybody could count one by one.
    """
    try:
        address = plain_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv4Address):
        return str(address)
    free = address.max_prefixlen - SUBSCRIBER
    return f"{IPv6Address(int(address) >> free << free)}/{SUBSCRIBER}"
