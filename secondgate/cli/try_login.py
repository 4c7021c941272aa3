"""`secondgate try`: a login from the command line."""

from typing import TYPE_CHECKING, Annotated

import typer

from secondgate.cli.start import Data, Failed, existing

if TYPE_CHECKING:
    from secondgate.setup.control import Tried


def try_login(
    application: Annotated[str, typer.Option(help="The application's name.")],
    user: Annotated[str, typer.Option(help="The login name, as it would be typed.")],
    password: Annotated[
        str | None, typer.Option(help="What would be typed; asked for when left out.")
    ] = None,
    data: Data = None,
) -> None:
    """Log in through the running server's own pipeline, and print each step. Exit code 0: accepted."""
    existing(data)
    from django.conf import settings

    from secondgate.setup import control

    typed = password if password is not None else typer.prompt("Password or code", hide_input=True)
    state = ""
    while True:
        try:
            tried = control.try_login(settings.SECONDGATE.data, application, user, typed, state=state)
        except control.ControlError as error:
            raise Failed(str(error)) from error
        _show(tried, application, user)
        if tried.code != "Access-Challenge":
            raise typer.Exit(0 if tried.code == "Access-Accept" else 1)
        state, typed = tried.state, typer.prompt(tried.message, hide_input=True)


def _show(tried: "Tried", application: str, user: str) -> None:
    from secondgate.login.explain import explain, tried_event, why

    event = tried_event(application, user, tried.reason, tried.trail)
    for step, sentence in explain(event):
        print(f"  {step + ':':<15} {sentence}")
    print(f"{tried.code}" + (f": {why(event)} ({tried.reason})" if tried.reason else "."))
