"""`secondgate events`: the log."""

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from secondgate.cli.start import Data, Failed, existing, shown

POLL = 0.5  # seconds between two looks with --follow


def events(
    follow: Annotated[bool, typer.Option("--follow", help="Go on printing what comes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines, with all facts.")] = False,
    user: Annotated[str | None, typer.Option(help="Only of the user of this login name.")] = None,
    application: Annotated[str | None, typer.Option(help="Only of this application.")] = None,
    event: Annotated[str, typer.Option(help="Only of this name, like login.refused.")] = "",
    outcome: Annotated[str, typer.Option(help="Only accepted, refused or waiting logins.")] = "",
    reason: Annotated[str, typer.Option(help="Only refused for this reason, like wrong-code.")] = "",
    login: Annotated[str, typer.Option(help="Only where this is part of what was typed as name.")] = "",
    address: Annotated[str, typer.Option(help="Only from addresses that begin so.")] = "",
    since: Annotated[datetime | None, typer.Option(help="Only from this time on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only before this time (UTC).")] = None,
    data: Data = None,
) -> None:
    """Print the events, oldest first."""
    existing(data)
    from secondgate.events.newest import newest_id
    from secondgate.events.read import told
    from secondgate.events.search import Wanted, every

    wanted = Wanted(
        name=_known(event, "event"),
        outcome=_known(outcome, "outcome"),
        reason=_known(reason, "reason"),
        login=login,
        address=address,
        since=since.replace(tzinfo=UTC) if since else None,
        until=until.replace(tzinfo=UTC) if until else None,
        users=_users(user),
        application=_application(application),
    )
    try:
        while True:
            end = newest_id()
            for bunch in every(replace(wanted, before=end + 1)):
                for one in told(bunch):
                    line = json.dumps(asdict(one), ensure_ascii=False) if as_json else _line(one)
                    print(line, flush=follow)
            wanted = replace(wanted, after=end)
            if not follow:
                return
            time.sleep(POLL)
    except KeyboardInterrupt:
        return


def _known(text: str, what: str) -> str:
    from secondgate.events.names import SAYS
    from secondgate.events.search import OUTCOMES
    from secondgate.login.reasons import REASONS
    from secondgate.radius.drops import DROPS

    tables: dict[str, Iterable[str]] = {"event": SAYS, "outcome": OUTCOMES, "reason": [*REASONS, *DROPS]}
    known = sorted(tables[what])
    if text and text not in known:
        raise Failed(f"There is no {what} “{text}”. Known: {', '.join(known)}.")
    return text


def _users(login: str | None) -> tuple[UUID, ...] | None:
    from secondgate.directories.people import people_called

    if login is None:
        return None
    users = tuple(found.pk for found in people_called(login))
    if not users:
        raise Failed(f"Nobody is called “{login}”.")
    return users


def _application(name: str | None) -> UUID | None:
    from secondgate.applications.models import Application

    if name is None:
        return None
    found = Application.objects.filter(name=name).first()
    if found is None:
        known = ", ".join(Application.objects.order_by("name").values_list("name", flat=True)) or "none"
        raise Failed(f"There is no application called “{name}”. Known: {known}.")
    return found.pk


def _line(event: Any) -> str:
    reason = f" [{event.reason}]" if event.reason else ""
    return shown(f"{event.id:>6}  {event.at[:19].replace('T', ' ')}  {event.sentence}{reason}")
