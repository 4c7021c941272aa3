"""The form of a login in thought."""

from django import forms

from secondgate.applications.models import Application
from secondgate.methods.registry import TITLES
from secondgate.web.forms import Form


class WhatIfForm(Form):
    """Who, where, and what they mean to use."""

    who = forms.CharField(
        label="Who",
        max_length=255,
        help_text="The login name, as it would be typed: ann, or CORP\\ann.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    application = forms.ModelChoiceField(label="Logs in to", queryset=Application.objects.order_by("name"))
    method = forms.ChoiceField(
        label="Means to use",
        required=False,
        choices=[("", "Whatever they have"), *TITLES.items()],
    )
