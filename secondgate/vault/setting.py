"""How a kind (of directory, of method) declares its settings.

They are a frozen dataclass; forms, YAML keys, the API's schema and the export are read off its fields.
"""

from collections.abc import Iterator
from dataclasses import MISSING, Field, field, fields
from typing import Any


def setting(says: str, *, default: Any = MISSING, secret: bool = False, file: bool = False) -> Any:
    """Declare a field. `says` is the help beside it.

    `secret` ones live in the vault and are never shown again. `file` ones are given as a path; its
    text is what is kept, so that every node has it.
    """
    metadata = {"says": says, "secret": secret, "file": file}
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


def secret_fields(settings: type[Any]) -> Iterator[Field[Any]]:
    """Yield the fields that live in the vault."""
    return (one for one in fields(settings) if one.metadata.get("secret"))
