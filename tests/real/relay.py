"""A relay before a real server, which can fall silent: connections stay open, and nothing comes through.

As behind a firewall that has forgotten them, or on a machine that hangs, what was open then stays
silent; later connections speak again.
"""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


class Relay:
    """Passes on what comes, on threads of its own, while it speaks."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._speaks, self._silences = True, 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, url: str) -> str:
        """Return the URL by which the server is reached through this relay."""
        return re.sub(r"@[^/]*/", f"@127.0.0.1:{self._listening.getsockname()[1]}/", url)

    def fall_silent(self) -> None:
        """Take everything, and pass nothing on."""
        self._speaks, self._silences = False, self._silences + 1

    def speak(self) -> None:
        """Pass on what comes by new connections."""
        self._speaks, self._silences = True, self._silences + 1

    def close(self) -> None:
        """Hang up on both sides."""
        for end in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                here, _ = self._listening.accept()
                there = socket.create_connection(self._there)
                self._open += [here, there]
                for ends in ((here, there), (there, here)):
                    threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        began = self._silences
        with contextlib.suppress(OSError):
            while octets := one.recv(65536):
                if self._speaks and self._silences == began:
                    other.sendall(octets)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay_to(url: str) -> Iterator[Relay]:
    """Yield a relay before the server of a URL."""
    where = urlsplit(url)
    relay = Relay(where.hostname or "", where.port or 0)
    try:
        yield relay
    finally:
        relay.close()
