"""Which addresses of ours belong into an application's form."""

from dataclasses import replace
from pathlib import Path

import pytest

from secondgate.environment import read_settings
from secondgate.setup.own_address import accounting_port, own_addresses, radius_port

PLAIN = read_settings({"HOME": "/nowhere"})


@pytest.mark.parametrize(
    ("bound", "clients", "found"),
    [
        (("10.0.8.21:1812",), ["10.0.1.10/32"], ["10.0.8.21"]),
        (("10.0.8.21:1812", "[fd00::21]:1812"), [], ["10.0.8.21", "fd00::21"]),
        (("0.0.0.0:1812", "[::]:1812"), ["127.0.0.0/8"], ["127.0.0.1"]),
        (("localhost:1812",), [], ["localhost"]),
    ],
)  # fmt: skip
def test_it_is_where_the_listener_is_bound_or_what_the_client_would_see(
    bound: tuple[str, ...], clients: list[str], found: list[str]
) -> None:
    assert own_addresses(replace(PLAIN, radius=bound), clients) == found


def test_without_a_way_to_the_client_there_still_is_a_name() -> None:
    (name,) = own_addresses(replace(PLAIN, radius=("0.0.0.0:1812",)), ["240.0.0.1/32"])
    assert name


def test_the_ports_are_those_that_were_set() -> None:
    settings = read_settings({"HOME": str(Path("/nowhere")), "SECONDGATE_RADIUS": "0.0.0.0:1645"})
    assert (radius_port(settings), accounting_port(settings)) == (1645, 1646)
