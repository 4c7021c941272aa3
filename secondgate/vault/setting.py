"""How a kind (of directory, of method) declares its settings.

They are a frozen dataclass; forms, YAML keys, the API's schema and the export are read off its fields.
"""

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a kind's form. `test` is the button that tries it, by the probe's steps up to `until`.

    An empty `until` is all steps. `previews`: what the settings find of a person can be looked at here.
    """

    title: str
    says: str = ""
    test: str = ""
    until: str = ""
    previews: bool = False


SETTINGS: Final = Part("Settings", test="Test it")


class SettingError(ValueError):
    """A setting that cannot be, in words; `field` is where it is to be said."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(says)
        self.field = field


def setting(
    says: str,
    *,
    default: Any = MISSING,
    secret: bool = False,
    file: bool = False,
    label: str = "",
    part: Part = SETTINGS,
    leads: bool = False,
    browse: bool = False,
) -> Any:
    """Declare a field. `says` is the help beside it, `label` its name in forms, in its `part` of them.

    `secret` ones live in the vault and are never shown again. `file` ones are given as a path; its
    text is what is kept, so that every node has it. `leads` ones say where secrets are sent: where one
    changes, a kept secret must be typed again, or a form could send it to anybody. `browse`: the
    directory can be asked for what may stand there.
    """
    metadata = {
        "says": says, "secret": secret, "file": file, "label": label, "part": part, "leads": leads,
        "browse": browse,
    }  # fmt: skip
    if default is MISSING:
        return field(metadata=metadata, repr=not secret)
    if isinstance(default, list):
        return field(default_factory=default.copy, metadata=metadata, repr=not secret)
    return field(default=default, metadata=metadata, repr=not secret)


def is_required(one: Field[Any]) -> bool:
    """Return whether a field must be given."""
    return one.default is MISSING and one.default_factory is MISSING


def default_of(one: Field[Any]) -> Any:
    """Return what a field that is not required is when it is not given."""
    return one.default if one.default_factory is MISSING else one.default_factory()


def secret_fields(settings: type[Any]) -> Iterator[Field[Any]]:
    """Yield the fields that live in the vault."""
    return (one for one in fields(settings) if one.metadata.get("secret"))


def label_of(one: Field[Any]) -> str:
    """Return what a field is called in forms."""
    return one.metadata.get("label") or one.name.replace("_", " ").capitalize()


def parts_of(settings: type[Any]) -> list[tuple[Part, list[Field[Any]]]]:
    """Return the parts of a kind's form with their fields, in the order in which they were declared."""
    parts: dict[Part, list[Field[Any]]] = {}
    for one in fields(settings):
        parts.setdefault(one.metadata.get("part", SETTINGS), []).append(one)
    return list(parts.items())
