"""Write down whom a directory has found: the people who log in for the first time ("sync users").

A rare path beside the login's own: it uses the ORM, on one thread of its own.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from uuid import UUID

from django.db import IntegrityError, close_old_connections, transaction

from secondgate.directories.directory import Found, realms_of
from secondgate.directories.models import Directory, Entry
from secondgate.people import accounts
from secondgate.people.login_names import normalise
from secondgate.people.models import LoginName


async def adopt(directory_id: str, found: Found, typed: str) -> None:
    """Make the person a user, or give a known one the further name that was `typed`.

    Two first logins at once make one user.
    """
    await asyncio.get_running_loop().run_in_executor(_thread(), _adopt, UUID(directory_id), found, typed)


async def link(user_id: str, found: Found) -> None:
    """Write down a directory's identity of a user whom we knew by name only."""
    await asyncio.get_running_loop().run_in_executor(_thread(), _link, UUID(user_id), found)


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="entries")


def _adopt(directory_id: UUID, found: Found, typed: str) -> None:
    close_old_connections()
    directory = Directory.objects.get(pk=directory_id)
    realm = realms_of(directory.name, directory.realms)[0]
    try:
        with transaction.atomic():
            entry = Entry.objects.filter(directory=directory, external_id=found.external_id).first()
            entry = entry or _declared(directory, found)
            if entry is None:
                fields = {"name": found.name, "email": found.email}
                user = accounts.create(found.login, realm=realm, by=directory_id.hex, **fields)
                entry = Entry.objects.create(user=user, directory=directory, external_id=found.external_id)
            LoginName.objects.get_or_create(realm=realm, name=normalise(typed), defaults={"user": entry.user})
    except (IntegrityError, accounts.NameTaken):
        return  # another login made them, or the name is another person's: the next reading tells


def _declared(directory: Directory, found: Found) -> Entry | None:
    """Return the entry of somebody who was declared by name only, linked now to whom it meant."""
    names = {"user__login_names__name": normalise(found.login)}
    entry = Entry.objects.filter(directory=directory, external_id="", **names).first()
    if entry:
        entry.external_id = found.external_id
        entry.save(update_fields=["external_id"])
    return entry


def _link(user_id: UUID, found: Found) -> None:
    close_old_connections()
    Entry.objects.filter(user_id=user_id, external_id="").update(external_id=found.external_id)
