"""Which application a packet comes from: the longest network that holds its address wins."""

from collections import defaultdict
from ipaddress import IPv4Address, IPv6Address

from secondgate.addresses import plain_address
from secondgate.ledger.snapshot import Client, Snapshot

REMEMBERED = 10_000  # addresses whose client is kept at hand; a flood of others only costs the lookup


class Clients:
    """The clients of one snapshot, by prefix length."""

    def __init__(self, snapshot: Snapshot) -> None:
        by_length: defaultdict[tuple[int, int], dict[int, Client]] = defaultdict(dict)
        for client in snapshot.clients:
            network = client.network
            by_length[network.version, network.prefixlen][int(network.network_address)] = client
        self._by_length = dict(sorted(by_length.items(), reverse=True))
        self._found: dict[str, Client | None] = {}

    def find(self, address: str) -> Client | None:
        """Return the client that speaks from `address`, or None."""
        if address not in self._found:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            self._found[address] = self._search(plain_address(address))
        return self._found[address]

    def _search(self, address: IPv4Address | IPv6Address) -> Client | None:
        for (version, length), networks in self._by_length.items():
            if version == address.version:
                free = address.max_prefixlen - length
                client = networks.get(int(address) >> free << free)
                if client:
                    return client
        return None
