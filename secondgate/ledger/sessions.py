"""What an application says of its sessions, as rows: a row only ever moves forward.

A packet is a join of what it says with what is known: the earliest beginning, the earliest end, the newest
moment, the largest counters. So packets lead to the same row in whatever order they come and however often
(RFC 2866 leaves both open), and no row is read before it is written.
"""

from collections.abc import Sequence
from typing import Any, Final

from secondgate.frozen import frozen
from secondgate.ledger import statements
from secondgate.ledger.store import Store

KEPT: Final = 90 * 86_400  # seconds that a session stays after it was last heard of

# A Start long after the end is no late copy of the first one: the NAS uses the Acct-Session-Id again, as
# some do that count from one whenever they boot. Copies are sent for minutes, and most say their age.
SETTLED: Final = 600  # seconds


@frozen
class SessionRow:
    """What one packet says of one session. Times are Unix times; the ids are 32 hex digits, or None.

    `began` is when the session did, where the packet tells; `ended`, where the packet is a Stop.
    """

    application: str
    nas: str
    session: str
    user: str | None
    login: str
    client: str
    calling: str
    framed_ip: str
    framed_ipv6: str
    at: float
    began: float | None
    ended: float | None
    cause: str
    seconds: int
    octets_in: int
    octets_out: int
    packets_in: int
    packets_out: int
    interim: int

    @property
    def key(self) -> tuple[str, str, str]:
        """Whose row it is: one statement can move a row once, so two of them do not fit into one batch."""
        return (self.application, self.nas, self.session)


@frozen
class Reboot:
    """A NAS says that it begins or ends: whatever it said of sessions before, they are over."""

    application: str
    nas: str
    at: float

    @property
    def key(self) -> tuple[str, str]:
        """Whose sessions end: two of one NAS do not fit into one batch."""
        return (self.application, self.nas)


Said = SessionRow | Reboot


def write(store: Store, said: Sequence[Said]) -> None:
    """Move the rows, within a transaction; in one order on all nodes. Raises StoreError."""
    if rows := sorted((one for one in said if isinstance(one, SessionRow)), key=lambda one: one.key):
        if starts := [_begins(store, one, one.began) for one in rows if one.began is not None]:
            store.write(statements.SUPERSEDE, starts)
        store.write(statements.SESSION, [_row(store, one) for one in rows])
    if reboots := sorted((one for one in said if isinstance(one, Reboot)), key=lambda one: one.key):
        store.write(statements.REBOOT, [(*one.key, store.moment(one.at)) for one in reboots])


def prune(store: Store, now: float) -> None:
    """Delete some of the rows that are too old, within a transaction. Raises StoreError."""
    store.write(statements.FORGET, [(store.moment(now - KEPT),)])


def _begins(store: Store, row: SessionRow, began: float) -> tuple[Any, ...]:
    return (*row.key, store.moment(began), store.moment(began - SETTLED))


def _row(store: Store, row: SessionRow) -> tuple[Any, ...]:
    return (
        *row.key, row.user, row.login, row.client, row.calling, row.framed_ip, row.framed_ipv6,
        store.moment(row.at if row.began is None else row.began), store.moment(row.at),
        None if row.ended is None else store.moment(row.ended), row.cause, row.seconds, row.octets_in,
        row.octets_out, row.packets_in, row.packets_out, row.interim,
    )  # fmt: skip
