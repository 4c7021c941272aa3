"""What a browser hands over for a passkey."""

from django import forms
from django.utils.translation import gettext_lazy as _

from secondgate.methods.passkey import LONGEST
from secondgate.portal.forms.name import NameForm
from secondgate.web.forms import Form


class AskForm(Form):
    """A press of the button: nothing is typed, and what is wrong stands above."""


class PasskeyForm(Form):
    """The signature of a question, as JSON."""

    passkey = forms.CharField(max_length=LONGEST, widget=forms.HiddenInput)


class NewPasskeyForm(NameForm):
    """A new key, and what to call it."""

    passkey = forms.CharField(
        max_length=LONGEST,
        widget=forms.HiddenInput,
        error_messages={"required": _("The browser made no passkey. It needs JavaScript for it.")},
    )
