"""The running server's control socket, from outside: a login is tried through it, packets are looked at.

Also whether a server runs at all, and how its ports are.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

NAME: Final = "control.sock"
FOLDER: Final = "run"  # in the data folder; made by the first server that answers RADIUS
TIMEOUT: Final = 60  # seconds; a login that waits for a phone takes its time
PORTS_WITHIN: Final = 5  # seconds; it only has to look, and whoever asks wants to know whether it is stuck


class ControlError(Exception):
    """What was asked of the running server could not be done: one sentence."""


class address:  # noqa: N801  used like a function
    """The socket's path, by way of its open folder: a socket's own path ends at 107 octets."""

    def __init__(self, folder: Path) -> None:
        self._handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)

    def __enter__(self) -> str:
        return f"/proc/self/fd/{self._handle}/{NAME}"

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)


@dataclass(frozen=True, slots=True)
class Tried:
    """How a login that was tried ended: the reply's code as RFC 2865 calls it, and the trail.

    `state` is that of the question, in hexadecimal digits, where it ended with one.
    """

    code: str
    message: str
    state: str
    reason: str
    trail: list[Any]


def try_login(data: Path, application: str, user: str, typed: str, *, state: str = "") -> Tried:
    """Log in through the listener that runs on the data folder. Raises ControlError."""
    asked = {"application": application, "user": user, "password": typed, "state": state}
    with _asked(data, asked) as answers:
        return Tried(**_next(answers))


def capture(data: Path, network: str, *, names: bool, seconds: float) -> Iterator[dict[str, Any]]:
    """Yield what the server that runs on the data folder sees of a client's packets, for some seconds.

    The first is {"begun": True}. `names`: login names whole. Raises ControlError.
    """
    ends = time.monotonic() + seconds
    with _asked(data, {"capture": network, "names": names}, within=seconds) as answers:
        while (left := ends - time.monotonic()) > 0:
            answers.settimeout(left)
            try:
                yield _next(answers)
            except TimeoutError:
                return


def has_served(data: Path) -> bool:
    """Tell whether a server has ever answered RADIUS from the data folder."""
    return (data / FOLDER).is_dir()


def ports(data: Path) -> dict[str, str]:
    """Return what is wrong with each UDP port of the server that runs on the data folder; empty: nothing.

    Raises ControlError where none runs.
    """
    with _asked(data, {"ports": True}, within=PORTS_WITHIN) as answers:
        return dict(_next(answers)["ports"])


class _Answers:
    """Lines of JSON from a socket, each within a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._begun = connection, b""
        self.settimeout = connection.settimeout

    def line(self) -> bytes:
        """Return the next line. Raises TimeoutError, and OSError where the other side hangs up."""
        while b"\n" not in self._begun:
            more = self._connection.recv(65_536)
            if not more:
                raise ConnectionResetError
            self._begun += more
        line, _, self._begun = self._begun.partition(b"\n")
        return line


@contextmanager
def _asked(data: Path, asked: dict[str, Any], *, within: float = TIMEOUT) -> Iterator[_Answers]:
    try:
        with address(data / FOLDER) as path, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(within)
            connection.connect(path)
            connection.sendall(json.dumps(asked).encode() + b"\n")
            yield _Answers(connection)
    except TimeoutError as cause:
        raise ControlError(
            f"The server did not answer within {within:g} s. Its process log may say why."
        ) from cause
    except (OSError, ValueError) as cause:
        raise ControlError(f"No server is running on {data}. Start it: secondgate serve.") from cause


def _next(answers: _Answers) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(answers.line())
    if "error" in answer:
        raise ControlError(answer["error"])
    return answer
