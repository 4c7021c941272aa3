"""Mails by which people of the built-in directory set their passwords."""

from concurrent.futures import Future
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from secondgate.directories.local import Local
from secondgate.directories.models import Directory
from secondgate.directories.people import people_called
from secondgate.messaging import delivery
from secondgate.messaging.provider import Message
from secondgate.people.models import User
from secondgate.people.onboarding import FORGOT_LASTS, INVITE_LASTS, had_link_just_now, new_password_link
from secondgate.setup.owner_link import base_url
from secondgate.web.branding import organisation
from secondgate.web.mails import letter


def home_of(user: User) -> Directory | None:
    """Return the directory that keeps a user's password."""
    return Directory.objects.filter(entries__user=user).first()


def sets_password_here(user: User) -> bool:
    """Tell whether a user's password is ours to set."""
    home = home_of(user)
    return home is not None and home.kind == Local.name


def invite(user: User, *, by: str) -> Future[bool]:
    """Mail a new user of the built-in directory the link to set their password; an event tells how it went.

    Raises MessagingError when too many messages are waiting.
    """
    assert sets_password_here(user), user
    name = organisation().name
    message = _letter(
        user,
        _("{name}: set your password").format(name=name),
        _("{name} has made an account for you. Your login name is {login}.").format(
            name=name, login=user.login
        ),
        lasts=INVITE_LASTS,
        until=_("The link works once, for three days."),
    )
    return delivery.deliver(message, about="invitation", user_id=user.pk, by=by)


def forgot(typed: str, *, language: str) -> Future[bool]:
    """Mail the person whom `typed` finds the link to set their password.

    All of it happens on another thread: whoever asks cannot tell by the time whether anybody was found.
    What is returned tells when it is done.
    Raises MessagingError when too many messages are waiting.
    """
    return delivery.later(lambda: _forgot(typed, language))


def _forgot(typed: str, language: str) -> None:
    user = _found(typed)
    if user is None or not user.email or not sets_password_here(user) or had_link_just_now(user):
        return
    with override(language):
        name = organisation().name
        message = _letter(
            user,
            _("{name}: set a new password").format(name=name),
            _("Somebody, perhaps you, wants to set a new password for {login} at {name}.").format(
                name=name, login=user.login
            ),
            lasts=FORGOT_LASTS,
            until=_("The link works once, for one hour. Was it not you? Do nothing: nothing has changed."),
        )
    delivery.send(
        message, about="password", user_id=user.pk, by=user.pk.hex, tries=2, again_after=delivery.AGAIN_AFTER
    )


def _found(typed: str) -> User | None:
    """Return the one enabled person whom a login name or an address finds."""
    found = people_called(typed)
    if "@" in typed:
        found += User.objects.filter(email__iexact=typed.strip())[:2]
    users = {user for user in found if user.enabled}
    return users.pop() if len(users) == 1 else None


def _letter(user: User, subject: str, first: str, *, lasts: timedelta, until: str) -> Message:
    path = reverse("portal:set-password", args=[new_password_link(user, lasts=lasts)])
    link = f"{base_url(settings.SECONDGATE)}{path}"
    return letter(user.email, subject, [first, until], link=link, leads=_("Set the password"))
