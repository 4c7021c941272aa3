"""Same request, same bytes back (RFC 5080 section 2.2.2)."""

from secondgate.listener.duplicates import KEPT, MOST, Duplicates, Key
from secondgate.radius.attributes import USER_NAME
from tests.fuzz.paper import PaperServer
from tests.radius.packets import octets

KEY: Key = (1, ("10.0.0.1", 1024), 7)
OTHER_KEYS: list[Key] = [
    (2, ("10.0.0.1", 1024), 7), (1, ("10.0.0.2", 1024), 7), (1, ("10.0.0.1", 1025), 7), (1, ("10.0.0.1", 1024), 8)
]  # fmt: skip
REQUEST, OTHER = b"a request", b"another request"


def test_a_request_is_new_once() -> None:
    duplicates = Duplicates()
    assert duplicates.find(KEY, REQUEST, now=0) is None
    seen = duplicates.begin(KEY, REQUEST, now=0)
    assert duplicates.find(KEY, REQUEST, now=1) is seen


def test_it_has_no_reply_until_it_is_decided() -> None:
    duplicates = Duplicates()
    duplicates.begin(KEY, REQUEST, now=0)
    seen = duplicates.find(KEY, REQUEST, now=1)
    assert seen
    assert seen.reply is None


def test_it_gets_the_stored_reply() -> None:
    duplicates = Duplicates()
    duplicates.begin(KEY, REQUEST, now=0).reply = b"the reply"
    seen = duplicates.find(KEY, REQUEST, now=KEPT)
    assert seen
    assert seen.reply == b"the reply"


def test_it_is_new_again_after_half_a_minute() -> None:
    duplicates = Duplicates()
    duplicates.begin(KEY, REQUEST, now=0)
    assert duplicates.find(KEY, REQUEST, now=KEPT + 0.001) is None


def test_other_octets_are_another_request() -> None:
    duplicates = Duplicates()
    duplicates.begin(KEY, REQUEST, now=0).reply = b"the reply"
    assert duplicates.find(KEY, OTHER, now=0) is None


def test_another_socket_sender_port_or_identifier_is_another_request() -> None:
    duplicates = Duplicates()
    duplicates.begin(KEY, REQUEST, now=0)
    assert [duplicates.find(key, REQUEST, now=0) for key in OTHER_KEYS] == [None] * 4


def test_a_forged_request_with_the_same_identifier_does_not_push_out_the_real_one() -> None:
    duplicates = Duplicates()
    duplicates.begin(KEY, REQUEST, now=0).reply = b"the reply"
    forged = duplicates.begin(KEY, OTHER, now=1)
    duplicates.drop(forged)
    seen = duplicates.find(KEY, REQUEST, now=1)
    assert seen
    assert seen.reply == b"the reply"


def test_a_request_without_a_reply_is_tried_again() -> None:
    duplicates = Duplicates()
    duplicates.drop(duplicates.begin(KEY, REQUEST, now=0))
    assert duplicates.find(KEY, REQUEST, now=0) is None


def test_an_old_request_that_ends_late_does_not_end_the_new_one() -> None:
    duplicates = Duplicates()
    old = duplicates.begin(KEY, REQUEST, now=0)
    new = duplicates.begin(KEY, OTHER, now=1)
    duplicates.drop(old)
    assert duplicates.find(KEY, OTHER, now=1) is new


def test_what_is_over_is_forgotten() -> None:
    duplicates = Duplicates()
    for number, key in enumerate(OTHER_KEYS):
        duplicates.begin(key, REQUEST, now=number)
    duplicates.begin(KEY, REQUEST, now=KEPT + 2.5)
    assert len(duplicates) == 2  # that of second 3, and the new one
    assert duplicates.find(OTHER_KEYS[3], REQUEST, now=KEPT + 2.5)


def test_a_request_that_is_begun_again_stays_as_long_as_a_new_one() -> None:
    duplicates = Duplicates()
    duplicates.begin(KEY, REQUEST, now=0)
    duplicates.begin(OTHER_KEYS[0], REQUEST, now=1)
    seen = duplicates.begin(KEY, REQUEST, now=KEPT)
    duplicates.begin(OTHER_KEYS[1], REQUEST, now=KEPT + 2)
    assert duplicates.find(KEY, REQUEST, now=KEPT + 2) is seen
    assert len(duplicates) == 2


def test_a_flood_pushes_out_the_oldest() -> None:
    duplicates = Duplicates()
    for port in range(MOST + 1):
        duplicates.begin((1, port, 7), REQUEST, now=0)
    assert len(duplicates) == MOST
    assert duplicates.find((1, 0, 7), REQUEST, now=0) is None
    assert duplicates.find((1, 1, 7), REQUEST, now=0)


async def test_the_same_datagram_gets_the_same_octets_and_is_decided_once() -> None:
    paper, datagram = PaperServer(), octets((USER_NAME, b"ann"))
    first = await paper.deliver(datagram, port=1812)
    assert isinstance(first, bytes)
    assert await paper.deliver(datagram, port=1812) == first
    assert len(paper.attempts) == 1
    await paper.deliver(datagram, port=1813)
    assert len(paper.attempts) == 2
