"""What the environment says: each setting read once, a wrong one refused in one sentence."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from secondgate.certificates import Certificates


class SettingError(Exception):
    """A setting that cannot be. The message is one sentence for whoever set it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What was set for this process."""

    data: Path
    database_url: str
    key_file: Path
    http: str
    radius: tuple[str, ...]
    accounting: tuple[str, ...]
    radsec: tuple[str, ...]
    radsec_files: Certificates | None
    radius_default: bool  # nobody has named the ports: one that cannot be opened is left out
    accounting_default: bool
    base_url: str
    base_url_default: bool  # nobody has said where the web is reached: it is where it listens
    secure: bool
    proxies: tuple[str, ...]  # whose X-Forwarded-For is believed: the throttle counts by it
    metrics: tuple[IPv4Network | IPv6Network, ...]  # who may read /metrics

    @property
    def database_file(self) -> Path:
        """Where SQLite's database is, if there is no URL of another."""
        return self.data / "secondgate.db"


def read_settings(environment: dict[str, str]) -> Settings:
    """Return the settings that these environment variables make. Raises SettingError."""
    home = Path(environment.get("HOME", "/"))
    share = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
    data = Path(environment.get("SECONDGATE_DATA") or share / "secondgate").absolute()
    http = environment.get("SECONDGATE_HTTP") or "127.0.0.1:8000"
    address(http, "SECONDGATE_HTTP")
    radius = _addresses(environment, "SECONDGATE_RADIUS")
    accounting = _addresses(environment, "SECONDGATE_ACCOUNTING")
    radsec = _addresses(environment, "SECONDGATE_RADSEC")
    base_url = (environment.get("SECONDGATE_BASE_URL") or f"http://{http}").rstrip("/")
    if urlsplit(base_url).scheme not in ("http", "https") or not urlsplit(base_url).hostname:
        raise SettingError(f"SECONDGATE_BASE_URL is “{base_url}”; it must be like https://login.example.com.")
    return Settings(
        data=data,
        database_url=environment.get("SECONDGATE_DATABASE_URL", ""),
        key_file=Path(environment.get("SECONDGATE_KEY_FILE") or data / "vault.key"),
        http=http,
        radius=radius or ("0.0.0.0:1812", "[::]:1812"),
        accounting=accounting or _next_ports(radius) or ("0.0.0.0:1813", "[::]:1813"),
        radsec=radsec,
        radsec_files=_radsec_files(environment) if radsec else None,
        radius_default=not radius,
        accounting_default=not accounting,
        base_url=base_url,
        base_url_default=not (environment.get("SECONDGATE_BASE_URL") or environment.get("SECONDGATE_HTTP")),
        secure=base_url.startswith("https://"),
        proxies=_networks(environment, "SECONDGATE_PROXIES", "127.0.0.1 ::1"),
        metrics=tuple(
            ip_network(text) for text in _networks(environment, "SECONDGATE_METRICS", "127.0.0.0/8 ::1")
        ),
    )


def address(text: str, setting: str) -> tuple[str, int]:
    """Return the host and port of `HOST:PORT` or `[IPV6]:PORT`. Raises SettingError."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise SettingError(f"{setting} is “{text}”; it must be HOST:PORT, like 127.0.0.1:1812 or [::1]:1812.")
    return host, int(port)


def _addresses(environment: dict[str, str], name: str) -> tuple[str, ...]:
    found = tuple((environment.get(name) or "").replace(",", " ").split())
    for text in found:
        address(text, name)
    return found


def _radsec_files(environment: dict[str, str]) -> Certificates:
    names = ("SECONDGATE_RADSEC_CERTIFICATE", "SECONDGATE_RADSEC_KEY", "SECONDGATE_RADSEC_CA")
    if missing := [name for name in names if not environment.get(name)]:
        raise SettingError(
            f"SECONDGATE_RADSEC is set, and {missing[0]} is not: RadSec needs three PEM files, named by "
            f"{', '.join(names)}."
        )
    certificate, key, ca = (Path(environment[name]).absolute() for name in names)
    crl = environment.get("SECONDGATE_RADSEC_CRL")
    return Certificates(certificate, key, ca, Path(crl).absolute() if crl else None)


def _networks(environment: dict[str, str], name: str, default: str) -> tuple[str, ...]:
    found = tuple((environment.get(name) or default).replace(",", " ").split())
    for text in found:
        try:
            ip_network(text)
        except ValueError as cause:
            raise SettingError(
                f"{name} has “{text}”; each must be an address or a network, like 10.0.0.5 or 10.0.0.0/24."
            ) from cause
    return found


def _next_ports(radius: tuple[str, ...]) -> tuple[str, ...]:
    """Return where accounting belongs beside ports that were named: one above each, as 1813 is to 1812."""
    return tuple(f"{text.rpartition(':')[0]}:{(address(text, '')[1] + 1) % 65536}" for text in radius)


def has_installation(settings: Settings) -> bool:
    """Tell whether there is something: a database that is named, or a file of ours."""
    return bool(settings.database_url) or settings.database_file.exists()
