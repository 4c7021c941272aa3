"""Choose the groups of somebody: checkboxes, and names typed where there are more than one would list.

A checkbox carries the group's name, a line of the text does the same, and both are called alike: whatever
comes back is names. So it works without a script; with one, what is typed above a long list narrows it.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from secondgate.people.models import Group

LISTED_MOST: Final = 500  # checkboxes; the names of further groups are typed
NARROWED_FROM: Final = 11  # checkboxes that are more than one look


class _Names(forms.Widget):
    """Reads all that was sent under a name, as the names of groups."""

    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        assert isinstance(data, QueryDict)  # what a request carries, with all values of a field
        # Not splitlines: a directory may call a group by a name that has one of its rarer ends of a line.
        # A NUL is in no name, and PostgreSQL refuses to look for it.
        texts = (str(value).replace("\0", "\ufffd") for value in data.getlist(name))
        lines = (line.rstrip("\r") for text in texts for line in text.split("\n"))
        return list(dict.fromkeys(line for line in lines if line.strip()))


class _BoundGroups(forms.BoundField):
    """The field as its template draws it."""

    def _chosen(self) -> list[str]:
        return self.value() or []

    @property
    def rows(self) -> list[tuple[str, bool]]:
        """The groups to list: the chosen ones first, each with whether it is chosen."""
        return self._all[:LISTED_MOST]

    @property
    def has_more(self) -> bool:
        """Whether there are groups that are not listed."""
        return len(self._all) > LISTED_MOST

    @cached_property
    def _all(self) -> list[tuple[str, bool]]:
        held = Group.objects.filter(name__in=self._chosen()).order_by("name")
        rest = Group.objects.exclude(name__in=self._chosen()).order_by("name")[: LISTED_MOST + 1]
        return [
            (name, groups is held)
            for groups in (held, rest)
            for name in groups.values_list("name", flat=True)
        ]

    @property
    def is_long(self) -> bool:
        """Whether the list is worth being narrowed."""
        return len(self.rows) >= NARROWED_FROM

    @property
    def typed(self) -> str:
        """The chosen names that are not listed: too many, or no group's and to be put right."""
        listed = {name for name, _is_chosen in self.rows}
        return "\n".join(name for name in self._chosen() if name not in listed)


class GroupsField(forms.Field):
    """The groups somebody is in."""

    widget = _Names

    def __init__(self) -> None:
        super().__init__(label="Groups", required=False, template_name="console/_choose_groups.html")

    def clean(self, value: list[str]) -> list[Group]:
        """Return the groups of these names. Raises ValidationError for one that is not there."""
        wanted = {name: name.strip() for name in value}
        held = Group.objects.filter(name__in={*wanted, *wanted.values()})
        found = {group.name: group for group in held}
        chosen = {name: found.get(name) or found.get(bare) for name, bare in wanted.items()}
        if missing := [wanted[name] for name, group in chosen.items() if group is None]:
            raise ValidationError(
                f"No group is called “{'”, “'.join(missing)}”. Create it under Groups first."
            )
        return list(dict.fromkeys(group for group in chosen.values() if group))

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Return the field with its rows."""
        return _BoundGroups(form, self, field_name)
