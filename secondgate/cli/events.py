"""`secondgate events`: the log."""

import json
import time
from dataclasses import asdict
from typing import Annotated, Any

import typer

from secondgate.cli.start import Data, Failed, existing, shown

POLL = 0.5  # seconds between two looks with --follow


def events(
    follow: Annotated[bool, typer.Option("--follow", help="Go on printing what comes.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines, with all facts.")] = False,
    user: Annotated[str | None, typer.Option(help="Only of the user of this login name.")] = None,
    application: Annotated[str | None, typer.Option(help="Only of this application.")] = None,
    data: Data = None,
) -> None:
    """Print the events, oldest first."""
    existing(data)
    from secondgate.events.read import search, told

    query = _query(user, application)
    last = 0
    try:
        while True:
            for event in told(search(after=last, **query).iterator()):
                print(
                    json.dumps(asdict(event), ensure_ascii=False) if as_json else _line(event), flush=follow
                )
                last = event.id
            if not follow:
                return
            time.sleep(POLL)
    except KeyboardInterrupt:
        return


def _query(user: str | None, application: str | None) -> dict[str, Any]:
    from secondgate.applications.models import Application
    from secondgate.directories.people import people_called

    query: dict[str, Any] = {}
    if user is not None:
        query["users"] = [found.pk for found in people_called(user)]
        if not query["users"]:
            raise Failed(f"Nobody is called “{user}”.")
    if application is not None:
        found = Application.objects.filter(name=application).first()
        if found is None:
            known = ", ".join(Application.objects.order_by("name").values_list("name", flat=True)) or "none"
            raise Failed(f"There is no application called “{application}”. Known: {known}.")
        query["application"] = found.pk
    return query


def _line(event: Any) -> str:
    reason = f" [{event.reason}]" if event.reason else ""
    return shown(f"{event.id:>6}  {event.at[:19].replace('T', ' ')}  {event.sentence}{reason}")
