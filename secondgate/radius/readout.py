"""A packet as lines to read, without what nobody must read."""

from typing import Final

from secondgate.radius.dictionary import describe_all
from secondgate.radius.packet import Code, Packet

HIDDEN: Final = "(hidden)"

# What was typed or proves it, and the keys of a session: also hidden or hashed as it travels, somebody who
# knows the shared secret, or guesses well, could read it.
MASKED: Final = {
    "User-Password", "CHAP-Password", "Tunnel-Password", "EAP-Message",
    "MS-CHAP-Response", "MS-CHAP2-Response", "MS-CHAP2-Success", "MS-CHAP-MPPE-Keys",
    "MS-MPPE-Send-Key", "MS-MPPE-Recv-Key",
}  # fmt: skip


def title(packet: Packet) -> str:
    """Return what kind of packet it is, and its identifier."""
    known = packet.code in set(Code)
    name = Code(packet.code).name.replace("_", "-").title() if known else f"Code {packet.code}"
    return f"{name}, identifier {packet.identifier}"


def lines(packet: Packet) -> list[tuple[str, str]]:
    """Return the attributes as names and values, those within a vendor's one by one."""
    return [
        (called, HIDDEN if called in MASKED else value)
        for attribute in packet.attributes
        for called, value in describe_all(attribute)
    ]
