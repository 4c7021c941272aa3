"""Same request, same bytes back (RFC 5080 section 2.2.2).

A request is the same when it comes from the same address and port and every octet of it is: the RFC
asks for identifier and authenticator only, but then a forger who has seen a request could have its
reply without knowing how to sign. While a request is being decided its repetition is dropped;
afterwards it gets the stored reply.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

KEPT: Final = 30.0  # seconds; RFC 5080 wants at least as long as a client may retry: AWS up to 20 s
MOST: Final = 65_536  # about 20 MB; at ten thousand logins a second that still is six seconds

Key = tuple[int, object, int]  # which of our sockets, the sender's address, the identifier


@dataclass(slots=True)
class Seen:
    """A request that came, and the reply to it as soon as there is one."""

    key: tuple[Key, int]
    at: float
    reply: bytes | None = None


class Duplicates:
    """The requests of the last half minute, by their octets. Times are the event loop's.

    A newer request with an identifier that was used before leaves the older one be: it may be forged,
    and only the octets have been looked at.
    """

    def __init__(self) -> None:
        # Not a dict: that one walks over all that was deleted at its front, 12 µs a request (measured).
        self._seen: OrderedDict[tuple[Key, int], Seen] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def find(self, key: Key, datagram: bytes, now: float) -> Seen | None:
        """Return what is known of this very request, or None when it is new."""
        seen = self._seen.get((key, hash(datagram)))
        return None if seen is None or now - seen.at > KEPT else seen

    def begin(self, key: Key, datagram: bytes, now: float) -> Seen:
        """Remember a new request."""
        seen = Seen((key, hash(datagram)), now)
        self._seen.pop(seen.key, None)  # so that the order stays that of arrival
        self._seen[seen.key] = seen
        self._forget(now)
        return seen

    def drop(self, seen: Seen) -> None:
        """Forget a request that got no reply: when it comes again, it is tried again."""
        if self._seen.get(seen.key) is seen:
            del self._seen[seen.key]

    def _forget(self, now: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if now - self._seen[oldest].at <= KEPT and len(self._seen) <= MOST:
                return
            del self._seen[oldest]
