"""Django's settings, as the environment makes them (see `environment`).

What an administrator changes at run time is no setting; it is a row.
"""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pysqlite3
import pysqlite3.dbapi2
from django.utils.functional import SimpleLazyObject

from secondgate.environment import SettingError, Settings, read_settings
from secondgate.ledger.patience import PATIENCE

# SQLite before 3.51.3 can lose committed writes in WAL mode (sqlite.org/wal.html#walresetbug), and
# the system's own usually is older. Everything that imports sqlite3, Django too, gets this one.
sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def database(settings: Settings) -> dict[str, Any]:
    """Return Django's settings of the database: SQLite in the data folder, or the URL's PostgreSQL."""
    if not settings.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": settings.database_file,
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
        "OPTIONS": {**PATIENCE, **dict(parse_qsl(url.query))},  # sslmode and the like
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
            "accounting",
            "methods",
            "directories",
            "messaging",
            "policies",
            "ledger",
        )
    ),
    "secondgate.web",
    "secondgate.console",
    "secondgate.portal",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.forms",  # the widgets' templates, for our own renderer
    "django_htmx",
    "django.contrib.staticfiles",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "secondgate.web.language.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "secondgate.web.visitor.Visitor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "secondgate.web.branding.shown",
                "secondgate.console.shell.shell",
            ]
        },
    }
]
FORM_RENDERER = "secondgate.web.forms.Renderer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "secondgate.web.session_store"
SESSION_COOKIE_NAME = "secondgate"
SESSION_COOKIE_AGE = 12 * 3600  # seconds: a working day, whatever happens; idle ones end sooner (web.visitor)
CSRF_FAILURE_VIEW = "secondgate.web.csrf.refused"
ROOT_URLCONF = "secondgate.urls"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: there is no collect step to forget
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECONDGATE.secure
LOCALE_PATHS = [Path(__file__).parent / "locale"]

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
