"""Which application a packet comes from."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.addresses import plain_address
from secondgate.ledger.snapshot import Client, Snapshot
from secondgate.listener.clients import REMEMBERED, Clients
from secondgate.listener.shown_certificate import ShownCertificate
from secondgate.radius import version11
from secondgate.radius.drops import WRONG_CERTIFICATE, Dropped
from tests.fuzz.paper import application
from tests.fuzz.steady import steady

NETWORKS = [
    "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "192.0.2.128/25",
    "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1::7/128", "fe80::/10",
]  # fmt: skip


def clients(*networks: str) -> Clients:
    """Return the clients of these networks; each one's name is its application's."""
    made = [Client(n, ip_network(text), application(name=text), False) for n, text in enumerate(networks)]
    return Clients(Snapshot(1, {}, tuple(made), {}, {}))


def found(address: str, *networks: str) -> str | None:
    client = clients(*networks).find(address)
    return client.application.name if client else None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.3/32"), ("10.1.2.4", "10.1.2.0/24"), ("10.1.3.3", "10.1.0.0/16"),
        ("10.2.0.1", "10.0.0.0/8"), ("11.0.0.1", "0.0.0.0/0"), ("192.0.2.127", "0.0.0.0/0"),
        ("192.0.2.128", "192.0.2.128/25"), ("255.255.255.255", "0.0.0.0/0"),
        ("2001:db8:1::7", "2001:db8:1::7/128"), ("2001:db8:1::8", "2001:db8:1::/48"),
        ("2001:db8:2::1", "2001:db8::/32"), ("2001:db9::1", None), ("::1", None),
    ],
)  # fmt: skip
def test_the_longest_network_wins(address: str, network: str | None) -> None:
    assert found(address, *NETWORKS) == network
    assert found(address, *reversed(NETWORKS)) == network


def test_nobody_knows_an_address_without_a_network() -> None:
    assert found("10.0.0.1") is None
    assert found("10.0.0.1", "10.0.0.2/32") is None


def test_an_ipv4_address_in_ipv6_clothes_is_ipv4() -> None:
    assert found("::ffff:10.1.2.3", *NETWORKS) == "10.1.2.3/32"
    assert found("::ffff:10.1.2.3", "::/0") is None


def test_a_scope_is_no_part_of_an_address() -> None:
    assert found("fe80::1%eth0", *NETWORKS) == "fe80::/10"


def test_everyone_may_be_a_client_of_each_family() -> None:
    assert found("10.0.0.1", "::/0") is None
    assert found("::1", "::/0") == "::/0"
    assert found("::1", "0.0.0.0/0") is None


def test_a_flood_of_addresses_is_not_remembered() -> None:
    many = clients("10.0.0.0/16")
    for number in range(REMEMBERED + 10):
        many.find(str(IPv4Address(number)))
    assert len(many._found) <= REMEMBERED
    known = many.find("10.0.0.1")
    assert known is not None
    assert many.find("10.0.0.1") is known


NUMBERS = st.integers(0, 2**12 - 1)


@steady
@given(st.lists(st.tuples(NUMBERS, st.integers(20, 32)), max_size=12), NUMBERS)
def test_a_client_is_found_as_a_naive_search_finds_it(nets: list[tuple[int, int]], number: int) -> None:
    networks = {str(ip_network((number, length), strict=False)) for number, length in nets}
    address = IPv4Address(number)
    holding = [ip_network(one) for one in networks if address in ip_network(one)]
    longest = max(holding, key=lambda network: network.prefixlen, default=None)
    assert found(str(address), *networks) == (str(longest) if longest else None)


@steady
@given(st.integers(0, 2**128 - 1))
def test_any_ipv6_address_can_be_looked_up(number: int) -> None:
    address = IPv6Address(number)
    assert plain_address(str(address)) == (address.ipv4_mapped or address)
    assert found(str(address), "2000::/3") == ("2000::/3" if address in ip_network("2000::/3") else None)


def by_tls(address: str, *names: str) -> Client | None:
    """Return who shows these names, where B and C name certificates, and A and B have addresses."""
    a, b, c = (
        application(id=name, name=name, certificate_names=frozenset(held))
        for name, held in {"A": (), "B": ("b1.test", "b2.test"), "C": ("c.test",)}.items()
    )
    here = (Client(1, ip_network("10.0.0.1"), a, False), Client(2, ip_network("10.0.0.2"), b, False))
    clients = Clients(Snapshot(1, {one.id: one for one in (a, b, c)}, here, {}, {}))
    return clients.find_by_tls(address, ShownCertificate(frozenset(names), "told", 0, b""))


@pytest.mark.parametrize(
    ("address", "names", "found"),
    [
        ("10.0.0.1", ("other.test",), "A"), ("10.0.0.1", (), "A"), ("10.9.9.9", ("other.test",), None),
        ("10.0.0.1", ("b2.test",), "B"), ("10.9.9.9", ("other.test", "b1.test"), "B"), ("::1", ("c.test",), "C"),
        ("10.9.9.9", ("b1.test", "b2.test"), "B"), ("10.0.0.2", ("b1.test", "c.test"), "B"),
        ("10.9.9.9", ("b1.test", "c.test"), None),
    ],
)  # fmt: skip
def test_behind_tls_a_name_comes_before_the_address(
    address: str, names: tuple[str, ...], found: str | None
) -> None:
    client = by_tls(address, *names)
    assert (client.application.name if client else None) == found


@pytest.mark.parametrize(
    ("address", "names"),
    [("10.0.0.2", ("other.test",)), ("10.0.0.2", ()), ("10.0.0.1", ("b1.test", "c.test"))],
)
def test_no_other_certificate_speaks_for_an_application_that_names_some(
    address: str, names: tuple[str, ...]
) -> None:
    with pytest.raises(Dropped) as caught:
        by_tls(address, *names)
    assert caught.value.drop is WRONG_CERTIFICATE


def test_behind_tls_nothing_is_learnt_of_udp() -> None:
    """Whoever is found by a name is no row that could be marked as one that signs; nobody need be."""
    for client in (by_tls("10.9.9.9", "b2.test", "b1.test"), by_tls("10.0.0.1")):
        assert client
        wants = client.application
        assert (client.id, wants.secret, wants.message_authenticator, wants.limit_proxy_state) == (
            0, version11.RADSEC, "off", "off",
        )  # fmt: skip
    named, plain = by_tls("10.9.9.9", "b2.test", "b1.test"), by_tls("10.0.0.1")
    assert named and plain
    assert (named.certificate, plain.certificate) == ("b1.test", "")


def test_a_plain_address_is_itself() -> None:
    assert plain_address("192.0.2.1") == ip_address("192.0.2.1")
