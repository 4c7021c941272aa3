"""Choose a group by its name: a menu of ten thousand would not be read."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ObjectDoesNotExist

from secondgate.people.models import Group
from secondgate.web.forms import Form

OFFERED: Final = 500  # names that the browser suggests while one types


class ChooseGroupForm(Form):
    """One group that there is."""

    group = forms.CharField(
        label="Group",
        max_length=255,
        widget=forms.TextInput(attrs={"list": "groups", "autocomplete": "off"}),
    )

    def clean_group(self) -> Group:
        """Return the group of that name."""
        name: Any = self.cleaned_data["group"]
        try:
            return Group.objects.get(name=name)
        except ObjectDoesNotExist:
            raise forms.ValidationError(
                f"No group is called “{name}”. Choose one of the list, or create it under Groups."
            ) from None

    @property
    def offered(self) -> list[str]:
        """Return the names to suggest."""
        return list(Group.objects.order_by("name").values_list("name", flat=True)[:OFFERED])
