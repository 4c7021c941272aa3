"""The control socket: a login from command line or console, through the listener's own pipeline; a capture;
how the ports are.

It lies in a folder that only the service's own user may enter. A request is one line of JSON, and so
is the answer; a capture's is a line for each packet. The login is a real packet: hidden with the
application's secret, decoded, decided, recorded, counted like any other.
"""

import asyncio
import json
import secrets
import time
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from secondgate.ledger.snapshot import Application, Client
from secondgate.listener.replies import reply
from secondgate.listener.requests import read_request, to_attempt
from secondgate.listener.server import Server
from secondgate.listener.sockets import Endpoint
from secondgate.login.login import SnapshotChanged
from secondgate.radius import attributes as a
from secondgate.radius.attributes import readable
from secondgate.radius.hiding import hide
from secondgate.radius.packet import Code, Packet
from secondgate.setup.control import NAME, address

LONGEST = 65_536  # octets of a request; a login is some hundred


async def listen(server: Server, folder: Path) -> asyncio.Server:
    """Open the socket in `folder`, which is made private."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = json.loads(await reader.readline())
            if "capture" in asked:
                await _capture(server, asked, reader, writer)
            elif "ports" in asked:
                _write(writer, {"ports": {port.name: await _fault(port) for port in server.endpoints}})
            else:
                _write(writer, await _answer(server, asked))
        except ConnectionError:
            pass  # whoever asked has gone
        except Exception as error:
            _write(writer, {"error": f"That could not be done: {error}"})
        writer.close()

    with address(private(folder)) as path:
        return await asyncio.start_unix_server(answer, path, limit=LONGEST)


def private(folder: Path) -> Path:
    """Return the folder, made, closed to others, and without the socket of an earlier run."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    (folder / NAME).unlink(missing_ok=True)
    return folder


def _write(writer: asyncio.StreamWriter, said: dict[str, Any]) -> None:
    writer.write(json.dumps(said).encode() + b"\n")


async def _fault(port: Endpoint) -> str:
    """Return what is wrong with a port; empty where nothing is."""
    try:
        await port.check()
    except OSError as error:
        return error.strerror or str(error)
    return ""


async def _capture(
    server: Server, asked: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Write what is seen of a network's packets, until whoever looks hangs up."""
    hung_up = asyncio.create_task(reader.read())
    network = ip_network(asked["capture"], strict=False)
    with server.captures.open(network, names=bool(asked.get("names"))) as capture:
        _write(writer, {"begun": True})
        while True:
            seen = asyncio.create_task(capture.taken.get())
            await asyncio.wait({seen, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            if hung_up.done():
                seen.cancel()
                return
            _write(writer, seen.result() | {"lost": capture.lost})
            await writer.drain()


async def _answer(server: Server, asked: dict[str, Any]) -> dict[str, Any]:
    await server.ledger.refresh()
    while True:
        snapshot = server.ledger.snapshot
        application = _application(snapshot.applications.values(), asked["application"])
        if application is None:
            known = ", ".join(sorted(one.name for one in snapshot.applications.values())) or "none"
            return {"error": f"There is no application called “{asked['application']}”. Known: {known}."}
        request = _request(application, asked)
        client = Client(0, ip_network("127.0.0.1"), application, signs=True)
        spoken = read_request(request, application.secret, is_authentic=True)
        digest, now = server.ledger.mark(request.authenticator), time.time()
        attempt = to_attempt(
            request, client, "secondgate try", spoken, snapshot=snapshot, digest=digest, at=now, learned=None
        )
        try:
            outcome = await server.decide(attempt)
        except SnapshotChanged:
            continue
        answer = reply(request, outcome, application, spoken)
        return {
            "code": Code(answer.code).name.replace("_", "-").title(),
            "message": "".join(readable(value) or "" for value in answer.values(a.REPLY_MESSAGE)),
            "state": b"".join(answer.values(a.STATE)).hex(),
            "reason": getattr(getattr(outcome, "reason", None), "name", ""),
            "trail": attempt.trail.lines,
        }


def _application(applications: Any, name: str) -> Application | None:
    return next((one for one in applications if one.name == name), None)


def _request(application: Application, asked: dict[str, Any]) -> Packet:
    """Return the packet that a client of this application would send."""
    authenticator = secrets.token_bytes(16)
    hidden = hide(asked["password"].encode(), authenticator, application.secret)
    said = [(a.USER_NAME, asked["user"].encode()), (a.USER_PASSWORD, hidden)]
    said += [(a.STATE, bytes.fromhex(asked["state"]))] if asked.get("state") else []
    return Packet(Code.ACCESS_REQUEST, secrets.randbelow(256), authenticator, said)
