"""Why a packet is thrown away without an answer: one table.

RADIUS has no error reply. RFC 2865 section 3 and RFC 3579 section 3.2 say "silently discard";
silent on the wire, but never in the log: each drop is counted by its name and explained in words.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Drop:
    """One way in which a packet can be wrong. `name` is never renamed: metrics and docs use it.

    An event's facts fill the {braces}.
    """

    name: str
    says: str


class Dropped(Exception):
    """Raised where a packet turns out to be one that must not be answered."""

    def __init__(self, drop: Drop) -> None:
        super().__init__(drop.says)
        self.drop = drop


TOO_SHORT: Final = Drop("too-short", "It has fewer than 20 octets, the size of a header.")
TOO_LONG: Final = Drop("too-long", "Its Length is over 4,096 octets, or would be as RADIUS/1.0 hides it.")
CUT_OFF: Final = Drop("cut-off", "Its Length says more octets than arrived.")
BAD_LENGTH: Final = Drop("bad-length", "Its Length is under 20 octets.")
BAD_ATTRIBUTE: Final = Drop(
    "bad-attribute", "An attribute is shorter than its header or reaches past the end."
)
UNEXPECTED_CODE: Final = Drop("unexpected-code", "This port does not answer packets with this code.")
UNKNOWN_CLIENT: Final = Drop("unknown-client", "No application has a client with this address.")
WRONG_CERTIFICATE: Final = Drop(
    "wrong-certificate",
    "It came by TLS with the certificate of {certificate}, which is not this application's.",
)
NO_MESSAGE_AUTHENTICATOR: Final = Drop(
    "no-message-authenticator", "It has no Message-Authenticator, and this application requires one."
)
UNSIGNED_PROXY_STATE: Final = Drop(
    "unsigned-proxy-state",
    "It has Proxy-State and no Message-Authenticator, which this application does not allow.",
)
BAD_MESSAGE_AUTHENTICATOR: Final = Drop(
    "bad-message-authenticator", "Its Message-Authenticator does not fit: the shared secret may be wrong."
)
BAD_REQUEST_AUTHENTICATOR: Final = Drop(
    "bad-request-authenticator", "Its Authenticator does not fit: the shared secret may be wrong."
)
TWO_PASSWORDS: Final = Drop("two-passwords", "It carries more than one password or kind of password.")
BAD_PASSWORD_LENGTH: Final = Drop(
    "bad-password-length", "Its User-Password is not 16 to 128 octets in steps of 16."
)
BAD_CHAP_LENGTH: Final = Drop(
    "bad-chap-length", "Its CHAP or MS-CHAP response, or the challenge of it, has a length that cannot be."
)
LAN_MANAGER_ONLY: Final = Drop(
    "lan-manager-only", "Its MS-CHAP response has only the LAN Manager part, which is no secret any more."
)
NO_USER_NAME: Final = Drop("no-user-name", "It names no user.")
TOO_MUCH_PROXY_STATE: Final = Drop("too-much-proxy-state", "Its Proxy-State leaves no room for an answer.")
OVERLOADED: Final = Drop("overloaded", "It was the oldest request under way, and there were too many.")
LEDGER_UNAVAILABLE: Final = Drop("ledger-unavailable", "The database could not be read or written.")
INTERNAL_ERROR: Final = Drop("internal-error", "Secondgate failed on it; the process log has the details.")

DROPS: Final = {drop.name: drop for drop in list(globals().values()) if isinstance(drop, Drop)}
