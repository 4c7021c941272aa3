"""How long we wait for a PostgreSQL that has vanished: the ledger's connection, and Django's beside it."""

from typing import Any, Final

# About four seconds in all, as long as a client waits. What the URL says wins.
PATIENCE: Final[dict[str, Any]] = {
    "connect_timeout": 2,  # seconds for each of its addresses; libpq takes less than two for none
    "tcp_user_timeout": 4000,  # milliseconds in which what was sent must have arrived
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
}
