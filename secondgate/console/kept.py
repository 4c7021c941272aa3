"""Figures that take long where there are many people: counted by a thread, and kept for a while."""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import structlog
from django.db import DatabaseError, connection

from secondgate.people.models import User

log = structlog.get_logger()
T = TypeVar("T")

AGAIN_AFTER: Final = 60.0  # seconds
WAIT: Final = 0.04  # seconds for which a page waits for the first count
MANY: Final = 1000  # people; fewer are counted at once, each time


class Kept(Generic[T]):
    """What `count` returns: fresh where few people are counted, otherwise as it was a moment ago."""

    def __init__(self, count: Callable[[], T]) -> None:
        self._count = count
        self._value: T | None = None
        self._at = -AGAIN_AFTER
        self._thread: threading.Thread | None = None

    def get(self) -> T | None:
        """Return the figures; None while they are counted for the first time."""
        if not User.objects.order_by("pk").values("pk")[MANY : MANY + 1].exists():
            return self._count()
        if time.monotonic() - self._at >= AGAIN_AFTER and (
            self._thread is None or not self._thread.is_alive()
        ):
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        if self._value is None and self._thread:
            self._thread.join(WAIT)
        return self._value

    def _run(self) -> None:
        try:
            self._value = self._count()
        except DatabaseError as error:
            log.warning("not-counted", fault=str(error))
        finally:
            self._at = time.monotonic()
            connection.close()
