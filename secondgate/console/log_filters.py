"""What the log shows: the address of the page, read as the one query's `Wanted`."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone

from secondgate.applications.models import Application
from secondgate.directories.people import people_called
from secondgate.events.names import SAYS
from secondgate.events.search import OUTCOMES, Wanted
from secondgate.login.explain import in_words
from secondgate.login.reasons import REASONS
from secondgate.people.models import User
from secondgate.radius.drops import DROPS
from secondgate.web.wording import moment

WHY: Final = {**REASONS, **DROPS}  # why a login was refused, or a packet got no answer
SPANS: Final = {"1h": "Last hour", "24h": "Last 24 hours", "7d": "Last 7 days", "30d": "Last 30 days"}
UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1)}
PEOPLE_MOST: Final = 20  # of one name, in several realms
TEXT_MOST: Final = 255


class NoSense(ValueError):
    """A filter that cannot be: a sentence for the page."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, in words, and the address without it."""

    title: str
    without: str


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of one page. `given` is what the address says; `faults` are those that make no sense."""

    given: dict[str, str]
    wanted: Wanted
    chips: list[Chip]
    faults: list[str]

    def address(self, **more: Any) -> str:
        """Return the query of the same filters, and more."""
        said = {**self.given, **{key: str(value) for key, value in more.items() if value not in ("", None)}}
        return urlencode(said)


def read(query: Mapping[str, str]) -> Filters:
    """Return the filters that an address asks for. What makes no sense is left out, and said."""
    given = {name: query.get(name, "").strip()[:TEXT_MOST] for name in FIELDS if query.get(name, "").strip()}
    wanted, titles, faults = Wanted(), {}, []
    for name, text in given.items():
        try:
            wanted, titles[name] = FIELDS[name](wanted, text)
        except NoSense as error:
            faults.append(str(error))
    chips = [
        Chip(title, urlencode({key: value for key, value in given.items() if key != name}))
        for name, title in titles.items()
        if name != "q"
    ]
    return Filters({name: text for name, text in given.items() if name in titles}, wanted, chips, faults)


def _outcome(wanted: Wanted, text: str) -> tuple[Wanted, str]:
    return replace(wanted, outcome=_one_of(OUTCOMES, text, "outcome")), text.capitalize()


def _reason(wanted: Wanted, text: str) -> tuple[Wanted, str]:
    return replace(wanted, reason=_one_of(WHY, text, "reason")), in_words(text)


def _name(wanted: Wanted, text: str) -> tuple[Wanted, str]:
    return replace(wanted, name=_one_of(SAYS, text, "event")), text


def _one_of(known: Mapping[str, Any], text: str, what: str) -> str:
    if text not in known:
        raise NoSense(f"There is no {what} “{text}”, so it is not looked for.")
    return text


def _application(wanted: Wanted, text: str) -> tuple[Wanted, str]:
    pk = _id(text, "application")
    found = Application.everything.filter(pk=pk).first()
    return replace(wanted, application=pk), found.name if found else "A removed application"


def _user(wanted: Wanted, text: str) -> tuple[Wanted, str]:
    pk = _id(text, "person")
    found = User.objects.filter(pk=pk).first()
    return replace(wanted, users=(pk,)), (found.name or found.login) if found else "A removed person"


def _id(text: str, what: str) -> UUID:
    try:
        return UUID(hex=text)
    except ValueError as cause:
        raise NoSense(f"“{text}” is no {what}, so it is not looked for.") from cause


def _address(wanted: Wanted, text: str) -> tuple[Wanted, str]:
    return replace(wanted, address=text), f"From {text}"


def _since(wanted: Wanted, text: str) -> tuple[Wanted, str]:
    if text in SPANS:
        return replace(wanted, since=timezone.now() - int(text[:-1]) * UNITS[text[-1]]), SPANS[text]
    at = _moment(text)
    return replace(wanted, since=at), f"Since {_in_words(at)}"


def _until(wanted: Wanted, text: str) -> tuple[Wanted, str]:
    at = _moment(text)
    return replace(wanted, until=at), f"Until {_in_words(at)}"


def _in_words(at: datetime) -> str:
    """Return a time as the rows have it; a full minute without its seconds."""
    return moment(at, timezone.now()).removesuffix(":00")


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as cause:
        raise NoSense(f"“{text}” is no time, so it is not looked for. A time is 2026-11-25T14:00.") from cause
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _anything(wanted: Wanted, text: str) -> tuple[Wanted, str]:
    """Take what was typed into the one search field for the first thing that it can be."""
    return next(found for guess in GUESSES if (found := guess(wanted, text)) is not None), text


def _as_event(wanted: Wanted, text: str) -> Wanted | None:
    if not re.fullmatch(r"\d{1,18}", text):
        return None
    return replace(wanted, after=int(text) - 1, before=int(text) + 1)


def _as_code(wanted: Wanted, text: str) -> Wanted | None:
    code = text.lower().replace(" ", "-")
    for field, known in (("reason", WHY), ("outcome", OUTCOMES), ("name", SAYS)):
        if code in known:
            return replace(wanted, **{field: code})  # type: ignore[arg-type]
    return None


def _as_address(wanted: Wanted, text: str) -> Wanted | None:
    looks_so = re.fullmatch(r"\d{1,3}\.[\d.]*|[0-9a-fA-F]*:[0-9a-fA-F:.]*", text)
    return replace(wanted, address=text.lower()) if looks_so else None


def _as_person(wanted: Wanted, text: str) -> Wanted | None:
    found = people_called(text)
    return replace(wanted, users=tuple(user.pk for user in found[:PEOPLE_MOST])) if found else None


def _as_part_of_a_name(wanted: Wanted, text: str) -> Wanted | None:
    return replace(wanted, login=text)


GUESSES: Final[tuple[Callable[[Wanted, str], Wanted | None], ...]] = (
    _as_event, _as_code, _as_address, _as_person, _as_part_of_a_name,
)  # fmt: skip

# The fields of the address, in the order in which they are shown.
FIELDS: Final[dict[str, Callable[[Wanted, str], tuple[Wanted, str]]]] = {
    "q": _anything,
    "outcome": _outcome,
    "reason": _reason,
    "name": _name,
    "application": _application,
    "user": _user,
    "address": _address,
    "since": _since,
    "until": _until,
}


@dataclass(frozen=True, slots=True)
class Menu:
    """A filter to choose from: its title, and what may be chosen with the address that shows it."""

    name: str
    title: str
    choices: list[tuple[str, str]]


def menus(filters: Filters) -> Iterator[Menu]:
    """Yield the filters that are not set yet."""
    applications = {one.pk.hex: one.name for one in Application.everything.order_by("name")}
    tables = {
        "outcome": ("Outcome", {name: name.capitalize() for name in OUTCOMES}),
        "application": ("Application", applications),
        "reason": ("Reason", {name: in_words(name) for name in sorted(REASONS)}),
        "name": ("Event", {name: name for name in sorted(SAYS)}),
        "since": ("Time", SPANS),
    }
    for name, (title, choices) in tables.items():
        if name not in filters.given:
            yield Menu(name, title, [(says, filters.address(**{name: key})) for key, says in choices.items()])
