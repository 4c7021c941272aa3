"""Prove a new authenticator app."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from secondgate.web.forms import Form


class TotpForm(Form):
    """A name for it, and the code that it shows now."""

    name = forms.CharField(
        label=_("What to call it"),
        max_length=100,
        help_text=_("So that you know it among others, like: phone of Ann."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("The 6 digits that it shows now"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"class": "code-input", "autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
    )

    def clean_code(self) -> str:
        """Return the digits; apps show them in two groups, and people type them so."""
        code: Any = self.cleaned_data["code"]
        return "".join(code.split())
