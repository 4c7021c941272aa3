"""Mails by which people of the built-in directory set their passwords."""

from concurrent.futures import Future
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from secondgate.directories.local import Local
from secondgate.directories.models import Directory
from secondgate.directories.people import people_called
from secondgate.limits import Seldom
from secondgate.messaging.delivery import ADMINISTRATORS, ANYBODY, Parcel
from secondgate.messaging.provider import Message
from secondgate.people.models import User
from secondgate.people.onboarding import FORGOT_LASTS, INVITE_LASTS, new_password_link
from secondgate.setup.owner_link import base_url
from secondgate.web.branding import organisation
from secondgate.web.mails import letter

SOMEBODY_ASKED: Final = gettext_noop(
    "Somebody, perhaps you, wants to set a new password for {login} at {name}."
)

_mailed = Seldom(1, within=120)  # for one person: nobody's mailbox is filled by a stranger


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
    return ADMINISTRATORS.deliver(Parcel(message, "invitation", user.pk, by))


def forgot(typed: str, *, language: str) -> Future[bool]:
    """Mail the person whom `typed` finds the link to set their password.

    All of it happens on another thread: whoever asks cannot tell by the time whether anybody was found.
    What is returned tells when it is done.
    Raises MessagingError when too many messages are waiting.
    """
    return ANYBODY.later(lambda: _forgot(typed, language))


def _forgot(typed: str, language: str) -> Parcel | None:
    user = _found(typed)
    if user is None or not user.email or not sets_password_here(user) or not _mailed.may(user.pk):
        return None
    with override(language):
        message = _no_link(user) if user.role else _link(user)
    return Parcel(message, "password", user.pk, user.pk.hex)


def _link(user: User) -> Message:
    name = organisation().name
    return _letter(
        user,
        _("{name}: set a new password").format(name=name),
        _(SOMEBODY_ASKED).format(name=name, login=user.login),
        lasts=FORGOT_LASTS,
        until=_("The link works once, for one hour. Was it not you? Do nothing: nothing has changed."),
    )


def _no_link(user: User) -> Message:
    """Tell an administrator the other way.

    Who sets up the mail server could read a link to an owner's password: such a link only comes from
    somebody who may give it, and never because a stranger asked.
    """
    name = organisation().name
    paragraphs = [
        _(SOMEBODY_ASKED).format(name=name, login=user.login),
        _(
            "You are an administrator there: no mail sets your password. Ask an owner to send you a link, or "
            "set it on the server itself; the guide “Operating” says how."
        ),
        _("Was it not you? Do nothing: nothing has changed."),
    ]
    return letter(user.email, _("{name}: your password").format(name=name), paragraphs)


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
