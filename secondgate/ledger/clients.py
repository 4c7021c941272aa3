"""What requests teach of the clients that send them: written in the transactions of their logins."""

from collections.abc import Sequence

from secondgate.frozen import frozen
from secondgate.ledger import statements
from secondgate.ledger.store import Store


@frozen
class Learned:
    """What one request teaches of its client, whose row `client` is.

    `signs`: it has a Message-Authenticator. `proxies`: whether it has Proxy-State, told by a login that only
    somebody who knows the secret can begin; that one has none is what holds. `unsigned_at` and `proxied_at`
    (Unix time): when it had no Message-Authenticator, and Proxy-State beside.
    """

    client: int
    signs: bool = False
    proxies: bool | None = None
    unsigned_at: float | None = None
    proxied_at: float | None = None


def write(store: Store, learned: Sequence[Learned]) -> None:
    """Write it, each client's once. Raises StoreError."""
    signs = sorted({(one.client,) for one in learned if one.signs})
    proxies: dict[int, bool] = {}
    unsigned: dict[int, tuple[float, float | None]] = {}
    for one in learned:
        if one.proxies is not None:
            proxies[one.client] = one.proxies and proxies.get(one.client, True)
        if one.unsigned_at is not None:
            _at, proxied_at = unsigned.get(one.client, (0, None))
            unsigned[one.client] = (one.unsigned_at, one.proxied_at or proxied_at)
    if signs:
        store.write(statements.SIGNS, signs)
    if proxies:
        store.write(statements.PROXIES, sorted(proxies.items()))
    if unsigned:
        store.write(
            statements.UNSIGNED,
            [
                (client, store.moment(at), None if proxied_at is None else store.moment(proxied_at))
                for client, (at, proxied_at) in sorted(unsigned.items())
            ],
        )
