"""The kinds of application: what each can do, as data."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Kind:
    """What we know of one product that speaks RADIUS.

    `challenge` tells whether it can show an Access-Challenge; `no_challenge_because` says why not,
    to whoever asks for it. `probe_names` are made-up users of its set-up check: refused like anyone
    unknown, but named so in the log and counted against nobody.
    """

    name: str
    title: str
    login: str = "password-and-second-factor"
    challenge: bool = True
    no_challenge_because: str = ""
    probe_names: frozenset[str] = frozenset()


AWS_WORKSPACES: Final = Kind(
    "aws-workspaces",
    "Amazon WorkSpaces",
    login="second-factor-only",
    challenge=False,
    no_challenge_because="AWS Directory Service does not support Access-Challenge",
    # Sent from both addresses of the directory while RADIUS is being switched on.
    probe_names=frozenset({"fakeusername"}),
)

KINDS: Final = {
    kind.name: kind
    for kind in (
        AWS_WORKSPACES,
        Kind("fortigate", "FortiGate"),
        Kind("cisco-asa", "Cisco ASA and AnyConnect"),
        Kind("palo-alto", "Palo Alto GlobalProtect"),
        Kind("citrix", "Citrix NetScaler Gateway"),
        Kind("sonicwall", "SonicWall"),
        Kind("openvpn", "OpenVPN"),
        Kind("pfsense", "pfSense and OPNsense"),
        Kind("check-point", "Check Point"),
        Kind("juniper", "Juniper and Pulse"),
        Kind("mikrotik", "MikroTik"),
        Kind("ubiquiti", "Ubiquiti"),
        Kind("radius", "Any other RADIUS client"),
    )
}

# Console and portal are an application, too: its row is made by a migration, its rule is in `web.sign_in`.
WEB: Final = Kind("web", "Console and portal")
WEB_ID: Final = UUID("5ec09a7e-0000-4000-8000-000000000001")

MESSAGE_AUTHENTICATOR: Final = ("require", "auto", "off")
