"""`secondgate radius-client`: send any request to any RADIUS server, and print both packets decoded."""

from pathlib import Path
from typing import Annotated

import typer

NAME_VALUE = typer.Option(
    "--attribute", "-a", metavar="NAME=VALUE", help="One more attribute; may come often."
)


def radius_client(
    server: Annotated[str, typer.Argument(help="HOST:PORT, like 127.0.0.1:1812 or [::1]:1812.")],
    secret: Annotated[
        str, typer.Option(envvar="RADIUS_SECRET", help="Asked for when left out; not over TLS.")
    ] = "",
    user: Annotated[str, typer.Option(help="The login name of an Access-Request.")] = "",
    password: Annotated[str | None, typer.Option(help="What is typed; asked for when left out.")] = None,
    protocol: Annotated[str, typer.Option(help="pap, chap, mschap or mschapv2.")] = "pap",
    attribute: Annotated[list[str] | None, NAME_VALUE] = None,
    status: Annotated[bool, typer.Option("--status", help="Only ask whether it is there.")] = False,
    accounting: Annotated[str, typer.Option(help="start, stop, interim, on or off.")] = "",
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Take replies without Message-Authenticator.")
    ] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for an answer.")] = 10.0,
    certificate: Annotated[
        Path | None, typer.Option(help="Ask over TLS (RadSec) and show this certificate, a PEM file.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="The certificate's key, a PEM file.")] = None,
    ca: Annotated[Path | None, typer.Option(help="Who vouches for the server over TLS, a PEM file.")] = None,
) -> None:
    """Ask a RADIUS server. Exit code 0: accepted, or answered; 1: refused, or no answer."""
    from secondgate.cli.radius_dialogue import Dialogue, by_tls, by_udp

    if certificate or key or ca:
        shared, way = "radsec", by_tls(certificate, key, ca, within=timeout)  # RFC 6614 section 2.3
    else:
        shared = secret or typer.prompt("Shared secret", hide_input=True)
        way = by_udp(within=timeout, must_sign=not unsigned)
    dialogue = Dialogue(server, shared, attribute or [], way)
    if status:
        dialogue.status()
    elif accounting:
        dialogue.accounting(accounting, user)
    else:
        typed = password if password is not None else typer.prompt("Password or code", hide_input=True)
        raise typer.Exit(0 if dialogue.login(user, typed, protocol) else 1)
