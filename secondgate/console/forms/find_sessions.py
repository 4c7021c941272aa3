"""What a list of sessions is narrowed down to; it stands in the address."""

from uuid import UUID

from django import forms

from secondgate.applications.models import Application
from secondgate.console.sessions import Wanted
from secondgate.directories.people import people_called
from secondgate.web.forms import Form


class FindSessionsForm(Form):
    """All fields are optional; what makes no sense is as if it were not there."""

    q = forms.CharField(required=False, max_length=200)
    user = forms.UUIDField(required=False)
    application = forms.UUIDField(required=False)
    state = forms.ChoiceField(required=False, choices=[("", ""), ("open", "")])

    def applications(self) -> list[tuple[str, str, bool]]:
        """Return the applications to choose from: id, name, whether chosen."""
        chosen = str(self.cleaned_data.get("application") or "")
        offered = [("", "Any application")]
        offered += [
            (str(pk), name) for pk, name in Application.objects.order_by("name").values_list("pk", "name")
        ]
        return [(value, title, value == chosen) for value, title in offered]

    def wanted(self) -> Wanted:
        """Return which sessions are looked for."""
        self.is_valid()
        values = self.cleaned_data
        users: tuple[UUID, ...] | None = None
        if values.get("user"):
            users = (values["user"],)
        elif values.get("q"):
            users = tuple(one.pk for one in people_called(values["q"]))
        return Wanted(values.get("application"), users, values.get("state") == "open")
