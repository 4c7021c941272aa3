"""Carry messages: at once and on threads of their own; what became of each is an event.

One rule for what fails: what may go the next time is tried once more, after a while; what will not, is
not. A restart in between loses the second try: people ask for a link again, and codes are old by then.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import BoundedSemaphore, Timer
from typing import Final
from uuid import UUID

import structlog
from django.db import close_old_connections

from secondgate.events import names
from secondgate.events.record import record
from secondgate.messaging.configure import opened
from secondgate.messaging.models import Provider
from secondgate.messaging.provider import Message, MessagingError
from secondgate.messaging.registry import KINDS

log = structlog.get_logger()

TIMEOUT: Final = (
    10.0  # seconds for each answer of a server; RFC 5321 allows minutes, people do not wait so long
)
AGAIN_AFTER: Final = 30.0  # seconds: greylisting servers want some, most of them less


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message, and what its event says: what it is about, in a word, whom it concerns, who sends it."""

    message: Message
    about: str
    user_id: UUID | None
    by: str


class Carrier:
    """Threads of its own, and a number of messages that may wait for them: more are refused, not kept.

    What fills one carrier, or holds it up, does not hold up another.
    """

    def __init__(self, name: str, *, threads: int, waiting: int, again_after: float = AGAIN_AFTER) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=f"messages-{name}")
        self._room = BoundedSemaphore(waiting)
        self._again_after = again_after

    def deliver(self, parcel: Parcel) -> Future[bool]:
        """Carry a message; return what will tell whether it was taken. Raises MessagingError when full."""
        return self.later(lambda: parcel)

    def later(self, make: Callable[[], Parcel | None]) -> Future[bool]:
        """Make a message on a thread, and carry it; None stands for none. As `deliver` otherwise."""
        if not self._room.acquire(blocking=False):
            raise MessagingError("Too many messages are waiting.", remedy="Try again later.", permanent=False)
        done: Future[bool] = Future()
        done.add_done_callback(lambda _done: self._room.release())
        self._threads.submit(self._step, done, lambda: self._begin(done, make))
        return done

    def _begin(self, done: Future[bool], make: Callable[[], Parcel | None]) -> None:
        parcel = make()
        if parcel is None:
            done.set_result(True)
        else:
            self._carry(done, parcel, tries=2)

    def _carry(self, done: Future[bool], parcel: Parcel, *, tries: int) -> None:
        try:
            send(parcel, is_last=tries == 1)
        except MessagingError as error:
            if error.permanent or tries == 1:
                done.set_result(False)
                return
            again = Timer(
                self._again_after, self._threads.submit,
                (self._step, done, lambda: self._carry(done, parcel, tries=tries - 1)),
            )  # fmt: skip
            again.daemon = True  # no thread waits meanwhile, and the process does not when it ends
            again.start()
        else:
            done.set_result(True)

    def _step(self, done: Future[bool], work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # the thread's last line: what goes wrong here has no other reader
            log.error("message-lost", fault=type(error).__name__)
            done.set_result(False)
        finally:
            close_old_connections()


# What administrators send waits behind no stranger. A server that does not answer holds a thread a minute.
ADMINISTRATORS: Final = Carrier("administrators", threads=4, waiting=200)
ANYBODY: Final = Carrier("anybody", threads=2, waiting=100)


def can_mail() -> bool:
    """Tell whether there is a provider of mail."""
    return Provider.objects.filter(kind__in=KINDS).exists()


def masked(address: str) -> str:
    """Return what of an address an event keeps: whose it is stands there as an id, which can be erased."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def send(parcel: Parcel, *, is_last: bool = True) -> str:
    """Return who took a message, and write what became of it. Raises MessagingError where nobody did.

    Unless this is the last try, one that may succeed the next time is no event yet.
    """
    facts = {"about": parcel.about, "to": masked(parcel.message.to)}
    try:
        said = _send(parcel.message)
    except MessagingError as error:
        if error.permanent or is_last:
            fault = f"{error} {error.remedy}".strip()
            record(
                names.MESSAGE_FAILED, by=parcel.by, user_id=parcel.user_id, facts={**facts, "fault": fault}
            )
        raise
    record(names.MESSAGE_SENT, by=parcel.by, user_id=parcel.user_id, facts=facts)
    return said


def _send(message: Message) -> str:
    provider = Provider.objects.filter(kind__in=KINDS).first()
    if provider is None:
        raise MessagingError(
            "There is no mail server yet.", remedy="Set one up in the console's settings.", permanent=True
        )
    return KINDS[provider.kind].send(opened(provider), message, timeout=TIMEOUT)
