"""The load: radload, built from its source, and what it says of one measurement."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from bench.child import run
from bench.errors import BenchError
from bench.people import SECRET

SOURCES: Final = ("radload.c", "mschap.h", "radsec.h")
HERE: Final = Path(__file__).parent
BUILT: Final = HERE / "build"

# Source ports, as many for one login in flight as for 64: the kernel shares the requests out among
# several workers by their ports, and two ports could all fall to one.
PORTS: Final = 16


@dataclass(frozen=True, slots=True)
class Load:
    """One measurement: all of its logins were accepted. Times are in milliseconds."""

    accepts: int
    rate: float  # accepts a second
    p50: float
    p99: float


class Generator(Protocol):
    """What makes logins at one server."""

    def measure(self, first_user: int, logins: int, in_flight: int) -> Load:
        """Return how that many logins fared. Raises BenchError for anything but accepts."""


def build() -> Path:
    """Return radload, compiled where its source is newer. Raises BenchError."""
    sources, built = [HERE / name for name in SOURCES], BUILT / "radload"
    if not built.exists() or built.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        BUILT.mkdir(exist_ok=True)
        fresh = BUILT / f"radload-{os.getpid()}"  # two may build at once, and a third one run it
        run("cc", "-O2", "-Wall", "-Wextra", "-o", fresh, sources[0], "-lssl", "-lcrypto")
        fresh.replace(built)
    return built


@dataclass(frozen=True, slots=True)
class Radload:
    """RADIUS logins, each reply checked. `once`: no line of the file is used twice.

    `how` are further options of radload's: without any it is PAP over UDP.
    """

    program: Path
    credentials: Path
    port: int
    once: bool
    how: Sequence[str | Path] = ()

    def measure(self, first_user: int, logins: int, in_flight: int) -> Load:
        """Return how that many logins fared. Raises BenchError for anything but accepts."""
        done = subprocess.run(
            [
                self.program, "--server", f"127.0.0.1:{self.port}", "--secret", SECRET,
                "--file", self.credentials, "--count", str(logins), "--first-user", str(first_user),
                "--window", str(in_flight), "--ports", str(PORTS), "--require-reply-ma", "--strict",
                *(["--once"] if self.once else []), *self.how,
            ],
            capture_output=True, text=True,
        )  # fmt: skip
        return read(done.returncode, done.stdout, done.stderr, logins)


def read(code: int, output: str, errors: str, logins: int) -> Load:
    """Return what a load generator said. Raises BenchError unless it was all accepts."""
    if code or not output:
        raise BenchError(f"not every login was accepted: {' '.join(f'{output}{errors}'.split())}")
    said = json.loads(output)
    if said["accept"] != logins:
        raise BenchError(f"only {said['accept']} of {logins} logins were made: {output.strip()}")
    if said.get("challenge_mode") and said["challenge"] < logins:
        raise BenchError(
            f"only {said['challenge']} of {logins} logins were asked for a code: {output.strip()}"
        )
    return Load(said["accept"], said["accept_rate"], said["login_ms"]["p50"], said["login_ms"]["p99"])
