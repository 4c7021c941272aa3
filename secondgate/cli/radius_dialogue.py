"""What `radius-client` does: ask, print what went and what came, ask again where there is a question."""

import asyncio
from typing import Final

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
from secondgate.upstream.udp import NoAnswer, Server, ask

ACCOUNTING: Final = {"start": "1", "stop": "2", "interim": "3", "on": "7", "off": "8"}  # RFC 2866 section 5.1


class Dialogue:
    """One server that is asked, and how. Raises Failed where something cannot be."""

    def __init__(self, server: str, secret: str, more: list[str], *, within: float, must_sign: bool) -> None:
        try:
            self._server = Server(*address(server, "The server"))
            self._more = [_attribute(text) for text in more]
        except (SettingError, ValueError) as cause:
            raise Failed(str(cause)) from cause
        self._secret = Secret(secret.encode())
        self._within, self._must_sign = within, must_sign

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
        question = ask(self._server, asked, within=self._within, must_sign=self._must_sign)
        try:
            reply = asyncio.run(question)
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
