"""Look at the packets of one client for a while, as they come and go: for support.

They are decoded here, so that no secret leaves the process: what is hidden stays so, and a login name, where
people type passwords too, is shown in part unless it was asked for.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

from secondgate.addresses import plain_address
from secondgate.listener.sockets import Sender
from secondgate.people.login_names import masked
from secondgate.radius import readout
from secondgate.radius.drops import Dropped
from secondgate.radius.packet import decode

WAITING: Final = 1000  # packets that whoever looks has not taken yet; what comes beyond is counted, not kept

CAME, REPEATED, ANSWERED, DROPPED = "came", "came again", "answered", "dropped"


class Capture:
    """One who looks. `taken` has what was seen; `lost` is how much did not fit."""

    def __init__(self, network: IPv4Network | IPv6Network, *, names: bool) -> None:
        self._network, self._names = network, names
        self.taken: asyncio.Queue[dict[str, Any]] = asyncio.Queue(WAITING)
        self.lost = 0

    def see(self, what: str, sender: Sender, datagram: bytes = b"", fault: str = "") -> None:
        """Take down a packet, if it is of this network."""
        if plain_address(sender.address) not in self._network:
            return
        seen = {
            "at": time.time(),
            "what": what,
            "client": sender.address,
            "port": sender.port,
            "fault": fault,
        }
        try:
            self.taken.put_nowait(seen | self._described(datagram))
        except asyncio.QueueFull:
            self.lost += 1

    def _described(self, datagram: bytes) -> dict[str, Any]:
        if not datagram:
            return {}
        try:
            packet = decode(datagram)
        except Dropped as dropped:
            return {"octets": len(datagram), "title": f"no packet ({dropped.drop.name})", "lines": []}
        lines = [
            (called, masked(value) if called == "User-Name" and not self._names else value)
            for called, value in readout.lines(packet)
        ]
        return {"octets": len(datagram), "title": readout.title(packet), "lines": lines}


class Captures:
    """All who look. Nearly always nobody does: then a packet pays for one look at an empty list."""

    def __init__(self) -> None:
        self.looking: list[Capture] = []

    @contextmanager
    def open(self, network: IPv4Network | IPv6Network, *, names: bool) -> Iterator[Capture]:
        """Look while the block lasts."""
        capture = Capture(network, names=names)
        self.looking.append(capture)
        try:
            yield capture
        finally:
            self.looking.remove(capture)

    def see(self, what: str, sender: Sender, datagram: bytes = b"", fault: str = "") -> None:
        """Show a packet to all who look."""
        for capture in self.looking:
            capture.see(what, sender, datagram, fault)
