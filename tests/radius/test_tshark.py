"""A second opinion: Wireshark's decoder reads what we write as we meant it, and finds the signatures right."""

import json
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from secondgate.radius import attributes as a
from secondgate.radius import exchange
from secondgate.radius.dictionary import written
from secondgate.radius.packet import Code, Packet
from secondgate.radius.signing import Secret, sign_reply

pytestmark = pytest.mark.real

SECRET = "a secret of a test"
PROMPT = "Welche Farbe hat der Schlüssel? " * 12  # more than one attribute holds
RAW_IP = 101  # a capture file's link type: packets begin with their IP header


def datagrams(*payloads: tuple[int, int, bytes]) -> bytes:
    """Return a capture file of UDP datagrams: source port, destination port, payload."""
    file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP)
    for source, target, payload in payloads:
        udp = struct.pack("!HHHH", source, target, 8 + len(payload), 0) + payload
        here = bytes((127, 0, 0, 1))
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, here, here) + udp
        file += struct.pack("<IIII", 0, 0, len(ip), len(ip)) + ip
    return file


def read(folder: Path, *payloads: tuple[int, int, bytes]) -> list[dict[str, Any]]:
    """Return what tshark reads in each: its RADIUS fields, by name; those that come twice as a list."""
    file = folder / "some.pcap"
    file.write_bytes(datagrams(*payloads))
    options = [f"radius.shared_secret:{SECRET}", "radius.validate_authenticator:TRUE"]
    line = ["tshark", "-r", str(file), "-T", "ek", *(word for one in options for word in ("-o", one))]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    layers = [json.loads(text)["layers"] for text in done.stdout.splitlines() if '"layers"' in text]
    assert all("_ws_malformed" not in layer for layer in layers), done.stdout
    return [layer["radius"] for layer in layers]


@pytest.mark.parametrize("protocol", exchange.PROTOCOLS)
def test_a_request_and_its_answers_are_read_as_they_were_meant(tmp_path: Path, protocol: str) -> None:
    secret = Secret(SECRET.encode())
    asked = exchange.access("ann", "123456", secret, protocol=protocol, more=[(a.NAS_IDENTIFIER, b"gate")])
    granted = [written("Fortinet-Group-Name", "VPN"), written("Session-Timeout", "600")]
    answer = asked.packet.answer(Code.ACCESS_ACCEPT, [*granted, (a.PROXY_STATE, b"\x00\xff")])
    request, reply = read(tmp_path, (40000, 1812, asked.datagram), (1812, 40000, sign_reply(answer, secret)))
    assert (request["radius_radius_code"], reply["radius_radius_code"]) == ("1", "2")
    assert request["radius_radius_User_Name"] == "ann"
    if protocol == "pap":
        assert request["radius_radius_User_Password"] == "123456"
    assert reply["radius_radius_Fortinet_Group_Name"] == "VPN"
    assert reply["radius_radius_Session_Timeout"] == "600"
    assert reply["radius_radius_authenticator_valid"] is True


def test_a_long_prompt_is_whole(tmp_path: Path) -> None:
    asked = Packet(Code.ACCESS_REQUEST, 7, bytes(16), [(a.USER_NAME, b"ann")])
    answer = asked.answer(Code.ACCESS_CHALLENGE, [*a.text(a.REPLY_MESSAGE, PROMPT), (a.STATE, bytes(16))])
    (reply,) = read(tmp_path, (1812, 40000, sign_reply(answer, Secret(SECRET.encode()))))
    assert "".join(reply["radius_radius_Reply_Message"]) == PROMPT
