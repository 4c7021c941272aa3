"""Events as the log's rows: six marks, who, what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from secondgate.events import names
from secondgate.events.models import Event
from secondgate.events.read import Told, told
from secondgate.login.explain import explain, in_words, why
from secondgate.login.marks import NOT_REACHED, PASSED, SKIPPED, STOPPED, WAITING, marks, states
from secondgate.login.reasons import AWS_PROBE, REASONS
from secondgate.people.models import User

CLASSES: Final = {PASSED: "", SKIPPED: "s", STOPPED: "x", WAITING: "w", NOT_REACHED: "n"}
LINES: Final = {PASSED: "ok", SKIPPED: "skipped", STOPPED: "bad", WAITING: "wait"}
FRESH: Final = timedelta(minutes=2)  # a question is open no longer than this

TITLES: Final = {
    names.LOGIN_ACCEPTED: ("Accepted", "ok-t"),
    names.LOGIN_CHALLENGED: ("Asked for the second factor", "info-t"),
    names.CLIENT_UNKNOWN: ("Unknown address", "bad-t"),
    names.PACKET_DROPPED: ("No answer was sent", "bad-t"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the log."""

    id: int
    at: datetime
    gates: list[str]  # the class of each mark; none for what is no login
    gates_say: str
    who: str
    login: str
    user: UUID | None
    application: str
    title: str
    tone: str
    text: str
    is_fresh: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail: its step, its sentence, and the class of its mark."""

    step: str
    says: str
    state: str
    in_words: str


def rows(events: Iterable[Event]) -> list[Row]:
    """Return the rows of these events, in their order."""
    events = list(events)
    people = {event.user_id for event in events if event.user_id}
    called = dict(User.objects.filter(pk__in=people).exclude(name="").values_list("pk", "name"))
    return [
        _row(event, one, called.get(event.user_id, "") if event.user_id else "")
        for event, one in zip(events, told(events), strict=True)
    ]


def _row(event: Event, one: Told, name: str) -> Row:
    title, tone, text = what_happened(one)
    said = marks(one)
    return Row(
        id=event.id,
        at=event.at,
        gates=[CLASSES[state] for state in said.values()],
        gates_say=_in_a_sentence(said, title),
        who=name or one.user or one.login or one.client or done_by(one),
        login=_beside_the_name(one, name or one.user),
        user=event.user_id,
        application=one.application,
        title=title,
        tone=tone,
        text=text,
        is_fresh=timezone.now() - event.at < FRESH,
    )


def _beside_the_name(one: Told, name: str) -> str:
    """Return what was typed, where it is another word than the name."""
    if one.user:
        typed = one.login or one.user
        return typed if typed != name else ""
    return "unknown" if one.login or one.event == names.CLIENT_UNKNOWN else ""


def done_by(one: Told) -> str:
    """Return who made a change: a person, or the program's part that did; a run of `apply` has a number."""
    return str(one.facts.get("by", "")).partition(":")[0]


def what_happened(one: Told) -> tuple[str, str, str]:
    """Return an event as a title, the class of its colour, and a sentence."""
    if one.event == names.LOGIN_REFUSED:
        tone = "muted" if one.reason == AWS_PROBE.name else "bad-t"
        return in_words(one.reason), tone, why(one)
    if one.event in (names.LOGIN_ACCEPTED, names.LOGIN_CHALLENGED):
        title, tone = TITLES[one.event]
        return title, tone, ([says for _step, says in explain(one)] or [one.sentence])[-1]
    title, tone = TITLES.get(one.event, (in_words(one.event.replace(".", "-")), ""))
    return title, tone, one.sentence


def _in_a_sentence(said: dict[str, str], title: str) -> str:
    """Return what the marks say, for those who do not see them."""
    for step, state in said.items():
        if state in (STOPPED, WAITING):
            return f"{state.capitalize()} at {step.replace('-', ' ')}: {title}"
    return "Passed every step" if said else ""


def trail(one: Told) -> list[Line]:
    """Return the trail of a login, for the panel."""
    return [
        Line(step, says, LINES[state], state)
        for (step, says), state in zip(explain(one), states(one), strict=True)
    ]


def conclusion(one: Told) -> dict[str, Any]:
    """Return how a refusal ended: why, what the person read, and whether it counts; empty for others."""
    reason = REASONS.get(one.reason)
    if reason is None:
        return {}
    return {"why": why(one), "reply": reason.reply, "counts": reason.counts}
