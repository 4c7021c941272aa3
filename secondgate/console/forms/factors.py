"""The forms of a user's authenticators."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django import forms

from secondgate.web.forms import EditForm, Form

ENDS: Final = {"1": "in 1 hour", "4": "in 4 hours", "8": "in 8 hours", "24": "in 24 hours", "72": "in 3 days"}
COUNTS: Final = {"1": "once", "3": "3 times", "0": "until it ends"}


def name_field() -> forms.CharField:
    """Return the field of what an authenticator is called."""
    return forms.CharField(
        label="What to call it", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="So that they know it among others, like: phone of Ann.",
    )  # fmt: skip


class TotpForm(Form):
    """A name for it, and the code that it shows now; no code is asked for what is handed over unproven."""

    name = name_field()
    code = forms.CharField(
        label="The 6 digits that it shows now", max_length=12,
        widget=forms.TextInput(
            attrs={"class": "code-input", "autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, unproven: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = not unproven

    def clean_code(self) -> str:
        """Return the digits; apps show them in two groups, and people type them so."""
        code: Any = self.cleaned_data["code"]
        return "".join(code.split())


class RenameForm(EditForm):
    """Another name for it."""

    name = name_field()


class BypassForm(Form):
    """How long a bypass code serves, for how many logins, and why."""

    ends = forms.ChoiceField(label="Ends", choices=list(ENDS.items()), initial="8")
    uses = forms.ChoiceField(label="Counts", choices=list(COUNTS.items()), initial="1")
    why = forms.CharField(
        label="Reason", max_length=200, help_text="Kept in the log. Say how you know that it is them.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Phone at home, known by voice"}),
    )  # fmt: skip

    def until(self, now: datetime) -> datetime:
        """Return when the code ends."""
        return (now + timedelta(hours=int(self.cleaned_data["ends"]))).astimezone(UTC)


class ConfirmForm(Form):
    """Nothing to fill in: to send it is the answer."""
