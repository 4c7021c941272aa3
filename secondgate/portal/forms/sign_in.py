"""The forms at the door: name and password, then a code."""

from django import forms
from django.utils.translation import gettext_lazy as _

from secondgate.web.forms import Form


class PasswordForm(Form):
    """The first step."""

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
    password = forms.CharField(
        label=_("Password"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(Form):
    """The second step: whatever a method takes, an app's six digits or a backup code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=100,
        help_text=_("From your authenticator app, or one of your backup codes."),
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
