"""Offer to take back what was just done: shown once, on the next list."""

from collections.abc import Iterable
from typing import TypedDict
from uuid import UUID

from secondgate.web.visitor import Request

KEPT = "undo"


class Undo(TypedDict):
    """What was done, in words, and the act that takes it back: its URL name, and what it is posted."""

    says: str
    act: str
    users: list[str]
    group: str


def offer_undo(request: Request, says: str, act: str, users: Iterable[UUID], *, group: str = "") -> None:
    """Keep the offer in the session."""
    request.session[KEPT] = Undo(says=says, act=act, users=[pk.hex for pk in users], group=group)


def take_undo(request: Request) -> Undo | None:
    """Return the offer, which then is gone."""
    undo: Undo | None = request.session.pop(KEPT, None)
    return undo
