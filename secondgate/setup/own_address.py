"""Where an application reaches us: the addresses that belong into its form."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address, ip_network

from secondgate.environment import Settings, address


def radius_port(settings: Settings) -> int:
    """Return the port that answers logins."""
    return address(settings.radius[0], "SECONDGATE_RADIUS")[1]


def accounting_port(settings: Settings) -> int:
    """Return the port that takes accounting."""
    return address(settings.accounting[0], "SECONDGATE_ACCOUNTING")[1]


def own_addresses(settings: Settings, clients: Sequence[str] = ()) -> list[str]:
    """Return the addresses of this node that the clients can send to; of other nodes it knows nothing.

    Where the listener is bound to every address it is the one that this machine would answer the
    first client from. No packet is sent to find out.
    """
    hosts = [address(text, "SECONDGATE_RADIUS")[0] for text in settings.radius]
    bound = [host for host in hosts if not _is_any(host)]
    if bound:
        return bound
    towards = next((str(ip_network(one).network_address) for one in clients), "192.0.2.1")
    return [_source(towards) or socket.gethostname()]


def _is_any(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_unspecified
    return host == ""


def _source(towards: str) -> str:
    family = socket.AF_INET6 if ":" in towards else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((towards, 9))
        return str(probe.getsockname()[0])
    return ""
