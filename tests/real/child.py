"""Servers as children: in the foreground, waited for by real requests, stopped by their own pid."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from string import Template

READY_WITHIN = 60  # seconds; the slowest, Samba, took 3 on an idle machine and 20 on a busy one


class Child:
    """A server that runs as our child, with its log beside its data."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        is_ready: Callable[[], bool],
        stop_with: Signals = SIGTERM,
    ) -> None:
        self._command, self._log = [str(part) for part in command], log
        self._is_ready, self._stop_with = is_ready, stop_with
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return when it answers. Raises RuntimeError, with its log, when it does not."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        until = time.monotonic() + READY_WITHIN
        while not self._is_ready():
            ended = self._process.poll()
            if ended is not None or time.monotonic() > until:
                self.stop()
                how = "did not answer in time" if ended is None else f"ended with {ended}"
                text = self._log.read_text(errors="replace")[-4000:]
                raise RuntimeError(f"{self._command[0]} {how}:\n{text}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, and return when it and all its own children have ended."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self._stop_with)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, SIGKILL)
            process.wait()
        _wait_for_group(process.pid)


def _wait_for_group(group: int) -> None:
    """Return when a process group is empty; Samba's children outlive it a little, and still write."""
    until = time.monotonic() + 10
    try:
        while True:
            os.killpg(group, 0 if time.monotonic() < until else SIGKILL)
            time.sleep(0.02)
    except ProcessLookupError:
        return


def run(*command: str | Path, stdin: str = "") -> str:
    """Return what a command prints. Raises RuntimeError, with what it said, when it fails."""
    done = subprocess.run([str(part) for part in command], input=stdin, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def filled(template: Path, **values: str | Path) -> str:
    """Return a configuration file with its $names filled in."""
    return Template(template.read_text()).substitute({name: str(value) for name, value in values.items()})


def free_port(address: str = "127.0.0.1") -> int:
    """Return a TCP port that nobody uses at this moment."""
    with socket.socket() as listener:
        listener.bind((address, 0))
        return int(listener.getsockname()[1])


def answers_ldap(address: str, port: int) -> bool:
    """Return whether a server answers an anonymous LDAP bind there."""
    bind = bytes.fromhex("300c020101600702010304008000")  # message 1: version 3, no name, no password
    try:
        with socket.create_connection((address, port), timeout=2) as connection:
            connection.sendall(bind)
            return connection.recv(1) == b"\x30"
    except OSError:
        return False
