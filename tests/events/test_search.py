"""One query finds events; in pieces it finds the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from secondgate.events import search as searching
from secondgate.events import tally
from secondgate.events.models import Event
from secondgate.events.search import Wanted, every, look, search

ANN, BOB, CARL = (uuid4() for _ in range(3))
VPN, WEB = uuid4(), uuid4()
START = datetime(2026, 1, 1, tzinfo=UTC)

WANTED = {
    "everything": Wanted(),
    "a user": Wanted(users=(ANN,)),
    "two users": Wanted(users=(ANN, BOB)),
    "nobody": Wanted(users=()),
    "a reason": Wanted(reason="wrong-code"),
    "a reason of a user": Wanted(reason="wrong-code", users=(BOB,)),
    "a rare name": Wanted(name="client.unknown"),
    "a frequent name": Wanted(name="login.accepted"),
    "an outcome": Wanted(outcome="refused"),
    "an outcome that there is not": Wanted(outcome="lost"),
    "an application": Wanted(application=VPN),
    "part of a login name": Wanted(login="NN"),
    "a client's address": Wanted(address="10.0."),
    "a person's address": Wanted(address="198.51."),
    "an hour": Wanted(since=START + timedelta(minutes=30), until=START + timedelta(minutes=90)),
    "between ids": Wanted(after=40, before=90),
    "what never was": Wanted(reason="code-used"),
}  # fmt: skip


@pytest.fixture
def events(db: None) -> list[Event]:
    """Some 200 events of three hours; all but the last twenty have keys."""
    rows = [
        Event(
            id=number,
            at=START + timedelta(minutes=number),
            name=["login.accepted", "login.refused", "login.challenged", "client.unknown"][number % 4],
            reason="wrong-code" if number % 8 == 1 else "throttled" if number % 4 == 1 else "",
            application_id=None if number % 4 == 3 else (VPN, WEB)[number % 3 == 0],
            user_id=None if number % 4 == 3 else (ANN, BOB)[number % 5 == 0],
            source="198.51.100.7" if number % 7 == 0 else "",
            facts={"login": "Ann" if number % 2 else "bob", "client": f"10.{number % 2}.0.1"},
        )
        for number in range(1, 201)
    ]
    Event.objects.bulk_create(rows[:180])
    while tally.catch_up(50):
        pass
    Event.objects.bulk_create(rows[180:])
    return rows


def ids(found: object) -> list[int]:
    return [event.id for event in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("what", WANTED)
def test_looking_in_pieces_finds_what_the_query_finds(
    events: list[Event], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FIRST_WINDOW", 7)
    monkeypatch.setattr(searching, "LAST_WINDOW", 20)
    monkeypatch.setattr(searching, "KEYS_AT_ONCE", 5)
    wanted = WANTED[what]
    right = ids(search(wanted))
    assert right == [event.id for event in events if wanted.fits(event)]
    assert ids(look(wanted, most=1000, budget=60).events) == right[::-1]
    assert ids(look(wanted, most=1000, down=False, budget=60).events) == right
    assert [id_ for bunch in every(wanted, at_once=3) for id_ in ids(bunch)] == right


@pytest.mark.parametrize("what", WANTED)
@pytest.mark.parametrize("budget", [0, 60])
def test_look_by_look_everything_is_found_once(
    events: list[Event], what: str, budget: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FIRST_WINDOW", 30)
    wanted, found = WANTED[what], []
    while True:
        here = look(wanted, most=4, budget=budget)
        found += ids(here.events)
        if here.is_done:
            break
        wanted = replace(wanted, before=here.reached)
    assert found == ids(search(WANTED[what]))[::-1]


def test_a_look_for_what_is_not_there_says_how_far_it_came(
    events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "FIRST_WINDOW", 30)
    here = look(Wanted(login="zoe"), most=50, budget=0)
    assert (here.events, here.reached, here.is_done) == ([], 171, False)


def test_what_has_a_key_is_found_without_looking_at_the_rest(
    events: list[Event], django_assert_num_queries: object
) -> None:
    Event.objects.filter(id=2).update(user_id=CARL)
    tally.Tallied.objects.all().delete()
    from secondgate.events.models import Key, Tally

    Key.objects.all().delete()
    Tally.objects.all().delete()
    while tally.catch_up():
        pass
    with django_assert_num_queries(5):  # type: ignore[operator]  # newest, done, keys, the event, no more keys
        assert ids(look(Wanted(users=(CARL,)), most=50).events) == [2]


def test_an_id_is_not_mistaken_for_another(events: list[Event]) -> None:
    assert not look(Wanted(users=(UUID(int=7),)), most=5).events
