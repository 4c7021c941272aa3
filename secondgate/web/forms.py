"""Forms as the design draws them: the error stands at its field, and what was typed stays."""

import hashlib
import json
from typing import Any, Final

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import QueryDict

LOOKS: Final[dict[type[forms.Widget], str]] = {
    # what an input looks like; the first that fits, so special ones come before plain ones
    forms.CheckboxInput: "",
    forms.RadioSelect: "",
    forms.CheckboxSelectMultiple: "",
    forms.HiddenInput: "",
    forms.Select: "select",
    forms.Textarea: "textarea",
    forms.Widget: "input",
}


class Renderer(TemplatesSetting):
    """Draws each field by `components/field.html`."""

    field_template_name = "components/field.html"


class Form(forms.Form):
    """A form whose widgets carry the design's classes."""

    use_required_attribute = False  # the server says what is missing, in words

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            dress(field.widget)


class EditForm(Form):
    """A form that changes something that is there: it tells when somebody else changed it meanwhile.

    `shown` is what stands there now, as its noun's `described` says it. The form carries a mark of it;
    where the mark is another than that of what stands there when the form comes back, the form is
    refused once: it says so, keeps what was typed, and the next try overwrites.
    """

    mark = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, shown: dict[str, Any], **kwargs: Any) -> None:
        self._now = mark_of(shown)
        kwargs["initial"] = {**kwargs.get("initial", {}), "mark": self._now}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Refuse what was opened before somebody else's change."""
        values = self.cleaned_data
        if values.pop("mark", "") != self._now:
            assert isinstance(self.data, QueryDict)  # what a request carries, with all values of a field
            self.data = self.data.copy()
            self.data[self.add_prefix("mark")] = self._now
            self.add_error(
                None,
                "Somebody else changed this while you had it open. What you typed is kept: compare it with "
                "the page in another tab, then save again to put yours in its place.",
            )
        return values


def mark_of(shown: dict[str, Any]) -> str:
    """Return what stands for a state: equal states have equal marks."""
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()[:32]


def dress(widget: forms.Widget) -> None:
    """Give a widget the design's class."""
    look = next(look for kind, look in LOOKS.items() if isinstance(widget, kind))
    widget.attrs["class"] = f"{look} {widget.attrs.get('class', '')}".strip()
    if not widget.attrs["class"]:
        del widget.attrs["class"]
    if isinstance(widget, forms.PasswordInput):
        widget.attrs.setdefault("autocomplete", "off")
