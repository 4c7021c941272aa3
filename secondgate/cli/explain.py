"""`secondgate explain`: why a login ended as it did."""

from typing import Annotated

import typer

from secondgate.cli.start import Data, Failed, existing, shown


def explain(
    event_id: Annotated[int, typer.Argument(metavar="EVENT-ID")],
    data: Data = None,
) -> None:
    """Print one event in words: each step of the login, and what followed."""
    existing(data)
    from secondgate.events.models import Event
    from secondgate.events.read import told
    from secondgate.login.explain import explain as steps
    from secondgate.login.explain import why

    found = next(told(Event.objects.filter(pk=event_id)), None)
    if found is None:
        raise Failed(f"There is no event {event_id}. `secondgate events` lists them.")
    print(shown(f"{found.at[:19].replace('T', ' ')} UTC  {found.sentence}"))
    for step, sentence in steps(found):
        print(shown(f"  {step + ':':<15} {sentence}"))
    if refused := why(found):
        print(shown(f"  Refused:        {refused} ({found.reason})"))
    elif found.reason:  # a packet that was dropped: the sentence has said why
        print(shown(f"  Reason:         {found.reason}"))
