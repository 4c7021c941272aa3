"""Which requests of a client must be signed, and what those that are not teach of it.

Blast-RADIUS (CVE-2024-3596) turns a refusal into an acceptance by way of a request that has Proxy-State
and no Message-Authenticator. Where a client cannot sign, but is no proxy either, to drop such requests ends
the attack.

"auto" goes by what a client has done before, if that is a single address: of a network, the first device that
signs would silence all others. FreeRADIUS does the same.
"""

from typing import Final

from secondgate.ledger.clients import Learned
from secondgate.ledger.snapshot import Client
from secondgate.limits import Seldom
from secondgate.radius import drops
from secondgate.radius.attributes import EAP_MESSAGE, PROXY_STATE
from secondgate.radius.drops import Dropped
from secondgate.radius.packet import Packet
from secondgate.radius.signing import check_request

EVERY: Final = 3600.0  # seconds between two notes that a client sends unsigned requests


def check_signed(datagram: bytes, request: Packet, client: Client) -> bool:
    """Return whether an Access-Request is signed. Raises Dropped for a wrong signature, or one that lacks."""
    signed = check_request(datagram, request, client.application.secret, required=_must_sign(client))
    if not signed and _limits_proxy_state(client) and request.first(PROXY_STATE) is not None:
        raise Dropped(drops.UNSIGNED_PROXY_STATE)
    return signed


def _must_sign(client: Client) -> bool:
    """Tell whether this client's requests need a Message-Authenticator: "auto" once it has sent one."""
    wanted = client.application.message_authenticator
    return wanted == "require" or (wanted == "auto" and client.is_one_address and client.signs)


def _limits_proxy_state(client: Client) -> bool:
    """Tell whether those with Proxy-State need one: "auto" where it can sign, or is known to be no proxy."""
    wanted = client.application.limit_proxy_state
    if wanted == "auto" and client.is_one_address:
        return client.signs or client.proxies is False
    return wanted == "require"


class Learning:
    """Tells what is worth writing down. Of a client that signs, and was known to, that is nothing."""

    def __init__(self) -> None:
        self._noted = Seldom(1, EVERY)

    def of(
        self, request: Packet, client: Client, *, signed: bool, protocol: str, at: float
    ) -> Learned | None:
        """Return what a request teaches, if it is new. `at` is Unix time."""
        if not client.id:
            return None
        if signed:  # EAP has to be (RFC 3579 section 3.2), whatever the client does with its other requests
            teaches = client.is_one_address and not client.signs and request.first(EAP_MESSAGE) is None
            return Learned(client.id, signs=True) if teaches else None
        proxied = request.first(PROXY_STATE) is not None
        # By PAP nobody is let in who does not know the secret: what was typed is hidden with it. So whoever
        # only speaks from another's address teaches nothing. Who sits between can add Proxy-State to a login,
        # which is what they need: so one without it corrects that a client is a proxy, and none the reverse.
        is_new = client.proxies is None or (client.proxies and not proxied)
        proxies = proxied if is_new and client.is_one_address and protocol == "PAP" else None
        noted_at = at if self._noted.may((client.id, proxied)) else None
        if proxies is None and noted_at is None:
            return None
        return Learned(
            client.id, proxies=proxies, unsigned_at=noted_at, proxied_at=noted_at if proxied else None
        )
