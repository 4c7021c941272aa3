"""Servers as children: in the foreground, waited for by real requests, stopped by their own pid.

Each is the head of a process group of its own, so that a Ctrl-C at the terminal reaches this process
only, which then stops them one by one.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from bench.errors import BenchError

READY_WITHIN: Final = 60.0  # seconds
STOPPED_WITHIN: Final = 10.0  # seconds
KINDS: Final = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
TAIL: Final = 40  # lines of a log that are shown when its server fails


class Child:
    """A server that runs as our child, from `with` to the end of its block."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        is_ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
        stop_with: signal.Signals = signal.SIGTERM,
    ) -> None:
        self._command, self._log = _words(command), log
        self._is_ready, self._stop_with = is_ready, stop_with
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self.first_answer = 0.0  # seconds from its start

    @property
    def pid(self) -> int:
        """The process that we have started; it may have children."""
        assert self._process, "it has not been started"
        return self._process.pid

    def __enter__(self) -> Self:
        """Start it, and return when it answers. Raises BenchError, with its log, when it does not."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment,
                process_group=0,
            )  # fmt: skip
        try:
            while not self._is_ready():
                self._give_up_after(READY_WITHIN - (time.monotonic() - began))
        except BaseException:
            self._stop()
            raise
        self.first_answer = time.monotonic() - began
        return self

    def __exit__(self, *_: object) -> None:
        """End it, and return when it has ended."""
        self._stop()

    def failed(self, how: str) -> BenchError:
        """Return the error that tells how it failed, with the end of its log."""
        lines = self._log.read_text(errors="replace").splitlines()[-TAIL:]
        return BenchError("\n".join([f"{self._log.stem} {how}; the end of its log:", *lines]))

    def _give_up_after(self, seconds_left: float) -> None:
        assert self._process
        ended = self._process.poll()
        if ended is not None:
            raise self.failed(f"ended with {ended}")
        if seconds_left < 0:
            raise self.failed("did not answer in time")

    def _stop(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(self._stop_with)
        try:
            process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the group is the one that we have made for it
            process.wait()


def run(*command: str | Path, environment: Mapping[str, str] | None = None, stdin: str = "") -> str:
    """Return what a command prints. Raises BenchError, with what it said, when it fails."""
    words = _words(command)
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, env=environment)
    if done.returncode:
        said = done.stdout[-2000:] + done.stderr[-2000:]
        raise BenchError(f"{words[0]} ended with {done.returncode}:\n{said}")
    return done.stdout


def _words(command: Sequence[str | Path]) -> list[str]:
    """Return the command with its program's path: of daemons only root's PATH knows. Raises BenchError."""
    program, *others = map(str, command)
    found = shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if found is None:
        raise BenchError(f"{program} is not installed. `scripts/packages bench` installs what is needed.")
    return [found, *others]


def free_port() -> int:
    """Return a loopback port that nobody uses now, for UDP and TCP, like the three above it."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as any_:
            any_.bind(("127.0.0.1", 0))
            port: int = any_.getsockname()[1]
        if all(_is_free(number, kind) for number in range(port, port + 4) for kind in KINDS):
            return port


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True
