"""Open directories for a test, and close them behind it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from secondgate.directories.directory import Directory, Finding, Kind, probe
from tests.real.samba import Samba
from tests.real.slapd import Slapd

Opener = Callable[..., Directory]


@asynccontextmanager
async def opening(kind: Kind, service: Slapd | Samba) -> AsyncIterator[Opener]:
    """Yield what opens a directory at `service`, its settings changed as given."""
    opened: list[Directory] = []

    def open_(*servers: Any, **changes: Any) -> Directory:
        settings = {
            "servers": [str(server) for server in servers or (service.ldaps,)], "ca_file": service.ca_pem,
            "bind_dn": service.bind_dn, "bind_password": service.bind_password, "base_dn": service.base_dn,
        }  # fmt: skip
        opened.append(kind.open("Corp", kind.settings(**(settings | changes))))
        return opened[-1]

    yield open_
    for directory in opened:
        await directory.close()


async def findings(directory: Directory) -> list[Finding]:
    """Return what a probe finds."""
    return [finding async for finding in probe(directory.probe())]
