"""How the mails fare, read off the events that their delivery wrote."""

from dataclasses import dataclass
from datetime import datetime

from secondgate.events import names
from secondgate.events.search import Wanted, look
from secondgate.messaging.models import Provider


@dataclass(frozen=True, slots=True)
class ProviderState:
    """A provider, and how its last message went: `fault` is empty where it was taken."""

    name: str
    last_at: datetime | None = None
    fault: str = ""


def providers() -> list[ProviderState]:
    """Return the providers in their order. One carries all messages, so the newest event is its own."""
    called = list(Provider.objects.values_list("name", flat=True))
    if not called:
        return []
    of_both = [look(Wanted(name=name), most=1).events for name in (names.MESSAGE_SENT, names.MESSAGE_FAILED)]
    last = max((event for events in of_both for event in events), key=lambda event: event.id, default=None)
    if last is None:
        return [ProviderState(name) for name in called]
    first = ProviderState(called[0], last.at, str(last.facts.get("fault", "")))
    return [first, *(ProviderState(name) for name in called[1:])]
