"""Write and read the sealed fields of a row; the login path reads the same table by itself."""

import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from uuid import UUID

from django.conf import settings

from secondgate.vault.keyring import Keyring, VaultError, read_key
from secondgate.vault.models import KeyCheck, Sealed

CHECK_PLACE = ("vault_key_check", UUID(int=0).hex, "sealed")
CHECK_TEXT = b"secondgate"


@cache
def keyring() -> Keyring:
    """Return this process's keyring, read from SECONDGATE_KEY_FILE once."""
    return Keyring(read_key(settings.SECONDGATE.key_file))


def keep(table: str, row: UUID, field: str, value: bytes) -> None:
    """Seal and store one secret, in place of what stood there."""
    keep_all(table, {(row, field): value})


def keep_all(table: str, values: Mapping[tuple[UUID, str], bytes]) -> None:
    """Seal and store secrets, by row and field, each in place of what stood there."""
    Sealed.objects.bulk_create(
        [
            Sealed(table=table, row=row, field=field, sealed=keyring().seal(value, table, row.hex, field))
            for (row, field), value in values.items()
        ],
        update_conflicts=True, unique_fields=["row", "field"], update_fields=["table", "sealed"],
    )  # fmt: skip


def kept(table: str, row: UUID, field: str) -> bytes | None:
    """Return one secret, or None where nothing is kept."""
    found = Sealed.objects.filter(table=table, row=row, field=field).values_list("sealed", flat=True).first()
    return None if found is None else keyring().open(bytes(found), table, row.hex, field)


def kept_all(table: str, rows: Collection[UUID]) -> dict[tuple[UUID, str], bytes]:
    """Return the secrets of these rows of a table, by row and field."""
    found = Sealed.objects.filter(table=table, row__in=rows).values_list("row", "field", "sealed")
    return {
        (row, field): keyring().open(bytes(sealed), table, row.hex, field) for row, field, sealed in found
    }


def fingerprint(value: bytes) -> str:
    """Return what stands for a secret where its change must show: keyed, so that it tells nothing."""
    return hashlib.blake2b(value, digest_size=6, key=keyring().derive("fingerprints")).hexdigest()


def reference(value: bytes) -> dict[str, str]:
    """Return what stands for a kept secret in events and exports."""
    return {"kept": fingerprint(value)}


def forget(table: str, rows: Collection[UUID]) -> None:
    """Delete the secrets of rows that go."""
    Sealed.objects.filter(table=table, row__in=rows).delete()


def forget_field(table: str, row: UUID, field: str) -> None:
    """Delete one secret of a row that stays."""
    Sealed.objects.filter(table=table, row=row, field=field).delete()


def check_key() -> None:
    """Make sure that this node's key is the one that the database was sealed with.

    The first node to come leaves the check value. Raises VaultError for another key.
    """
    ring = keyring()
    check = KeyCheck.objects.first()
    if check is None:
        KeyCheck.objects.create(sealed=ring.seal(CHECK_TEXT, *CHECK_PLACE))
        return
    try:
        ring.open(bytes(check.sealed), *CHECK_PLACE)
    except VaultError:
        raise VaultError(
            f"The vault key {settings.SECONDGATE.key_file} is not the one that this database was sealed "
            "with. Use the key file of the other nodes, or of the backup."
        ) from None
