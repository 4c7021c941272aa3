"""The people of a measurement: every server knows the same names, with the same seeds and passwords.

They follow from their number, so that a server seeded today fits a file of credentials from yesterday.
"""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

SECRET: Final = "testing123"  # what the load generator and every server share

# Everybody's, where Secondgate asks for one: to hash another for each of 100,000 would take half an hour.
# It is salted, so a check costs what it costs of a password of one's own.
PASSWORD: Final = "four words of somebody"


def login_of(number: int) -> str:
    """Return the login name of one person."""
    return f"user{number:06d}"


def seed_of(number: int) -> bytes:
    """Return a person's TOTP or HOTP seed: 20 octets."""
    return hashlib.sha256(b"seed %d" % number).digest()[:20]


def totp_of(number: int) -> str:
    """Return a person's credential as radload takes it: it makes the code when it sends it."""
    return f"totp:{base64.b32encode(seed_of(number)).decode()}"


def answers_of(number: int) -> str:
    """Return what a person types first, and what they answer when they are asked for a code."""
    return f"{PASSWORD},{totp_of(number)}"


def password_of(number: int) -> str:
    """Return a person's password, for the server that checks nothing else."""
    return f"pw-{hashlib.sha256(b'password %d' % number).hexdigest()[:12]}"


def write_credentials(file: Path, users: int, credential: Callable[[int], str]) -> None:
    """Write radload's file: a line `login,credential` for each person, or two credentials."""
    with file.open("w") as lines:
        lines.writelines(f"{login_of(number)},{credential(number)}\n" for number in range(users))


def read_seeds(file: Path) -> dict[str, bytes]:
    """Return the seeds in a file of TOTP credentials, by login name."""
    lines = (line.rstrip("\n").split(",") for line in file.open())
    return {login: base64.b32decode(credential.removeprefix("totp:")) for login, credential in lines}
