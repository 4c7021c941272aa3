"""Ask for a link, set a password, change it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from secondgate.people.models import User
from secondgate.people.passwords import LONGEST, SHORTEST, unfit
from secondgate.web.forms import Form


class ForgotForm(Form):
    """Whose password it is."""

    login = forms.CharField(
        label=_("Name or email"),
        max_length=255,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


class NewPasswordForm(Form):
    """A new password, by the one set of rules."""

    password = forms.CharField(
        label=_("New password"),
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        says = _("At least {least} characters. A sentence is good; signs and digits are not required.")
        self.fields["password"].help_text = str(says).format(least=SHORTEST)

    def clean_password(self) -> str:
        """Refuse what is short, or what everybody would try first."""
        password: str = self.cleaned_data["password"]
        user = self._user
        if fault := unfit(password, (user.name, user.email, user.login)):
            raise forms.ValidationError(fault)
        return password


class ChangePasswordForm(NewPasswordForm):
    """The same, beside the one of now."""

    now = forms.CharField(
        label=_("Current password"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("now", "password")
