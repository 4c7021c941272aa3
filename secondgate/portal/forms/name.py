"""Call an authenticator otherwise."""

from django import forms
from django.utils.translation import gettext_lazy as _

from secondgate.web.forms import Form


class NameForm(Form):
    """Its new name."""

    name = forms.CharField(
        label=_("What to call it"),
        max_length=100,
        help_text=_("So that you know it among others, like: phone of Ann."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
