"""Who may read /metrics. Pure.

It counts refusals by reason: a stranger would learn from it which factor was wrong, and who exists. A request
counts by the address that it comes from, or that a proxy names which is believed. One that a proxy brought,
and nobody who is believed says for whom, is refused: a proxy on this machine that somebody forgot would else
publish it.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

from secondgate.addresses import plain_address

# What proxies add. `Forwarded` (RFC 7239) is not read, so whoever sends it has not said anything yet.
ADDED: Final = frozenset(
    {b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip", b"via", b"forwarded"}
)


def refusal(scope: Any, networks: Sequence[IPv4Network | IPv6Network]) -> str:
    """Return why this request may not read /metrics, in one sentence; "" where it may.

    `scope` is ASGI's: its `peer` is who connected, its `client` whom a proxy that is believed names, or
    the peer.
    """
    added = {name for name, _value in scope["headers"]} & ADDED
    if b"forwarded" in added or (added and scope["client"] == scope["peer"]):
        return (
            "/metrics is not for whom a proxy brings without a name: list the proxy in SECONDGATE_PROXIES "
            "and have it send X-Forwarded-For, and no Forwarded."
        )
    text = scope["client"][0] if scope["client"] else "nowhere"
    try:
        address = plain_address(text)
        if any(address in network for network in networks):
            return ""
    except ValueError:  # proxies may name somebody "unknown", or by a word
        pass
    return f"/metrics is not for {text[:64]}: name the addresses that may read it in SECONDGATE_METRICS."
