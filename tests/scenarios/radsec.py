"""A house with a RadSec port, and streams to it from any of the loopback's addresses."""

import contextlib
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from secondgate.radius import exchange
from secondgate.radius.packet import Packet
from tests.real.ca import Ca
from tests.scenarios.house import House
from tests.scenarios.ports import free_udp_port

IN_TIME = 20.0


def radsec_house(folder: Path, ca: Ca) -> House:
    """Return a house that will show the authority's certificate for servers; its files are its own."""
    return House(folder, environment=radsec_environment(folder, ca))


def radsec_environment(folder: Path, ca: Ca) -> dict[str, str]:
    """Return what makes a house speak TLS, with files in this folder."""
    (folder / "shown").mkdir()
    environment = {"SECONDGATE_RADSEC": f"127.0.0.1:{free_udp_port()}"}
    shown = {"CERTIFICATE": ca.server.certificate, "KEY": ca.server.key, "CA": ca.file}
    for what, file in shown.items():
        environment[f"SECONDGATE_RADSEC_{what}"] = str(folder / "shown" / f"{what.lower()}.pem")
        shutil.copy(file, environment[f"SECONDGATE_RADSEC_{what}"])
    return environment


def port(house: House) -> int:
    return int(house.environment["SECONDGATE_RADSEC"].rpartition(":")[2])


def connection(house: House, address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port(house)), IN_TIME, source_address=(address, 0))


@contextlib.contextmanager
def tls(house: House, context: ssl.SSLContext, address: str) -> Iterator[ssl.SSLSocket]:
    """Connect from an address, and come as far as TLS."""
    with context.wrap_socket(connection(house, address), server_hostname="127.0.0.1") as stream:
        yield stream


def answered(stream: ssl.SSLSocket, asked: exchange.Asked) -> Packet:
    stream.sendall(asked.datagram)
    reply = asked.reply(received(stream), must_sign=False)
    assert reply
    return reply


def received(stream: ssl.SSLSocket) -> bytes:
    """Return the next packet."""
    packet = b""
    while len(packet) < 4 or len(packet) < int.from_bytes(packet[2:4], "big"):
        length = int.from_bytes(packet[2:4], "big") if len(packet) >= 4 else 4
        more = stream.recv(length - len(packet))
        assert more, "the server has ended the connection"
        packet += more
    return packet
