"""`secondgate serve`: the service."""

from enum import StrEnum
from typing import Annotated

import typer

from secondgate.cli.start import Data, Failed, ready


class Part(StrEnum):
    """What one process may run alone."""

    RADIUS = "radius"
    WEB = "web"
    JOBS = "jobs"


Addresses = list[str] | None


def serve(
    data: Data = None,
    http: Annotated[str | None, typer.Option(metavar="HOST:PORT")] = None,
    radius: Annotated[
        Addresses, typer.Option(metavar="HOST:PORT", help="May be given several times.")
    ] = None,
    accounting: Annotated[
        Addresses, typer.Option(metavar="HOST:PORT", help="One above RADIUS's if left out.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer RADIUS.")] = 1,
    only: Annotated[Part | None, typer.Option(help="Run only this part.")] = None,
) -> None:
    """Run the server until it is told to stop (SIGTERM, Ctrl-C)."""
    settings = ready(
        data,
        SECONDGATE_HTTP=http,
        SECONDGATE_RADIUS=" ".join(radius or ()),
        SECONDGATE_ACCOUNTING=" ".join(accounting or ()),
    )
    from secondgate.environment import SettingError
    from secondgate.serve import ServeError, run

    try:
        run(settings, workers=workers, only=only.value if only else None)
    except (ServeError, SettingError) as error:
        raise Failed(str(error)) from error
