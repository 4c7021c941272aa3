"""The kinds of application: what each can do, as data. How each is set up stands in guides/<name>.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Kind:
    """What we know of one product that speaks RADIUS.

    `challenge` tells whether it can show an Access-Challenge; `no_challenge_because` says why not,
    to whoever asks for it; `asks` tells whether a new application of it starts with questions on: a
    product may know them, and its VPN not. `probe_names` are made-up users of its set-up check:
    refused like anyone unknown, but named so in the log and counted against nobody.
    `secret_longest` is how many characters of a shared secret its form takes. `also` are other words
    for it, by which people look for it. `code_field` is what it calls the field for the second factor,
    where it has one beside name and password.

    `login_notes` say what a login method comes to there; those in `cautions` are warned of, too.
    """

    name: str
    title: str
    icon: str = "plug"
    also: str = ""
    login: str = "password-and-second-factor"
    challenge: bool = True
    no_challenge_because: str = ""
    asks: bool = True
    probe_names: frozenset[str] = frozenset()
    secret_longest: int = 128
    login_notes: Mapping[str, str] = field(default_factory=dict, hash=False)
    cautions: frozenset[str] = frozenset()
    code_field: str = ""


AWS_WORKSPACES: Final = Kind(
    "aws-workspaces",
    "Amazon WorkSpaces",
    "monitor",
    also="aws directory service desktop amazon",
    login="second-factor-only",
    challenge=False,
    no_challenge_because="AWS Directory Service does not support Access-Challenge",
    asks=False,
    # Sent from both addresses of the directory while RADIUS is being switched on.
    probe_names=frozenset({"fakeusername"}),
    secret_longest=512,
    login_notes={
        "second-factor-only": "People type the code in the MFA code field; AWS checks the password itself, "
        "afterwards.",
        "password-and-second-factor": "AWS sends only what is typed in the MFA code field: people type their "
        "password there once more, a separator, and the code.",
        "password-only": "AWS sends only what is typed in the MFA code field: people type their directory "
        "password there once more, and no second factor is asked.",
    },
    cautions=frozenset({"password-and-second-factor", "password-only"}),
    code_field="MFA code",
)

KINDS: Final = {
    kind.name: kind
    for kind in (
        AWS_WORKSPACES,
        Kind("fortigate", "FortiGate", "shield", also="fortinet forticlient ssl vpn"),
        Kind(
            "cisco-asa", "Cisco ASA and AnyConnect", "lock", also="secure client firepower", secret_longest=64
        ),
        Kind("palo-alto", "Palo Alto GlobalProtect", "globe", also="pan-os panorama", secret_longest=64),
        Kind("citrix", "Citrix NetScaler Gateway", "server", also="adc storefront"),
        Kind("sonicwall", "SonicWall", "wifi", also="sonicos netextender ssl vpn", secret_longest=31),
        Kind("openvpn", "OpenVPN", "terminal", also="access server"),
        Kind("pfsense", "pfSense and OPNsense", "network", also="netgate openvpn", asks=False),
        Kind("check-point", "Check Point", "shield-check", also="smartconsole mobile access endpoint"),
        Kind("juniper", "Juniper and Pulse", "zap", also="ivanti connect secure ssl vpn"),
        Kind("mikrotik", "MikroTik", "radio", also="routeros l2tp sstp", asks=False),
        Kind("ubiquiti", "Ubiquiti", "signal", also="unifi edgerouter l2tp", asks=False),
        Kind("radius", "Any other RADIUS client", "plug", also="generic vpn"),
    )
}

# Console and portal are an application, too: its row is made by a migration, its rule is in `web.sign_in`.
WEB: Final = Kind("web", "Console and portal")
WEB_ID: Final = UUID("5ec09a7e-0000-4000-8000-000000000001")

# Of all requests that have none, and of those of them that have Proxy-State.
MESSAGE_AUTHENTICATOR: Final = ("require", "auto", "off")
LIMIT_PROXY_STATE: Final = ("require", "auto", "off")
