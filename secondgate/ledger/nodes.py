"""The processes that serve, on however many machines: each says how it is, and all can read it."""

import socket
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from secondgate.ledger.models import Node

REPORT_EVERY: Final = 10.0  # seconds
SILENT_AFTER: Final = timedelta(seconds=45)  # four reports were missed: it is busy no more, it is gone
FORGOTTEN_AFTER: Final = timedelta(days=7)


def name_of(parts: Iterable[str]) -> str:
    """Return what this process is called: its machine, and its parts where it does not have all."""
    host, some = socket.gethostname()[:100], sorted(parts)
    return host if len(some) > 1 else f"{host}, {some[0]}"


def report(parts: Iterable[str], said: Mapping[str, str], started_at: datetime) -> None:
    """Write how this process is."""
    now = timezone.now()
    values = {"parts": sorted(parts), "said": dict(said), "started_at": started_at, "seen_at": now}
    Node.objects.update_or_create(name=name_of(parts), defaults=values)
    Node.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()


def leave(parts: Iterable[str]) -> None:
    """Take this process out of the list: it ends in order."""
    Node.objects.filter(name=name_of(parts)).delete()


def is_silent(node: Node, now: datetime) -> bool:
    """Tell whether a process has not said anything for too long."""
    return now - node.seen_at > SILENT_AFTER
