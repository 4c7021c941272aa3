"""The one-time link that makes the owner account."""

import hashlib
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from secondgate.directories.directory import realms_of
from secondgate.directories.models import Directory, Entry
from secondgate.environment import Settings
from secondgate.events import names
from secondgate.events.record import record
from secondgate.people import accounts
from secondgate.people.accounts import OWNER
from secondgate.people.models import OwnerLink, User
from secondgate.people.passwords import hashed

LASTS: Final = timedelta(hours=1)


def has_owner() -> bool:
    """Tell whether the owner account has been made."""
    return User.objects.filter(role=OWNER).exists()


def remember_base_url(settings: Settings) -> None:
    """Write down where the running server is reached, for links that a command makes beside it."""
    file = _base_url_file(settings)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(settings.base_url)


def base_url(settings: Settings) -> str:
    """Return where the server is reached: as this process is told, or as the running server was."""
    file = _base_url_file(settings)
    if settings.base_url_default and file.exists():
        return file.read_text()
    return settings.base_url


def _base_url_file(settings: Settings) -> Path:
    return settings.data / "run" / "base-url"


def new_link() -> str:
    """Return a new link; the ones before it are void."""
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        OwnerLink.objects.all().delete()
        OwnerLink.objects.create(token_hash=_hash(token), expires_at=timezone.now() + LASTS)
    return f"{base_url(settings.SECONDGATE)}/console/welcome/{token}/"


def valid(token: str) -> OwnerLink | None:
    """Return the link of this token while it can be used."""
    if has_owner():
        return None
    return OwnerLink.objects.filter(token_hash=_hash(token), expires_at__gt=timezone.now()).first()


def make_owner(token: str, *, login: str, name: str, email: str, password: str) -> User | None:
    """Return the owner account, made by this link; None when the link has just been used.

    Raises accounts.NameTaken.
    """
    password_hash = hashed(password)
    with transaction.atomic():
        if has_owner() or not OwnerLink.objects.filter(token_hash=_hash(token)).delete()[0]:
            return None
        built_in = Directory.objects.filter(kind="local").order_by("position")[0]
        realm = realms_of(built_in.name, built_in.realms)[0]
        owner = accounts.create(login, realm=realm, by=OWNER, name=name, email=email, role=OWNER)
        Entry.objects.create(user=owner, directory=built_in)
        accounts.set_password_hashes({owner: password_hash}, by=OWNER)
        record(names.OWNER_CREATED, by=OWNER, user_id=owner.pk, facts={"user": owner.pk.hex})
    return owner


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
