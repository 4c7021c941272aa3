"""Which application a packet comes from: the longest network that holds its address wins.

Behind TLS the names in the certificate come first: they are the client's wherever it speaks from.
"""

from collections import defaultdict
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_network

from secondgate.addresses import plain_address
from secondgate.ledger.snapshot import Client, Snapshot
from secondgate.listener.shown_certificate import ShownCertificate
from secondgate.radius import drops, version11
from secondgate.radius.drops import Dropped

REMEMBERED = 10_000  # addresses whose client is kept at hand; a flood of others only costs the lookup


class Clients:
    """The clients of one snapshot, by prefix length, and its applications by their certificates' names."""

    def __init__(self, snapshot: Snapshot) -> None:
        by_length: defaultdict[tuple[int, int], dict[int, Client]] = defaultdict(dict)
        for client in snapshot.clients:
            network = client.network
            by_length[network.version, network.prefixlen][int(network.network_address)] = client
        self._by_length = dict(sorted(by_length.items(), reverse=True))
        self._found: dict[str, Client | None] = {}
        self._by_name = {
            name: application
            for application in snapshot.applications.values()
            for name in application.certificate_names
        }

    def find(self, address: str) -> Client | None:
        """Return the client that speaks from `address`, or None."""
        if address not in self._found:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            self._found[address] = self._search(plain_address(address))
        return self._found[address]

    def find_by_tls(self, address: str, certificate: ShownCertificate) -> Client | None:
        """Return the client that shows this certificate, as it is behind TLS, or None. Raises Dropped.

        Names of several applications leave it to the address which of these it is.
        """
        named = {name: self._by_name[name] for name in sorted(certificate.names) if name in self._by_name}
        applications = {application.id for application in named.values()}
        if len(applications) == 1:
            name, application = next(iter(named.items()))
            return _by_tls(Client(0, ip_network(plain_address(address)), application, True, name))
        client = self.find(address)
        if client is None:
            return None
        if client.application.id not in applications and (
            applications or client.application.certificate_names
        ):
            raise Dropped(drops.WRONG_CERTIFICATE)
        return _by_tls(client)

    def _search(self, address: IPv4Address | IPv6Address) -> Client | None:
        for (version, length), networks in self._by_length.items():
            if version == address.version:
                free = address.max_prefixlen - length
                client = networks.get(int(address) >> free << free)
                if client:
                    return client
        return None


def _by_tls(client: Client) -> Client:
    """Return a client as it is behind TLS: its secret is known to all, and what it signs says nothing."""
    application = replace(
        client.application, secret=version11.RADSEC, message_authenticator="off", limit_proxy_state="off"
    )
    return replace(client, id=0, application=application)
