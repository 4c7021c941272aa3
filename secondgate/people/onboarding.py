"""Links by which people set their passwords: single use, expiring, all void once the account has changed."""

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from secondgate.people import accounts
from secondgate.people.models import PasswordLink, User

FORGOT_LASTS: Final = timedelta(hours=1)
INVITE_LASTS: Final = timedelta(days=3)  # over a weekend


def new_password_link(user: User, *, lasts: timedelta) -> str:
    """Return the token of a new link. The ones before it hold: a stranger who asks must void none."""
    token, now = secrets.token_urlsafe(24), timezone.now()
    PasswordLink.objects.filter(user=user, expires_at__lte=now).delete()
    PasswordLink.objects.create(token_hash=_hash(token), user=user, mark=_mark(user), expires_at=now + lasts)
    return token


def user_of(token: str) -> User | None:
    """Return whose password the link sets, while it can be used."""
    link = (
        PasswordLink.objects.select_related("user")
        .filter(token_hash=_hash(token), expires_at__gt=timezone.now())
        .first()
    )
    is_good = link and link.user.enabled and secrets.compare_digest(link.mark, _mark(link.user))
    return link.user if link and is_good else None


@transaction.atomic
def set_password(token: str, password_hash: str) -> User | None:
    """Set the password of the link's user, and spend the link; None where it has been used or is void."""
    link = PasswordLink.objects.filter(token_hash=_hash(token)).first()
    if link is None:
        return None
    User.objects.select_for_update().get(pk=link.user_id)  # of two at once, one waits, and finds it spent
    user = user_of(token)
    if user is None:
        return None
    PasswordLink.objects.filter(user=user).delete()
    accounts.set_password_hashes({user: password_hash}, by=user.pk.hex)
    return user


def _mark(user: User) -> str:
    return _hash(f"{user.pk.hex} {user.password} {user.email} {user.enabled} {user.role}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
