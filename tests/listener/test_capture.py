"""What a capture takes down: of its own addresses, and no more than somebody reads."""

from ipaddress import ip_network

from secondgate.listener.capture import CAME, WAITING, Captures
from secondgate.listener.sockets import Sender
from secondgate.radius import readout
from secondgate.radius.attributes import EAP_MESSAGE, USER_NAME
from tests.radius.packets import packet


def sender(address: str) -> Sender:
    return Sender(address, 1024, (address, 1024), [])


def test_only_its_own_addresses_are_seen() -> None:
    captures = Captures()
    assert not captures.looking
    with captures.open(ip_network("2001:db8::/32"), names=True) as capture:
        assert captures.looking
        for address in ("2001:db8::1", "192.0.2.1", "2001:db9::1", "::ffff:192.0.2.1"):
            captures.see(CAME, sender(address), b"xx")
        assert [capture.taken.get_nowait()["client"] for _ in range(capture.taken.qsize())] == ["2001:db8::1"]
    assert not captures.looking


def test_what_nobody_reads_is_counted_and_not_kept() -> None:
    captures = Captures()
    with captures.open(ip_network("192.0.2.0/24"), names=False) as capture:
        for _ in range(WAITING + 7):
            captures.see(CAME, sender("192.0.2.1"), b"")
        assert (capture.taken.qsize(), capture.lost) == (WAITING, 7)


def test_what_proves_who_somebody_is_is_hidden() -> None:
    shown = dict(readout.lines(packet((USER_NAME, b"ann"), (EAP_MESSAGE, b"\x02secret"))))
    assert shown == {"User-Name": "ann", "EAP-Message": "(hidden)"}
