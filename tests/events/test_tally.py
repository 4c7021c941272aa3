"""Counting beside the logins: each event once, on both databases, whatever happens in between."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from secondgate.events import tally
from tests.scenarios.house import House

pytestmark = pytest.mark.real

# In a process of its own: Django knows one database a process.
BEGIN = """
import json, os, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from secondgate.cli.start import ready
ready()
from django.db import connection, transaction
from django.db.models import Sum
from secondgate.events import tally
from secondgate.events.models import Event, Key, Tally, Tallied

APP, ANN = uuid4(), uuid4()
def add(count, hour=10, **fields):
    at = datetime(2026, 1, 1, hour, 59, 59, 999999, tzinfo=UTC)
    fields = {"name": "login.accepted", "application_id": APP, "user_id": ANN, **fields}
    return Event.objects.bulk_create([Event(at=at, **fields) for _ in range(count)])
def all_of_it(at_once=1000):
    while any([tally.catch_up(at_once) for _ in range(3)]):  # take, look ahead, take
        pass
def counted():
    return Tally.objects.aggregate(n=Sum("count"))["n"] or 0
def say(**said):
    print(json.dumps(said))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    url = request.getfixturevalue("postgresql").create_database() if request.param == "postgresql" else ""
    return House(tmp_path, database_url=url)


def ask(house: House, code: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code], env=house.env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_each_hour_has_its_count_and_each_event_its_keys(house: House) -> None:
    said = ask(
        house,
        """
start = Key.objects.count()
add(3); add(2, hour=11); add(4, hour=11, name="login.refused", reason="wrong-code")
add(1, name="client.unknown", application_id=None, user_id=None)
all_of_it(2)
say(hours=sorted(Tally.objects.values_list("hour", "name", "reason", "count")),
    ann=Key.objects.filter(key=ANN.hex).count(), wrong=Key.objects.filter(key="wrong-code").count(),
    unknown=Key.objects.filter(key="client.unknown").count(), again=tally.catch_up())
""",
    )
    first = 490_906  # 1 January 2026, 10:00 UTC, in hours of Unix time
    assert said["hours"] == [
        [first, "login.accepted", "", 3],
        [first + 1, "login.accepted", "", 2],
        [first + 1, "login.refused", "wrong-code", 4],
    ]
    assert (said["ann"], said["wrong"], said["unknown"], said["again"]) == (9, 4, 1, False)


def test_many_that_count_at_once_count_once(house: House) -> None:
    said = ask(
        house,
        """
add(500)
with ThreadPoolExecutor(4) as pool: list(pool.map(all_of_it, [7] * 4))
all_of_it()
say(counted=counted(), keys=Key.objects.filter(key=ANN.hex).count())
""",
    )
    assert said == {"counted": 500, "keys": 500}


def test_killed_in_the_middle_it_goes_on_where_it_was(house: House) -> None:
    assert ask(
        house,
        """
add(100)
tally.catch_up(30)
if os.fork() == 0:
    connection.connect()
    whole = tally._take
    def take(*between):
        whole(*between)
        os.kill(os.getpid(), 9)
    tally._take = take
    tally.catch_up(30); tally.catch_up(30)
os.wait()
connection.connect()
all_of_it()
say(counted=counted())
""",
    ) == {"counted": 100}


def test_an_event_that_is_committed_late_is_not_passed_by(house: House) -> None:
    """Its id is smaller than what others have committed meanwhile: PostgreSQL's sequences do not wait."""
    if not house.database_url:
        pytest.skip("SQLite has one writer: ids are committed in their order")
    said = ask(
        house,
        """
late, go = threading.Event(), threading.Event()
def slow():
    with transaction.atomic():
        add(1)
        late.set(); go.wait()
slow_one = threading.Thread(target=slow); slow_one.start()
late.wait(); add(5)
all_of_it()
before = counted()
go.set(); slow_one.join()
add(1); all_of_it()
say(before=before, after=counted())
""",
    )
    assert said == {"before": 0, "after": 7}


def test_in_a_burst_it_waits_as_long_as_readers_see_all_that_is_behind() -> None:
    assert tally.may_wait(1000, 1.0, 1000)
    assert not tally.may_wait(100, 1.0, 1000)  # no burst
    assert not tally.may_wait(1000, 1.0, tally.FRESH_MOST)
    assert not tally.may_wait(0, 0.0, 0)


def test_a_look_tells_the_newest_and_how_much_is_behind(house: House) -> None:
    said = ask(
        house,
        "first = tally.look(); add(5); seen = tally.look(); all_of_it(); "
        "say(first=first, seen=seen, end=tally.look())",
    )
    assert said["seen"] == [said["first"][0] + 5, said["first"][1] + 5]
    assert said["end"] == [said["seen"][0], 0]
