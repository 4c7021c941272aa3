"""The login names that find a user."""

from collections.abc import Collection

from django.db import transaction

from secondgate.events.record import record_change
from secondgate.people.accounts import NameTaken
from secondgate.people.login_names import normalise
from secondgate.people.models import LoginName, User


def names_of(user: User) -> list[tuple[str, str]]:
    """Return realm and name of each, as they are kept, in order."""
    return list(user.login_names.order_by("realm", "name").values_list("realm", "name"))


@transaction.atomic
def set_names(user: User, wanted: Collection[tuple[str, str]], *, by: str) -> None:
    """Let exactly these (realm and name) find a user. Raises NameTaken with the first that finds another."""
    before = names_of(user)
    after = sorted({(normalise(realm), normalise(name)) for realm, name in wanted})
    if before == after:
        return
    for realm, name in after:
        if LoginName.objects.filter(realm=realm, name=name).exclude(user=user).exists():
            raise NameTaken(name)
    for realm, name in before:
        if (realm, name) not in after:
            LoginName.objects.filter(realm=realm, name=name, user=user).delete()
    new = [
        LoginName(realm=realm, name=name, user=user) for realm, name in after if (realm, name) not in before
    ]
    LoginName.objects.bulk_create(new)
    shown = [[f"{realm}\\{name}" for realm, name in names] for names in (before, after)]
    record_change("user", user.pk, {"login_names": shown[0]}, {"login_names": shown[1]}, by=by)
