"""Seeding: what it writes by the thousand is what the rooms' verbs would have written."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.people import PASSWORD, login_of, read_seeds, seed_of

USERS = 50
EVENTS = 20

# Asks an installation of its own, so by a process of its own: Django knows one database a process.
ASK = """
import asyncio, json, sys, time
from pathlib import Path
from secondgate.cli.start import ready
ready(Path(sys.argv[1]))
from secondgate.events.models import Event, Subject
from secondgate.ledger.connect import connect
from secondgate.ledger.ledger import Question
from secondgate.login.attempt import Attempt
from secondgate.login.decide import decide
from secondgate.methods.hotp import code_at

login, seed, *typed = sys.argv[2], bytes.fromhex(sys.argv[3]), *sys.argv[4:]

async def log_in(ledger, application, snapshot, digest):
    now = time.time()
    text = typed[0] if typed else code_at(seed, int(now) // 30).decode()
    attempt = Attempt(snapshot, application, "127.0.0.1", login, text, digest, now)
    return type(await decide(attempt, ledger)).__name__

async def ask():
    ledger = connect()
    snapshot = await ledger.refresh()
    application = next(iter(snapshot.applications.values()))
    reading = await ledger.open(Question((login,)))
    said = {
        "people": len(reading.people),
        "clients": [str(client.network) for client in snapshot.clients],
        "outcomes": [await log_in(ledger, application, snapshot, digest) for digest in ("first", "second")],
    }
    await ledger.close()
    return said

seen = Event.objects.filter(name__in=("login.accepted", "login.challenged", "login.refused", "client.unknown"))
events, subjects = seen.count(), Subject.objects.count()
print(json.dumps({**asyncio.run(ask()), "events": events, "subjects": subjects}))
"""


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a seeded installation, `data`, and its credentials."""
    folder = tmp_path_factory.mktemp("seeded")
    _run(
        "-m", "bench.seed", "--data", folder / "data", "--users", USERS, "--events", EVENTS,
        "--out", folder / "totp.csv",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def said(seeded: Path) -> dict:
    """What the installation says when it is asked for the last user."""
    last = USERS - 1
    return json.loads(_run("-c", ASK, seeded / "data", login_of(last), seed_of(last).hex()))


def test_a_seeded_user_is_found_and_let_in_once(said: dict):
    assert said["people"] == 1
    assert said["outcomes"] == ["Accept", "Refuse"]


def test_the_application_is_asked_from_loopback_only(said: dict):
    assert said["clients"] == ["127.0.0.1/32"]


def test_events_and_names_are_written(said: dict):
    assert said["events"] == EVENTS
    assert said["subjects"] == 2 * USERS + 4  # users, authenticators; two applications, policy, directory


def test_a_seeded_folder_can_be_made_one_of_challenge_logins(seeded: Path, tmp_path: Path):
    data = tmp_path / "data"
    shutil.copytree(seeded / "data", data)
    _run("-m", "bench.seed", "--data", data, "--users", 0, "--challenge")
    said = json.loads(_run("-c", ASK, data, login_of(7), "", PASSWORD))
    assert said["outcomes"] == ["Challenge", "Challenge"]


def test_credentials_are_the_seeds(seeded: Path):
    seeds = read_seeds(seeded / "totp.csv")
    assert len(seeds) == USERS
    assert seeds[login_of(7)] == seed_of(7)


def _run(*arguments: object) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECONDGATE_")}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
