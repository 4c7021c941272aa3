"""`secondgate try`: a login from the command line."""

import json
import socket
from typing import Annotated, Any

import typer

from secondgate.cli.start import Data, Failed, existing

TIMEOUT = 60  # seconds; a login that waits for a phone takes its time


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
    typed = password if password is not None else typer.prompt("Password or code", hide_input=True)
    asked = {"application": application, "user": user, "password": typed}
    while True:
        answer = _ask(asked)
        if "error" in answer:
            raise Failed(answer["error"])
        _show(answer, asked)
        if answer["code"] != "Access-Challenge":
            raise typer.Exit(0 if answer["code"] == "Access-Accept" else 1)
        asked |= {"state": answer["state"], "password": typer.prompt(answer["message"], hide_input=True)}


def _ask(asked: dict[str, Any]) -> dict[str, Any]:
    from django.conf import settings

    from secondgate.listener.control import address

    folder = settings.SECONDGATE.data / "run"
    try:
        with address(folder) as path, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(path)
            connection.sendall(json.dumps(asked).encode() + b"\n")
            with connection.makefile() as stream:
                answer: dict[str, Any] = json.loads(stream.readline())
                return answer
    except TimeoutError as cause:
        raise Failed(f"The server did not answer within {TIMEOUT} s.") from cause
    except (OSError, ValueError) as cause:
        raise Failed(f"No server is running on {folder.parent}. Start one: secondgate serve.") from cause


def _show(answer: dict[str, Any], asked: dict[str, Any]) -> None:
    from secondgate.events.read import Told, named_facts
    from secondgate.login.explain import explain, why

    facts = named_facts({"trail": answer["trail"]})
    event = Told(
        id=0,
        at="",
        event="",
        reason=answer["reason"],
        application=asked["application"],
        user=asked["user"],
        login=asked["user"],
        client="secondgate try",
        source="",
        facts=facts,
    )
    for step, sentence in explain(event):
        print(f"  {step + ':':<15} {sentence}")
    print(f"{answer['code']}" + (f": {why(event)} ({answer['reason']})" if answer["reason"] else "."))
