"""The packets of the RFCs: read from tests/vectors/radius."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from secondgate.radius.packet import Packet
from secondgate.radius.signing import Secret

FOLDER: Final = Path(__file__).parent.parent / "vectors" / "radius"


@dataclass(frozen=True, slots=True)
class Printed:
    """A packet as the RFC prints it: its octets, and what they mean."""

    octets: bytes
    packet: Packet
    password: str | None
    chap_password: str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and the reply to it."""

    request: Printed
    reply: Printed
    secret: Secret


def exchanges(section: str) -> list[Exchange]:
    """Return the exchanges of one section."""
    read = json.loads((FOLDER / f"{section}.json").read_text())
    secret = Secret(read["secret"].encode())
    return [Exchange(_printed(e["request"]), _printed(e["reply"]), secret) for e in read["exchanges"]]


def _printed(said: dict[str, Any]) -> Printed:
    octets = bytes.fromhex(said["octets"])
    attributes = [(kind, bytes.fromhex(value)) for kind, value in said["attributes"]]
    packet = Packet(said["code"], said["identifier"], octets[4:20], attributes)
    return Printed(octets, packet, said.get("password"), said.get("chap_password"))
