"""A Secondgate of a test's own: its folder, its command, its server, as a customer has them."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.scenarios.ports import free_udp_port

READY_WITHIN = 60  # seconds; the start itself takes one


@dataclass
class House:
    """A data folder, and at most one server on it. `database_url` empty: SQLite in the folder."""

    folder: Path
    database_url: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = None
    port: int = 0
    web: int = 0

    @property
    def env(self) -> dict[str, str]:
        """The environment of every command: an empty home, and nothing of ours but what is set here."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("SECONDGATE_")}
        settings = {"SECONDGATE_DATA": str(self.folder / "data"), "HOME": str(self.folder)}
        if self.database_url:
            settings["SECONDGATE_DATABASE_URL"] = self.database_url
        return {**plain, **settings, **self.environment}

    def command(self, *arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run `secondgate …` and return how it ended."""
        line = [sys.executable, "-m", "secondgate", *map(str, arguments)]
        return subprocess.run(line, env=self.env, input=stdin, capture_output=True, text=True, timeout=120)

    def apply(self, text: str, *flags: str) -> subprocess.CompletedProcess[str]:
        """Apply a configuration; return how the command ended."""
        file = self.folder / "house.yaml"
        file.write_text(dedent(text))
        return self.command("apply", file, *flags)

    def configure(self, text: str) -> None:
        """Apply a configuration that must be right."""
        done = self.apply(text)
        assert done.returncode == 0, done.stderr

    def start(self, *flags: str) -> "House":
        """Start the server and return when it is ready."""
        self.port = self.port or free_udp_port()
        self.web = self.web or free_udp_port()
        line = [
            sys.executable, "-m", "secondgate", "serve", "--radius", f"127.0.0.1:{self.port}",
            "--accounting", f"127.0.0.1:{self.port + 1}", "--http", f"127.0.0.1:{self.web}", *flags,
        ]  # fmt: skip
        self.log.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(
                line, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until = time.monotonic() + READY_WITHIN
        while "Ready." not in self.log.read_text() or self.ready() is None:
            if self.server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"The server did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.02)
        return self

    @property
    def log(self) -> Path:
        """What the server printed."""
        return self.folder / "serve.log"

    def ready(self) -> bool | None:
        """Return what /healthz/ready says; None where nobody answers."""
        said = self.get("/healthz/ready")
        return None if said is None else said[0] == 200

    def get(self, path: str) -> tuple[int, str] | None:
        """Return status and body of a page; None where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self.server:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()

    def stop(self) -> int:
        """End the server as a service manager does; return its exit code."""
        if self.server is None or self.server.poll() is not None:
            return self.server.returncode if self.server else 0
        self.server.terminate()
        try:
            return self.server.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def events(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return the events, oldest first, of which these fields have these values."""
        done = self.command("events", "--json")
        assert done.returncode == 0, done.stderr
        events = [json.loads(line) for line in done.stdout.splitlines()]
        return [event for event in events if all(event[key] == value for key, value in wanted.items())]

    def asked(self, sql: str) -> list[dict[str, Any]]:
        """Return what the database itself says."""
        if self.database_url:
            with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
                cursor = connection.execute(sql)  # type: ignore[arg-type]
                return cursor.fetchall() if cursor.description else []
        with closing(sqlite3.connect(self.folder / "data/secondgate.db")) as file, file:
            file.row_factory = sqlite3.Row
            return [dict(row) for row in file.execute(sql)]

    def last_login(self) -> dict[str, Any]:
        """Return the newest event of a login."""
        return [event for event in self.events() if event["event"].startswith("login.")][-1]


def until(holds: Callable[[], bool | None]) -> None:
    """Return when it holds; a bound, not a measure."""
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)
