"""What a list of people is narrowed down to; it stands in the address."""

from typing import Any, Final
from uuid import UUID

from django import forms

from secondgate.console.people import Wanted
from secondgate.console.roles import Role
from secondgate.directories.models import Directory
from secondgate.people.models import Group
from secondgate.web.forms import Form

MOST_GROUPS: Final = 200  # in the menu; the others lead here from their own page


class FindForm(Form):
    """All fields are optional; what makes no sense is as if it were not there."""

    q = forms.CharField(required=False, max_length=200)
    group = forms.UUIDField(required=False)
    directory = forms.UUIDField(required=False)
    role = forms.ChoiceField(required=False, choices=[("", "Any role"), *((role, role) for role in Role)])
    state = forms.ChoiceField(required=False, choices=[("", ""), ("enabled", ""), ("disabled", "")])
    factor = forms.ChoiceField(required=False, choices=[("", ""), ("with", ""), ("without", "")])

    def menus(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """Return each menu: its name, what it is about, and its options: value, title, whether chosen.

        The template writes them out: two hundred of a widget's options take it 15 ms.
        """
        groups = Group.objects.order_by("name").values_list("pk", "name")
        offered: dict[str, list[tuple[Any, str]]] = {
            "group": [("", "Any group"), *groups[:MOST_GROUPS], *self._chosen(groups)],
            "directory": [("", "Any directory"), *Directory.objects.values_list("pk", "name")],
            "role": [("", "Any role"), *((role.value, role.value) for role in Role)],
        }
        return [
            (
                name,
                name.capitalize(),
                [
                    (value, title, value == self.data.get(name, ""))
                    for value, title in {str(key): title for key, title in options}.items()
                ],
            )
            for name, options in offered.items()
        ]

    def _chosen(self, groups: Any) -> list[tuple[UUID, str]]:
        """Return the group in the address: it may be none of those in the menu."""
        try:
            return list(groups.filter(pk=UUID(str(self.data.get("group", "")))))
        except ValueError:
            return []

    def wanted(self) -> Wanted:
        """Return who is looked for."""
        self.is_valid()
        values = self.cleaned_data
        state, factor = values.get("state"), values.get("factor")
        return Wanted(
            text=values.get("q", ""),
            group=values.get("group"),
            directory=values.get("directory"),
            role=values.get("role", ""),
            enabled=None if not state else state == "enabled",
            has_factor=None if not factor else factor == "with",
        )
