"""Measuring logins: each way to log in runs for real, with a few people, and its figures are told."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.real

USERS = 600  # 500 logins are not measured
WAYS = ("secondgate-sqlite", "secondgate-radsec", "secondgate-mschapv2", "secondgate-challenge")


@pytest.fixture(scope="module")
def table() -> dict[str, list[str]]:
    """The figures of each server, as they are told."""
    done = bench("--only", *WAYS)
    assert done.returncode == 0, done.stderr
    return {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line}


@pytest.mark.parametrize("way", WAYS)
def test_every_login_is_accepted(table: dict[str, list[str]], way: str):
    # Anything but an accept would have ended the run: the rate, without a ratio, is of accepts.
    rate, ratio, *_ = table[way]
    assert float(rate.replace(",", "")) > 0
    assert ratio == "–"


def test_more_in_flight_than_it_takes_is_not_asked_of_a_server():
    done = bench("--only", "secondgate-challenge", "--in-flight", "65")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[2].split()[1:7] == ["–"] * 6


def bench(*options: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECONDGATE_")}
    few = ["--rounds", "1", "--logins", "10", "--users", str(USERS)]
    return subprocess.run(
        [sys.executable, "-m", "bench", *few, *options], env=environment, capture_output=True, text=True
    )
