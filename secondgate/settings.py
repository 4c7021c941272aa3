"""All settings: what the environment says, each read once, a wrong one refused in one sentence.

What an administrator changes at run time is no setting; it is a row.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pysqlite3
import pysqlite3.dbapi2
from django.utils.functional import SimpleLazyObject

# SQLite before 3.51.3 can lose committed writes in WAL mode (sqlite.org/wal.html#walresetbug), and
# the system's own usually is older. Everything that imports sqlite3, Django too, gets this one.
sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


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
    radius_default: bool  # nobody has named the ports: one that cannot be opened is left out
    accounting_default: bool
    base_url: str
    secure: bool


def read_settings(environment: dict[str, str]) -> Settings:
    """Return the settings that these environment variables make. Raises SettingError."""
    home = Path(environment.get("HOME", "/"))
    share = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
    data = Path(environment.get("SECONDGATE_DATA") or share / "secondgate").absolute()
    http = environment.get("SECONDGATE_HTTP") or "127.0.0.1:8000"
    address(http, "SECONDGATE_HTTP")
    radius = _addresses(environment, "SECONDGATE_RADIUS")
    accounting = _addresses(environment, "SECONDGATE_ACCOUNTING")
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
        radius_default=not radius,
        accounting_default=not accounting,
        base_url=base_url,
        secure=base_url.startswith("https://"),
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


def _next_ports(radius: tuple[str, ...]) -> tuple[str, ...]:
    """Return where accounting belongs beside ports that were named: one above each, as 1813 is to 1812."""
    return tuple(f"{text.rpartition(':')[0]}:{(address(text, '')[1] + 1) % 65536}" for text in radius)


def database(settings: Settings) -> dict[str, Any]:
    """Return Django's settings of the database: SQLite in the data folder, or the URL's PostgreSQL."""
    if not settings.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": settings.data / "secondgate.db",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 5,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
            },
            "TEST": {"NAME": os.environ.get("SECONDGATE_TEST_DATABASE")},
        }
    url = urlsplit(settings.database_url)
    if url.scheme not in ("postgresql", "postgres") or not url.path.strip("/"):
        raise SettingError(
            "SECONDGATE_DATABASE_URL must be postgresql://USER:PASSWORD@HOST:PORT/NAME; "
            "leave it out for SQLite in the data folder."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": url.port or "",
        "OPTIONS": {"connect_timeout": 5},
    }


SECONDGATE = read_settings(dict(os.environ))

DATABASES = {"default": database(SECONDGATE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
INSTALLED_APPS = [
    *(
        f"secondgate.{room}"
        for room in (
            "vault",
            "events",
            "people",
            "applications",
            "methods",
            "directories",
            "policies",
            "ledger",
        )
    ),
    "secondgate.console",
    "secondgate.portal",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
ROOT_URLCONF = "secondgate.urls"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: there is no collect step to forget
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECONDGATE.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [SECONDGATE.base_url]
# The service stands behind a proxy that ends TLS, or listens on loopback; names are the proxy's affair.
ALLOWED_HOSTS = ["*"]
LOGGING_CONFIG = None


def _secret_key() -> str:
    from secondgate.vault.secrets import keyring

    return keyring().derive("django").hex()


# Derived from the vault key when it is first asked for: before `prepare` there may be none.
SECRET_KEY = SimpleLazyObject(_secret_key)
