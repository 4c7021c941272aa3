"""The forms of a group."""

from django import forms

from secondgate.web.forms import EditForm, Form


def name_field() -> forms.CharField:
    """Return the field of a group's name."""
    return forms.CharField(
        label="Name", max_length=255, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class GroupForm(Form):
    """A new group."""

    name = name_field()


class RenameGroupForm(EditForm):
    """Another name."""

    name = name_field()


class MembersForm(Form):
    """People to put into a group, by their login names."""

    logins = forms.CharField(
        label="Login names", help_text="One a line; with a realm (CORP\\ann) where a name is ambiguous.",
        widget=forms.Textarea(attrs={"rows": 5, "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
