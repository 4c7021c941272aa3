"""Events in words."""

from typing import Any

import pytest

from secondgate.events.names import CLIENT_UNKNOWN
from secondgate.events.read import Told


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, ""),
        ({"fits": []}, " It fits no application's secret: if it is one of yours, add 192.0.2.7 to its "),
        ({"fits": ["VPN"]}, " It fits the secret of VPN: add 192.0.2.7 to its `clients`."),
        ({"fits": ["A", "B"]}, " It fits the secret of A and of B: add 192.0.2.7 to its `clients`."),
        ({"fits": [], "certificate": "vpn1.test"}, " It showed the certificate of vpn1.test: add one of its"),
    ],
)
def test_a_packet_from_nowhere_says_whose_it_may_be(facts: dict[str, Any], says: str) -> None:
    facts = {"client": "192.0.2.7", **facts}
    event = Told(
        id=1, at="", event=CLIENT_UNKNOWN, reason="", application="", user="", login="", client="192.0.2.7",
        source="", facts=facts,
    )  # fmt: skip
    begin = "A packet came from 192.0.2.7, which is a client of no application."
    assert event.sentence.startswith(begin + says)
    assert says or event.sentence == begin
