"""Ports that nobody uses at this moment."""

import socket
from contextlib import ExitStack


def free_udp_port() -> int:
    """Return a port that is free for UDP and TCP, and so is the one above it."""
    while True:
        with ExitStack() as held:
            first = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                for kind, number in (
                    (socket.SOCK_STREAM, port),
                    (socket.SOCK_DGRAM, port + 1),
                    (socket.SOCK_STREAM, port + 1),
                ):
                    other = held.enter_context(socket.socket(socket.AF_INET, kind))
                    other.bind(("127.0.0.1", number))
            except (OSError, OverflowError):
                continue
            return port
