"""What a door knows of a login, before anything is decided."""

from dataclasses import field
from typing import Any

from secondgate.frozen import frozen
from secondgate.ledger.clients import Learned
from secondgate.ledger.snapshot import Application, Snapshot
from secondgate.login.trail import Trail
from secondgate.methods.answer import Hashed
from secondgate.radius.drops import Drop


@frozen
class Attempt:
    """One login as it came through a door.

    `typed` is None where the door could not read it; `hashed` is what came in its place, where that is a
    digest that codes can be tried on. `fault` says why the request can only be refused. `protocol` says how
    it travelled. `source` is where the person is (Calling-Station-Id, a browser's address), "" where the
    door cannot know; `client` is who asked us on their behalf, by `certificate` where its TLS certificate
    says so. `digest` marks the request: the same one again has the same. `at` is Unix time in seconds.
    `learned` is what the request teaches of its client. `room` is how many octets of attributes its answer
    can carry. `facts` go into the first line of `trail`, which the login writes and the door may show.
    """

    snapshot: Snapshot
    application: Application
    client: str
    login_name: str
    typed: str | None = field(repr=False)
    digest: str
    at: float
    protocol: str = "PAP"
    hashed: Hashed | None = None
    fault: Drop | None = None
    source: str = ""
    certificate: str = ""
    state: bytes = b""
    learned: Learned | None = None
    room: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    trail: Trail = field(default_factory=Trail)
