"""Why a session ended: names for rows, words for people. Names are never renamed."""

from typing import Final

# No packet said that it ended: its NAS said that it itself begins or ends (RFC 2866 section 5.1). A packet
# of the session knows better.
NAS_REBOOTED: Final = "nas-rebooted"

# Acct-Terminate-Cause: RFC 2866 section 5.10, RFC 3580 section 3.15 (19 to 22), RFC 5176's registry (23).
NAMES: Final = {
    1: "user-request",
    2: "lost-carrier",
    3: "lost-service",
    4: "idle-timeout",
    5: "session-timeout",
    6: "admin-reset",
    7: "admin-reboot",
    8: "port-error",
    9: "nas-error",
    10: "nas-request",
    11: "nas-reboot",
    12: "port-unneeded",
    13: "port-preempted",
    14: "port-suspended",
    15: "service-unavailable",
    16: "callback",
    17: "user-error",
    18: "host-request",
    19: "supplicant-restart",
    20: "reauthentication-failure",
    21: "port-reinitialized",
    22: "port-disabled",
    23: "lost-power",
}

SAYS: Final = {
    "": "",
    NAS_REBOOTED: "NAS rebooted",
    "user-request": "Signed out",
    "lost-carrier": "Line was lost",
    "lost-service": "Service was lost",
    "idle-timeout": "Idle for too long",
    "session-timeout": "Longest time was up",
    "admin-reset": "Ended by an administrator",
    "admin-reboot": "Administrator rebooted the NAS",
    "port-error": "Error of the port",
    "nas-error": "Error of the NAS",
    "nas-request": "Ended by the NAS",
    "nas-reboot": "NAS rebooted by itself",
    "port-unneeded": "Port was not needed any more",
    "port-preempted": "Port was needed for another",
    "port-suspended": "Port was suspended",
    "service-unavailable": "Service was not available",
    "callback": "Ended to call back",
    "user-error": "Error of the person's device",
    "host-request": "Ended by the far end",
    "supplicant-restart": "Person's device began anew",
    "reauthentication-failure": "Next login failed",
    "port-reinitialized": "Port began anew",
    "port-disabled": "Port was switched off",
    "lost-power": "Power was lost",
}


def name_of(code: int | None) -> str:
    """Return the name of an Acct-Terminate-Cause; "" for none."""
    return "" if code is None else NAMES.get(code, f"code-{code}")


def in_words(name: str) -> str:
    """Return a cause as people read it; of tomorrow's, its name."""
    return SAYS.get(name, name.replace("-", " ").capitalize())
