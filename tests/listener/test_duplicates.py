"""Same request, same bytes back (RFC 5080 section 2.2.2)."""

from secondgate.listener.duplicates import KEPT, MOST, Duplicates, mark
from secondgate.radius.attributes import USER_NAME
from tests.fuzz.paper import PaperServer
from tests.radius.packets import octets

DOOR, OTHER_DOOR = object(), object()
SENDER = ("10.0.0.1", 1024)
REQUEST = mark(DOOR, SENDER, b"a request")
OTHERS = [
    mark(DOOR, SENDER, b"another request"),
    mark(OTHER_DOOR, SENDER, b"a request"),
    mark(DOOR, ("10.0.0.2", 1024), b"a request"),
    mark(DOOR, ("10.0.0.1", 1025), b"a request"),
]
OTHER = OTHERS[0]


def test_a_request_is_new_once() -> None:
    duplicates = Duplicates()
    assert duplicates.find(REQUEST, now=0) is None
    seen = duplicates.begin(REQUEST, now=0)
    assert duplicates.find(REQUEST, now=1) is seen


def test_it_has_no_reply_until_it_is_decided() -> None:
    duplicates = Duplicates()
    duplicates.begin(REQUEST, now=0)
    seen = duplicates.find(REQUEST, now=1)
    assert seen
    assert seen.reply is None


def test_it_gets_the_stored_reply() -> None:
    duplicates = Duplicates()
    duplicates.begin(REQUEST, now=0).reply = b"the reply"
    seen = duplicates.find(REQUEST, now=KEPT)
    assert seen
    assert seen.reply == b"the reply"


def test_it_is_new_again_after_half_a_minute() -> None:
    duplicates = Duplicates()
    duplicates.begin(REQUEST, now=0)
    assert duplicates.find(REQUEST, now=KEPT + 0.001) is None


def test_other_octets_and_another_socket_address_or_port_are_another_request() -> None:
    duplicates = Duplicates()
    duplicates.begin(REQUEST, now=0).reply = b"the reply"
    assert [duplicates.find(other, now=0) for other in OTHERS] == [None] * 4
    assert duplicates.find(mark(DOOR, ("10.0.0.1", 1024), b"a " + b"request"), now=0)


def test_a_forged_request_with_the_same_identifier_does_not_push_out_the_real_one() -> None:
    duplicates = Duplicates()
    duplicates.begin(REQUEST, now=0).reply = b"the reply"
    forged = duplicates.begin(OTHER, now=1)
    duplicates.drop(forged)
    seen = duplicates.find(REQUEST, now=1)
    assert seen
    assert seen.reply == b"the reply"


def test_a_request_without_a_reply_is_tried_again() -> None:
    duplicates = Duplicates()
    duplicates.drop(duplicates.begin(REQUEST, now=0))
    assert duplicates.find(REQUEST, now=0) is None


def test_an_old_request_that_ends_late_does_not_end_the_new_one() -> None:
    duplicates = Duplicates()
    old = duplicates.begin(REQUEST, now=0)
    new = duplicates.begin(OTHER, now=1)
    duplicates.drop(old)
    assert duplicates.find(OTHER, now=1) is new


def test_what_is_over_is_forgotten() -> None:
    duplicates = Duplicates()
    for number, other in enumerate(OTHERS):
        duplicates.begin(other, now=number)
    duplicates.begin(REQUEST, now=KEPT + 2.5)
    assert len(duplicates) == 2  # that of second 3, and the new one
    assert duplicates.find(OTHERS[3], now=KEPT + 2.5)


def test_a_request_that_is_begun_again_stays_as_long_as_a_new_one() -> None:
    duplicates = Duplicates()
    duplicates.begin(REQUEST, now=0)
    duplicates.begin(OTHERS[0], now=1)
    seen = duplicates.begin(REQUEST, now=KEPT)
    duplicates.begin(OTHERS[1], now=KEPT + 2)
    assert duplicates.find(REQUEST, now=KEPT + 2) is seen
    assert len(duplicates) == 2


def test_a_flood_pushes_out_the_oldest() -> None:
    duplicates = Duplicates()
    for number in range(MOST + 1):
        duplicates.begin(number, now=0)
    assert len(duplicates) == MOST
    assert duplicates.find(0, now=0) is None
    assert duplicates.find(1, now=0)


async def test_the_same_datagram_gets_the_same_octets_and_is_decided_once() -> None:
    paper, datagram = PaperServer(), octets((USER_NAME, b"ann"))
    first = await paper.deliver(datagram, port=1812)
    assert isinstance(first, bytes)
    assert await paper.deliver(datagram, port=1812) == first
    assert len(paper.attempts) == 1
    await paper.deliver(datagram, port=1813)
    assert len(paper.attempts) == 2
