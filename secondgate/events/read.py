"""Events in words: ids become names, codes become sentences. `search` finds them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from secondgate.events.models import Event, Subject
from secondgate.events.names import CLIENT_UNKNOWN, SAYS
from secondgate.events.search import Look, Wanted, look, search
from secondgate.radius.drops import DROPS

__all__ = ["Facts", "Look", "Told", "Wanted", "look", "named_facts", "search", "told"]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as people and scripts read it: ids have become names."""

    id: int
    at: str
    event: str
    reason: str
    application: str
    user: str
    login: str
    client: str
    source: str
    facts: dict[str, Any]

    @property
    def sentence(self) -> str:
        """What happened, in a sentence."""
        names = {"user": self.user or self.login, "application": self.application}
        if self.reason in DROPS:
            names["drop"] = DROPS[self.reason].says.format_map(Facts(self.facts))
        if self.event == CLIENT_UNKNOWN:
            names["whose"] = _whose(self.facts)
        return SAYS.get(self.event, self.event).format_map(Facts({**self.facts, **names}))


def _whose(facts: dict[str, Any]) -> str:
    """Return whose packet it may be that came from a strange address, and what to do then."""
    client, fits = facts.get("client"), facts.get("fits")
    if "certificate" in facts:  # by TLS the secret is everybody's
        return (
            f" It showed the certificate of {facts['certificate']}: add one of its names to the "
            "`certificate_names` of its application."
        )
    if fits is None:
        return ""
    if not fits:
        return (
            f" It fits no application's secret: if it is one of yours, add {client} to its `clients` and "
            "compare the secrets."
        )
    return f" It fits the secret of {' and of '.join(fits)}: add {client} to its `clients`."


class Facts(dict[str, Any]):
    """Facts for a sentence; one that is missing shows as its name in parentheses."""

    def __missing__(self, key: str) -> str:
        return f"({key})"


def told(events: Iterable[Event], *, at_once: int = 500) -> Iterator[Told]:
    """Yield the events in words; names are looked up for `at_once` events together."""
    bunch: list[Event] = []
    for event in events:
        bunch.append(event)
        if len(bunch) == at_once:
            yield from _told(bunch)
            bunch = []
    yield from _told(bunch)


def _told(events: list[Event]) -> Iterator[Told]:
    ids: set[UUID] = set()
    for event in events:
        ids |= {id_ for id_ in (event.user_id, event.application_id) if id_}
        ids |= set(_ids(event.facts))
    names = {row.id: row.name for row in Subject.objects.filter(id__in=ids)}
    for event in events:
        facts = _named(event.facts, names)
        user = names.get(event.user_id, "") if event.user_id else ""
        yield Told(
            id=event.id,
            at=event.at.isoformat(),
            event=event.name,
            reason=event.reason,
            application=names.get(event.application_id, "") if event.application_id else "",
            user=user,
            login=facts.get("login", ""),
            client=facts.get("client", ""),
            source=event.source,
            facts=facts,
        )


def named_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts in which ids have become names."""
    names = {row.id: row.name for row in Subject.objects.filter(id__in=list(_ids(facts)))}
    named: dict[str, Any] = _named(facts, names)
    return named


def _ids(value: Any) -> Iterator[UUID]:
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        if isinstance(value, str) and len(value) == 32:
            try:
                yield UUID(hex=value)
            except ValueError:
                return
        return
    for one in value:
        yield from _ids(one)


def _named(value: Any, names: dict[UUID, str]) -> Any:
    if isinstance(value, dict):
        return {key: _named(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_named(one, names) for one in value]
    for id_ in _ids(value):
        return names.get(id_, value)
    return value
