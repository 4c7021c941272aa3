"""Choose a role."""

from django import forms

from secondgate.console.roles import SAYS
from secondgate.web.forms import Form


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
