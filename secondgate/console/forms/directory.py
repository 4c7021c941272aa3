"""The form of a directory, read off its kind's settings: a new kind has one by declaring them."""

import base64
import binascii
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import Field, fields
from functools import cache
from typing import Any, Final

from django import forms

from secondgate.directories import configure as directories
from secondgate.directories.directory import Kind
from secondgate.directories.models import Directory
from secondgate.directories.registry import KINDS
from secondgate.people.login_names import normalise
from secondgate.vault import secrets
from secondgate.vault.keyring import VaultError
from secondgate.vault.setting import Part, SettingError, default_of, is_required, label_of, parts_of
from secondgate.web.forms import EditForm

BUILT_IN: Final = "local"
SET: Final = "set_"  # before the name of a setting, so that a kind may have one called “name”
# What a setting without a default is before it is judged.
EMPTY: Final[dict[Any, Callable[[], Any]]] = {str: str, bool: bool, int: int, float: float, list[str]: list}


class Lines(forms.CharField):
    """Several values, one a line; commas do as well."""

    widget = forms.Textarea(attrs={"rows": 2, "class": "mono short", "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        """Return the values, without empty ones."""
        return [one for one in re.split(r"[\s,]+", value or "") if one]

    def prepare_value(self, value: Any) -> Any:
        """Return the values as text."""
        return "\n".join(value) if isinstance(value, list) else value


class DirectoryForm(EditForm):
    """Name and realms; the settings of a kind come behind. See `form_of`.

    `judged` are the parts whose mistakes count: all of them (None) to save, some to try them out, none
    to show again what was typed. `settings` is what was said, or None where that cannot be.
    """

    kind: Kind
    settings: Any = None

    name = forms.CharField(
        label="Name", max_length=255, help_text="As it appears in the console and the log."
    )
    realms = Lines(
        label="Realms",
        required=False,
        help_text="What may stand before \\ or after @ in a login name, one a line: CORP, corp.example.com. "
        "None: its name.",
    )

    def __init__(
        self,
        *args: Any,
        directory: Directory | None = None,
        session: str,
        judged: Collection[Part] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._directory, self._session, self._judged = directory, session, judged
        self.parts = parts_of(self.kind.settings)
        if self.kind.name == BUILT_IN:
            self.fields["name"].disabled = True  # files and commands know it by this name
        self.carried: dict[str, str] = {}
        held = secrets.kept_all(directories.TABLE, [directory.pk]) if directory else {}
        self.kept = {field for (_, field), value in held.items() if value}

    def clean_name(self) -> str:
        """Refuse the name of another directory."""
        name: str = self.cleaned_data["name"]
        others = Directory.objects.filter(name=name)
        if (others.exclude(pk=self._directory.pk) if self._directory else others).exists():
            raise forms.ValidationError(f"Another directory is called “{name}”: the log would mix them up.")
        return name

    def clean(self) -> dict[str, Any]:
        """Refuse settings that cannot be, and realms that are another's."""
        if self._judged is None:
            values = super().clean()
            self._check_realms(values)
        else:
            values = self.cleaned_data
            for name in set(self.errors) - {f"{SET}{one.name}" for one in self._judged_fields()}:
                del self.errors[name]
        said = self._said(values)
        if not self.errors and self._judged != ():
            try:
                self.settings = self.kind.settings(**said)
            except SettingError as error:
                self.add_error(f"{SET}{error.field}", self.in_labels(str(error)))
            except ValueError as error:
                self.add_error(None, self.in_labels(str(error)))
        return values

    def in_labels(self, text: str) -> str:
        """Return a sentence that names settings by their keys with what the form calls them."""
        labels = {one.name: f"“{label_of(one)}”" for one in fields(self.kind.settings)}
        return re.sub(r"\b[a-z]+_[a-z_]+\b", lambda found: labels.get(found[0], found[0]), text)

    def stored(self) -> dict[str, Any]:
        """Return what was said, as `directories.configure` takes it."""
        sealed = {one.name for one in self._secrets()}
        values = {one.name: getattr(self.settings, one.name) for one in fields(self.settings)}
        given = {name for name in sealed if name in self.carried or self._forgets(name)}
        return {
            "name": self.cleaned_data["name"],
            "realms": self.cleaned_data["realms"],
            "kind": self.kind.name,
            "settings": {name: value for name, value in values.items() if name not in sealed},
            "kept": {name: values[name] for name in given},
        }

    def _said(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a value for every setting: what was said, and the default where that is not judged yet."""
        judged = {one.name for one in self._judged_fields()}
        said = {}
        for one in fields(self.kind.settings):
            if one.metadata.get("secret"):
                said[one.name] = self._secret(one, values, counts=one.name in judged)
            elif one.name in judged:
                said[one.name] = self._as_it_was(one, values.get(f"{SET}{one.name}", _default(one)))
            else:
                said[one.name] = _default(one)
        return said

    def _judged_fields(self) -> list[Field[Any]]:
        return [
            one for part, held in self.parts if self._judged is None or part in self._judged for one in held
        ]

    def _secrets(self) -> list[Field[Any]]:
        return [one for one in fields(self.kind.settings) if one.metadata.get("secret")]

    def _as_it_was(self, one: Field[Any], value: Any) -> Any:
        """Return a text as it is kept where only its line ends differ: browsers send others."""
        before = self._directory.settings.get(one.name) if self._directory else None
        if not isinstance(value, str):
            return value
        value = value.replace("\r\n", "\n")
        return before if isinstance(before, str) and before.strip() == value.strip() else value

    def _secret(self, one: Field[Any], values: Mapping[str, Any], *, counts: bool) -> str:
        """Return a secret: typed just now, or a moment ago, or kept. What was typed goes on being carried.

        The page never has it: between two tries it travels sealed for this session.
        """
        typed = values.get(f"{SET}{one.name}") or self._opened(one.name)
        if typed:
            sealed = secrets.keyring().seal(typed.encode(), "form", self._session, one.name)
            self.carried[one.name] = base64.b64encode(sealed).decode()
            return str(typed) if counts else ""
        if self._forgets(one.name) or one.name not in self.kept or not counts or self._directory is None:
            return ""
        if not self._leads_where_it_led(values):
            says = "Type it again: it would go to another server than before."
            self.add_error(f"{SET}{one.name}", says)
            return ""
        return (secrets.kept(directories.TABLE, self._directory.pk, one.name) or b"").decode()

    def _opened(self, name: str) -> str:
        try:
            sealed = base64.b64decode(self.data.get(f"{SET}{name}_typed", ""))
            return secrets.keyring().open(sealed, "form", self._session, name).decode() if sealed else ""
        except (VaultError, binascii.Error, ValueError):
            return ""  # of another session, or made up

    def _forgets(self, name: str) -> bool:
        return f"{SET}{name}_forget" in self.data

    def _leads_where_it_led(self, values: Mapping[str, Any]) -> bool:
        assert self._directory
        for one in fields(self.kind.settings):
            if one.metadata.get("leads"):
                now = self._as_it_was(one, values.get(f"{SET}{one.name}"))
                before = self._directory.settings.get(one.name, _default(one))
                same = set(now) <= set(before) if isinstance(now, list) else now == before
                if not same:
                    return False
        return True

    def _check_realms(self, values: Mapping[str, Any]) -> None:
        if "name" not in values or "realms" not in values:
            return
        realms, name = values["realms"], values["name"]
        if len({normalise(realm) for realm in realms}) < len(realms):
            self.add_error("realms", "One of them stands twice.")
        for realm in realms or [name]:
            owner = directories.claimant(realm, but=self._directory)
            if owner and realms:
                self.add_error("realms", f"“{realm}” belongs to {owner}: a login name would fit two people.")
            elif owner:
                says = f"Without realms its name is one, and “{realm}” belongs to {owner}. Give it others."
                self.add_error("realms", says)


@cache
def form_of(kind: str) -> type[DirectoryForm]:
    """Return the form class of a kind. Raises KeyError."""
    settings = KINDS[kind].settings
    made: dict[str, Any] = {f"{SET}{one.name}": field_of(one) for one in fields(settings)}
    return type("KindForm", (DirectoryForm,), {**made, "kind": KINDS[kind], "__module__": __name__})


def field_of(one: Field[Any]) -> forms.Field:
    """Return the form field of a setting."""
    given: dict[str, Any] = {
        "label": label_of(one),
        "help_text": one.metadata.get("says", ""),
        # What has a default is meant to have a value: emptied, it would be none.
        "required": (is_required(one) or bool(_default(one))) and not one.metadata.get("secret"),
        "initial": None if is_required(one) else _default(one),
    }
    if one.metadata.get("secret"):
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(**given, strip=False, widget=widget)
    if one.metadata.get("file"):
        rows = forms.Textarea(attrs={"rows": 3, "class": "mono short", "spellcheck": "false"})
        return forms.CharField(**given, strip=False, widget=rows)
    if one.type is bool:
        return forms.BooleanField(**{**given, "required": False})
    if one.type == list[str]:
        return Lines(**given)
    if one.type in (int, float):
        number = forms.IntegerField if one.type is int else forms.FloatField
        return number(**given, widget=forms.NumberInput(attrs={"class": "w-xs", "step": "any"}))
    return forms.CharField(**given, widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false"}))


def initial_of(directory: Directory) -> dict[str, Any]:
    """Return what stands in the form of a directory that is there; its secrets do not."""
    held = {f"{SET}{name}": value for name, value in directory.settings.items()}
    return {"name": directory.name, "realms": directory.realms, **held}


def to_read(form: DirectoryForm) -> None:
    """Have a form show what stands there, and take nothing: what has letters can still be copied."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.CheckboxInput):
            field.disabled = True
        else:
            field.widget.attrs["readonly"] = True


def _default(one: Field[Any]) -> Any:
    return EMPTY[one.type]() if is_required(one) else default_of(one)
