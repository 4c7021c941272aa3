"""Write down whom a directory has found: the people who log in for the first time ("sync users").

A rare path beside the login's own: it uses the ORM, on one thread of its own.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.db import IntegrityError, close_old_connections, transaction

from secondgate.directories.directory import Found, realms_of
from secondgate.directories.models import Directory, Entry
from secondgate.directories.people import is_taken
from secondgate.people import accounts
from secondgate.people.login_names import normalise
from secondgate.people.models import User


@dataclass(frozen=True, slots=True)
class Adopted:
    """A directory's person as a user of ours: `name` is a login name that finds them here."""

    user: str  # 32 hex digits
    name: str
    is_new: bool


async def adopt(directory_id: str, found: Found) -> Adopted | None:
    """Return the person as a user, made if there was none. Two first logins at once make one user.

    None: the name by which the directory calls them is another person's here.
    """
    return await asyncio.get_running_loop().run_in_executor(_thread(), _adopt, UUID(directory_id), found)


async def learn(directory_id: str, user_id: str, name: str) -> None:
    """Write down a further name by which a directory knows a user; once, whoever else does it now."""
    await asyncio.get_running_loop().run_in_executor(
        _thread(), _learn, UUID(directory_id), UUID(user_id), name
    )


async def link(user_id: str, found: Found) -> None:
    """Write down a directory's identity of a user whom we knew by name only."""
    await asyncio.get_running_loop().run_in_executor(_thread(), _link, UUID(user_id), found)


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="entries")


def _adopt(directory_id: UUID, found: Found) -> Adopted | None:
    close_old_connections()
    directory = Directory.objects.get(pk=directory_id)
    for _ in range(2):  # another login may make them at this moment: the second look finds them
        try:
            with transaction.atomic():
                return _adopted(directory, found)
        except (IntegrityError, accounts.NameTaken):
            continue
    return None


def _adopted(directory: Directory, found: Found) -> Adopted | None:
    entry = Entry.objects.filter(directory=directory, external_id=found.external_id).first()
    entry = entry or _declared(directory, found)
    is_new = entry is None
    if entry is None:
        if is_taken(directory, found.login):
            raise accounts.NameTaken(found.login)
        realm = realms_of(directory.name, directory.realms)[0]
        fields = {"name": found.name, "email": found.email}
        user = accounts.create(found.login, realm=realm, by=directory.pk.hex, **fields)
        entry = Entry.objects.create(user=user, directory=directory, external_id=found.external_id)
    name = entry.user.login_names.order_by("pk").first()
    return Adopted(entry.user_id.hex, name.name, is_new) if name else None


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


def _learn(directory_id: UUID, user_id: UUID, name: str) -> None:
    close_old_connections()
    directory, user = Directory.objects.get(pk=directory_id), User.objects.get(pk=user_id)
    realm = realms_of(directory.name, directory.realms)[0]
    if is_taken(directory, name, but=user):  # somebody else came to be called so: the next reading tells
        return
    with suppress(accounts.NameTaken):  # or comes to be in this moment
        accounts.add_login_name(user, name, realm=realm, by=directory_id.hex)
