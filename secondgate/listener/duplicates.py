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


def mark(door: object, sender: object, datagram: bytes) -> int:
    """Return what stands for a request: which of our doors, the sender's address, every octet.

    64 bits that only this process can compute. Should two requests ever share them, the second gets an
    answer that does not fit it, which its client drops, and comes again. To keep what they stand for takes
    three times the memory.
    """
    return hash((id(door), sender, datagram))


@dataclass(slots=True)
class Seen:
    """A request that came, and the reply to it as soon as there is one."""

    mark: int
    at: float
    reply: bytes | None = None


class Duplicates:
    """The requests of the last half minute, by their marks. Times are the event loop's.

    A newer request with an identifier that was used before leaves the older one be: it may be forged,
    and only the octets have been looked at.
    """

    def __init__(self) -> None:
        # Not a dict: that one walks over all that was deleted at its front, 12 µs a request (measured).
        self._seen: OrderedDict[int, Seen] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def find(self, mark: int, now: float) -> Seen | None:
        """Return what is known of this very request, or None when it is new."""
        seen = self._seen.get(mark)
        return None if seen is None or now - seen.at > KEPT else seen

    def begin(self, mark: int, now: float) -> Seen:
        """Remember a new request."""
        self._seen.pop(mark, None)  # so that the order stays that of arrival
        self._seen[mark] = seen = Seen(mark, now)
        self._forget(now)
        return seen

    def drop(self, seen: Seen) -> None:
        """Forget a request that got no reply: when it comes again, it is tried again."""
        if self._seen.get(seen.mark) is seen:
            del self._seen[seen.mark]

    def _forget(self, now: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if now - self._seen[oldest].at <= KEPT and len(self._seen) <= MOST:
                return
            del self._seen[oldest]
