"""The running server's control socket, from outside: where it is, and how a login is tried through it."""

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

NAME: Final = "control.sock"
TIMEOUT: Final = 60  # seconds; a login that waits for a phone takes its time


class ControlError(Exception):
    """The login could not be tried: one sentence."""


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
    try:
        with address(data / "run") as path, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(path)
            connection.sendall(json.dumps(asked).encode() + b"\n")
            with connection.makefile() as stream:
                answer = json.loads(stream.readline())
    except TimeoutError as cause:
        raise ControlError(f"The server did not answer within {TIMEOUT} s.") from cause
    except (OSError, ValueError) as cause:
        raise ControlError(f"No server is running on {data}. Start one: secondgate serve.") from cause
    if "error" in answer:
        raise ControlError(answer["error"])
    return Tried(**answer)
