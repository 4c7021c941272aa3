"""The forms of a user: add one, change one, choose their groups."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from secondgate.console.forms.choose_groups import GroupsField
from secondgate.directories.directory import realms_of
from secondgate.directories.local import Local
from secondgate.directories.models import Directory
from secondgate.directories.registry import KINDS
from secondgate.people.login_names import MAX_LENGTH, candidates
from secondgate.web.forms import EditForm, Form

MADE_HERE: Final = [kind.name for kind in KINDS.values() if not kind.finds]
SHORTEST: Final = 8  # characters: there is a second factor beside it (NIST SP 800-63B)
LONGEST: Final = 200
PLAIN: Final = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}


def name_field() -> forms.CharField:
    """Return the field of a person's name."""
    return forms.CharField(
        label="Name", max_length=255, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def email_field() -> forms.EmailField:
    """Return the field of a person's address."""
    return forms.EmailField(
        label="Email", required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )


class UserForm(Form):
    """Somebody new, of the built-in directory, or of one that cannot tell who there is."""

    login = forms.CharField(
        label="Login name", max_length=MAX_LENGTH, help_text="What they type to log in, like ann.",
        widget=forms.TextInput(attrs=PLAIN),
    )  # fmt: skip
    name = name_field()
    email = email_field()
    directory = forms.ModelChoiceField(
        Directory.objects.filter(kind__in=MADE_HERE), label="Directory", empty_label=None, widget=forms.Select
    )
    password = forms.CharField(
        label="Password", max_length=LONGEST, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=f"At least {SHORTEST} characters. Left empty, policies that ask for one refuse "
        "them until it is set; those that ask for a second factor only do not mind.",
    )  # fmt: skip
    groups = GroupsField()

    def clean_login(self) -> str:
        """Refuse what a login name cannot hold: a realm belongs to the directory."""
        login: str = self.cleaned_data["login"].strip()
        if any(sign in login for sign in "\\/ ") or not candidates(login):
            raise ValidationError("A login name has no spaces and no slashes. Try just the first name.")
        return login

    def clean(self) -> dict[str, Any]:
        """Refuse a password for somebody whose own directory keeps it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        directory = cleaned.get("directory")
        if directory and directory.kind != Local.name and cleaned.get("password"):
            self.add_error("password", f"Leave it empty: {directory.name} keeps their password.")
        return cleaned

    def clean_password(self) -> str:
        """Refuse a short one."""
        password: str = self.cleaned_data["password"]
        if 0 < len(password) < SHORTEST:
            raise ValidationError(f"Too short: {len(password)} characters, {SHORTEST} are needed.")
        return password


class EditUserForm(EditForm):
    """What can be changed of somebody; `realm` is that of names that are typed without one."""

    name = name_field()
    email = email_field()
    names = forms.CharField(
        label="Login names", widget=forms.Textarea(attrs={"rows": 3, **PLAIN}),
        help_text="What they may type to log in, one a line. Without a realm (CORP\\ann) it is that of their "
        "directory.",
    )  # fmt: skip

    def __init__(self, *args: Any, directory: Directory | None, **kwargs: Any) -> None:
        self._realms = realms_of(directory.name, directory.realms) if directory else ("",)
        super().__init__(*args, **kwargs)

    def clean_names(self) -> list[tuple[str, str]]:
        """Return realm and name of each."""
        found = []
        for line in self.cleaned_data["names"].splitlines():
            if not line.strip():
                continue
            realm, slash, name = line.strip().rpartition("\\")
            if not name or not candidates(name) or (slash and realm.lower() not in self._realms):
                raise ValidationError(
                    f"“{line.strip()}” cannot be one: a name, alone or behind a realm of their directory "
                    f"({', '.join(self._realms)})."
                )
            found.append((realm if slash else self._realms[0], name))
        return found


class GroupsForm(EditForm):
    """Which groups somebody is in."""

    groups = GroupsField()
