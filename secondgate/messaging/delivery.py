"""Carry messages: at once and on a thread of their own; what became of each is an event.

One rule for what fails: what may go the next time is tried once more, after a while; what will not, is
not. A restart in between loses the second try: people ask for a link again, and codes are old by then.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore, Event
from typing import Any, Final
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


def send_now(message: Message) -> str:
    """Return who took a message, once. Raises MessagingError."""
    provider = Provider.objects.filter(kind__in=KINDS).first()
    if provider is None:
        raise MessagingError(
            "There is no mail server yet.", remedy="Set one up in the console's settings.", permanent=True
        )
    return KINDS[provider.kind].send(opened(provider), message, timeout=TIMEOUT)


def deliver(
    message: Message, *, about: str, user_id: UUID | None, by: str, again_after: float = AGAIN_AFTER
) -> Future[bool]:
    """Send a message on a thread; return what will tell whether it was taken.

    `about` is what it is, in a word for the log. Raises MessagingError when too many are waiting.
    """
    if not _room.acquire(blocking=False):
        raise MessagingError("Too many messages are waiting.", permanent=False)
    facts = {"about": about, "to": masked(message.to)}
    return _threads.submit(_deliver, message, facts, user_id, by, again_after)


def masked(address: str) -> str:
    """Return what of an address an event keeps: whose it is stands there as an id, which can be erased."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _deliver(
    message: Message, facts: Mapping[str, Any], user_id: UUID | None, by: str, again_after: float
) -> bool:
    try:
        return deliver_here(message, facts=facts, user_id=user_id, by=by, again_after=again_after)
    except Exception as error:  # the thread's last line: what goes wrong here has no other reader
        log.error("message-lost", about=facts["about"], fault=type(error).__name__)
        return False
    finally:
        _room.release()
        close_old_connections()


def deliver_here(
    message: Message, *, facts: Mapping[str, Any], user_id: UUID | None, by: str, again_after: float = 0
) -> bool:
    """Send a message, once more where that may help, and write what became of it; tell whether it went."""
    for last in (False, True):
        try:
            said = send_now(message)
        except MessagingError as error:
            if last or error.permanent:
                fault = f"{error} {error.remedy}".strip()
                record(names.MESSAGE_FAILED, by=by, user_id=user_id, facts={**facts, "fault": fault})
                return False
            _never.wait(again_after)
        else:
            record(names.MESSAGE_SENT, by=by, user_id=user_id, facts={**facts, "answer": said})
            return True
    raise AssertionError("a try is the last one")
