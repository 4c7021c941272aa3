"""What `radius-client` does: ask, print what went and what came, ask again where there is a question."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, Final

import typer

from secondgate.cli.start import Failed, shown
from secondgate.environment import SettingError, address
from secondgate.radius import exchange
from secondgate.radius.attributes import STATE, Attribute
from secondgate.radius.dictionary import written
from secondgate.radius.exchange import Asked
from secondgate.radius.packet import Code, Packet
from secondgate.radius.readout import lines, title
from secondgate.radius.signing import Secret
from secondgate.upstream import tls, udp
from secondgate.upstream.udp import NoAnswer, Server

Way = Callable[[Server, Asked], Coroutine[Any, Any, Packet]]

ACCOUNTING: Final = {"start": "1", "stop": "2", "interim": "3", "on": "7", "off": "8"}  # RFC 2866 section 5.1


def by_udp(*, within: float, must_sign: bool) -> Way:
    """Return how a server is asked over UDP."""
    return partial(udp.ask, within=within, must_sign=must_sign)


def by_tls(certificate: Path | None, key: Path | None, ca: Path | None, *, within: float) -> Way:
    """Return how a server is asked over TLS. Raises Failed where that cannot be."""
    if not (certificate and key and ca):
        raise Failed("--certificate, --key and --ca belong together: over TLS each side shows who it is.")
    for file in (certificate, key, ca):
        if not file.is_file():
            raise Failed(f"There is no file {file}.")
    try:
        context = tls.trust(ca, certificate, key)
    except OSError as cause:
        says = f"{certificate} and {key} are no certificate with its key, or {ca} holds none, in PEM form"
        raise Failed(f"{says}: {cause}.") from cause
    return partial(tls.ask, context=context, within=within)


class Dialogue:
    """One server that is asked, and how. Raises Failed where something cannot be."""

    def __init__(self, server: str, secret: str, more: list[str], way: Way) -> None:
        try:
            self._server = Server(*address(server, "The server"))
            self._more = [_attribute(text) for text in more]
        except (SettingError, ValueError) as cause:
            raise Failed(str(cause)) from cause
        self._secret, self._way = Secret(secret.encode()), way

    def status(self) -> None:
        """Ask whether it is there."""
        self._ask(exchange.status(self._secret))

    def accounting(self, what: str, user: str) -> None:
        """Tell of a session."""
        if what not in ACCOUNTING:
            raise Failed(f"--accounting is “{what}”; it must be one of {', '.join(ACCOUNTING)}.")
        said = [written("Acct-Status-Type", ACCOUNTING[what])]
        said += [written("User-Name", user)] if user else []
        self._ask(exchange.accounting([*said, *self._more], self._secret))

    def login(self, user: str, typed: str, protocol: str) -> bool:
        """Log in, answering questions as they come; return whether it was accepted."""
        if not user:
            raise Failed("Name whom to log in by --user, or ask only whether it is there by --status.")
        if protocol not in exchange.PROTOCOLS:
            known = ", ".join(exchange.PROTOCOLS)
            raise Failed(f"The protocol is “{protocol}”; it must be one of {known}.")
        more = self._more
        while True:
            try:
                asked = exchange.access(user, typed, self._secret, protocol=protocol, more=more)
            except ValueError as cause:
                raise Failed(str(cause)) from cause
            reply = self._ask(asked)
            if reply.code != Code.ACCESS_CHALLENGE:
                return reply.code == Code.ACCESS_ACCEPT
            more = [*self._more, *reply.all(STATE)]
            typed = typer.prompt("Answer", hide_input=True)

    def _ask(self, asked: Asked) -> Packet:
        _show(f"Sent to {self._server}", asked.packet)
        try:
            reply = asyncio.run(self._way(self._server, asked))
        except NoAnswer as cause:
            raise Failed(str(cause)) from cause
        _show(f"Received from {self._server}", reply)
        if (proven := asked.proves_itself(reply)) is not None:
            print(
                "  (the server proves that it knows what was typed)" if proven else "  (its proof is WRONG)"
            )
        return reply


def _attribute(text: str) -> Attribute:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"“{text}” is no attribute: write NAME=VALUE.")
    return written(name, value)


def _show(what: str, packet: Packet) -> None:
    print(f"{what}: {title(packet)}")
    for called, value in lines(packet):
        print(f"  {called} = {shown(value)}")
