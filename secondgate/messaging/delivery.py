"""Carry messages: at once and on a thread of their own; what became of each is an event.

One rule for what fails: what may go the next time is tried once more, after a while; what will not, is
not. A restart in between loses the second try: people ask for a link again, and codes are old by then.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore, Event
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
THREADS: Final = 4  # of which a server that does not answer holds one for a minute
WAITING: Final = 200  # messages; more are refused, not kept: nobody could read them in time

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="messages")
_room = BoundedSemaphore(WAITING)
_never = Event()


def can_mail() -> bool:
    """Tell whether there is a provider of mail."""
    return Provider.objects.filter(kind__in=KINDS).exists()


def deliver(
    message: Message, *, about: str, user_id: UUID | None, by: str, again_after: float = AGAIN_AFTER
) -> Future[bool]:
    """Send a message on a thread; return what will tell whether it was taken.

    `about` is what it is, in a word for the log. Raises MessagingError when too many are waiting.
    """
    return later(lambda: send(message, about=about, user_id=user_id, by=by, tries=2, again_after=again_after))


def later(work: Callable[[], object]) -> Future[bool]:
    """Do `work`, which ends in a message, on a thread; return what will tell whether it raised nothing.

    Raises MessagingError when too many are waiting.
    """
    if not _room.acquire(blocking=False):
        raise MessagingError("Too many messages are waiting.", remedy="Try again later.", permanent=False)
    return _threads.submit(_do, work)


def masked(address: str) -> str:
    """Return what of an address an event keeps: whose it is stands there as an id, which can be erased."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _do(work: Callable[[], object]) -> bool:
    try:
        work()
    except MessagingError:
        return False  # which is an event by now
    except Exception as error:  # the thread's last line: what goes wrong here has no other reader
        log.error("message-lost", fault=type(error).__name__)
        return False
    else:
        return True
    finally:
        _room.release()
        close_old_connections()


def send(
    message: Message, *, about: str, user_id: UUID | None, by: str, tries: int = 1, again_after: float = 0
) -> str:
    """Return who took a message, and write what became of it. Raises MessagingError where nobody did."""
    facts = {"about": about, "to": masked(message.to)}
    for left in reversed(range(tries)):
        try:
            said = _send(message)
            break
        except MessagingError as error:
            if error.permanent or not left:
                fault = f"{error} {error.remedy}".strip()
                record(names.MESSAGE_FAILED, by=by, user_id=user_id, facts={**facts, "fault": fault})
                raise
        _never.wait(again_after)
    record(names.MESSAGE_SENT, by=by, user_id=user_id, facts=facts)
    return said


def _send(message: Message) -> str:
    provider = Provider.objects.filter(kind__in=KINDS).first()
    if provider is None:
        raise MessagingError(
            "There is no mail server yet.", remedy="Set one up in the console's settings.", permanent=True
        )
    return KINDS[provider.kind].send(opened(provider), message, timeout=TIMEOUT)
