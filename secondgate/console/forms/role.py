"""Choose a role."""

from django import forms

from secondgate.console.roles import SAYS
from secondgate.directories.people import people_called
from secondgate.people.login_names import MAX_LENGTH
from secondgate.people.models import User
from secondgate.web.forms import Form


class NewAdministratorForm(Form):
    """Whom to give a role, by what they type to log in."""

    login = forms.CharField(
        label="Login name or email",
        max_length=MAX_LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_login(self) -> User:
        """Return who is called so."""
        login = self.cleaned_data["login"]
        found = people_called(login)
        if not found:
            raise forms.ValidationError(
                f"Nobody is called “{login}”. Add them under Users first; people of a directory come with "
                "their first login."
            )
        if len(found) > 1:
            raise forms.ValidationError(
                f"{len(found)} people are called so: type the realm too, as in CORP\\ann."
            )
        return found[0]


class RoleForm(Form):
    """One role, or none."""

    role = forms.ChoiceField(
        label="Role",
        required=False,
        widget=forms.RadioSelect,
        choices=[
            *((role.value, f"{role.value.capitalize()}. {says}") for role, says in SAYS.items()),
            ("", "None. An ordinary user of the portal."),
        ],
    )
