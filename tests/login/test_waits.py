"""What an administrator sees of the throttle, and lifts."""

from asgiref.sync import sync_to_async

from secondgate.events.models import Event
from secondgate.events.read import told
from secondgate.ledger.statements import DECAY
from secondgate.login.outcome import Accept
from secondgate.login.throttle import FREE, wait
from secondgate.login.waits import lift, lift_source, waiting
from secondgate.people.models import User
from tests.login.door import NOW, Door, code

PLACE = "198.51.100.7"


async def fail(door: Door, count: int, **more: str) -> None:
    """Fail so often in a row, as fast as the throttle lets one."""
    now = NOW
    for number in range(1, count + 1):
        await door.login("000000", at=now, **more)  # type: ignore[arg-type]
        now += wait(number)


async def test_who_waits_is_seen_and_for_how_long(door: Door) -> None:
    ann, bob = [await User.objects.aget(login=login) for login in ("ann", "bob")]
    await fail(door, 2, name="bob", application="VPN")
    await fail(door, 3, name="nobody")
    await fail(door, FREE - 1)
    assert await sync_to_async(waiting)([ann, bob], NOW) == {}
    await fail(door, 1)
    assert await sync_to_async(waiting)([ann, bob], NOW) == {ann.pk: wait(FREE)}
    assert await sync_to_async(waiting)([bob], NOW) == {}
    assert await sync_to_async(waiting)([ann, bob], NOW + DECAY) == {}


async def test_a_lifted_wait_is_over_at_the_next_login_and_is_told_once(door: Door) -> None:
    ann = await User.objects.aget(login="ann")
    await fail(door, FREE)
    assert await door.reason(code()) == "throttled"
    assert await sync_to_async(lift)(ann, by="test") is True
    assert isinstance(await door.login(code()), Accept)
    assert await sync_to_async(lift)(ann, by="test") is False
    event = await Event.objects.aget(name="throttle.lifted")
    assert event.user_id == ann.pk
    assert event.facts == {
        "by": "test", "subject": ann.pk.hex, "before": {"failures": FREE}, "after": {"failures": 0},
    }  # fmt: skip
    (words,) = await sync_to_async(list)(told([event]))  # type: ignore[call-overload]
    assert words.sentence == "ann need not wait any more: failures in a row were forgiven."


async def test_a_place_is_lifted_by_what_the_events_call_it(door: Door) -> None:
    for number in range(FREE):
        assert await door.reason("000000", name=f"nobody{number}", source=PLACE) == "unknown-user"
    assert await door.reason(code(), source=PLACE) == "throttled"
    assert await sync_to_async(lift_source)("198.51.100.8", by="test") is False
    assert await sync_to_async(lift_source)(PLACE, by="test") is True
    assert isinstance(await door.login(code(), source=PLACE), Accept)
    assert (await Event.objects.aget(name="throttle.lifted")).facts["subject"] == PLACE
