"""The form of a policy."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import QueryDict

from secondgate.applications.kinds import KINDS
from secondgate.applications.models import Application
from secondgate.console.forms.grants import grants_field, grants_in
from secondgate.methods.registry import NAMEABLE, TITLES
from secondgate.people.models import Group
from secondgate.policies.models import Policy
from secondgate.policies.resolve import LoginMethod
from secondgate.policies.sentence import LOGIN_METHODS
from secondgate.web.forms import EditForm

# what stands in the form: what is stored
CHALLENGES: Final[dict[str, bool | None]] = {"": None, "yes": True, "no": False}


class PolicyForm(EditForm):
    """What a policy says. The methods count in the order in which the page has them."""

    name = forms.CharField(label="Name", max_length=255, help_text="As it appears in the log.")
    application = forms.ModelChoiceField(
        label="Application", queryset=Application.objects.order_by("name"), help_text="What people log in to."
    )
    groups = forms.ModelMultipleChoiceField(
        label="Groups",
        queryset=Group.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Whoever is in one of them. None chosen: everyone.",
    )
    login = forms.ChoiceField(
        label="Login method",
        widget=forms.RadioSelect,
        choices=[(method.value, title) for method, (title, _says) in LOGIN_METHODS.items()],
    )
    methods = forms.MultipleChoiceField(
        label="Methods",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, TITLES[name]) for name in NAMEABLE],
    )
    challenge = forms.ChoiceField(
        label="Prompt for the code",
        required=False,
        choices=[
            ("", "As the application has it"),
            ("yes", "Yes, ask by a prompt"),
            ("no", "No, typed behind"),
        ],
    )
    confirmed = forms.BooleanField(
        label="Let people in without a second factor",
        required=False,
        help_text="A stolen password is enough then.",
    )

    grants = grants_field("What the application is told beside what it is told of everybody.")

    def __init__(self, *args: Any, policy: Policy | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._policy = policy

    def clean_name(self) -> str:
        """Refuse the name of another policy."""
        name: str = self.cleaned_data["name"]
        others = Policy.objects.filter(name=name)
        if (others.exclude(pk=self._policy.pk) if self._policy else others).exists():
            raise forms.ValidationError(
                f"Another policy is called “{name}”. The log would not tell them apart."
            )
        return name

    def clean_grants(self) -> list[str]:
        """Return the lines."""
        return grants_in(self.cleaned_data["grants"])

    def clean(self) -> dict[str, Any]:
        """Refuse what could never let anybody in, and what was not confirmed."""
        values = super().clean()
        login, application = values.get("login"), values.get("application")
        if login == LoginMethod.PASSWORD_ONLY:
            if not values.get("confirmed"):
                self.add_error("confirmed", "Confirm that these people need no second factor.")
        elif login and not values.get("methods") and "methods" not in self.errors:
            self.add_error("methods", "Choose one at least: this login method asks for a second factor.")
        if application and application.kind in KINDS and values.get("challenge") == "yes":
            kind = KINDS[application.kind]
            if not kind.challenge:
                self.add_error(
                    "challenge", f"{application.name} cannot show a prompt: {kind.no_challenge_because}."
                )
        return values

    def fields_of_policy(self) -> dict[str, Any]:
        """Return what was said, as `policies.configure` takes it."""
        values = {key: value for key, value in self.cleaned_data.items() if key != "confirmed"}
        return {**values, "groups": list(values["groups"]), "challenge": CHALLENGES[values["challenge"]]}


def initial_of(policy: Policy) -> dict[str, Any]:
    """Return what stands in the form of a policy that is there."""
    return {
        "name": policy.name,
        "application": policy.application_id,
        "groups": [group.pk for group in policy.groups.all()],
        "login": policy.login,
        "methods": policy.methods,
        "challenge": {held: shown for shown, held in CHALLENGES.items()}[policy.challenge],
        "grants": "\n".join(policy.grants),
        "confirmed": policy.login == LoginMethod.PASSWORD_ONLY,
    }


def typed(data: QueryDict) -> dict[str, Any]:
    """Return what stands in a form that is shown again without being judged."""
    many = {name: data.getlist(name) for name in ("groups", "methods")}
    names = ("name", "application", "login", "challenge", "grants", "mark")
    one = {name: data.get(name, "") for name in names}
    return {**one, **many, "confirmed": "confirmed" in data}


def raised(methods: list[str], name: str) -> list[str]:
    """Return the methods with one of them a place further up."""
    at = methods.index(name) if name in methods else 0
    return methods if at == 0 else [*methods[: at - 1], name, methods[at - 1], *methods[at + 1 :]]


def shown_methods(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return all methods as the page has them: the chosen ones first, in their order."""
    chosen = [name for name in values.get("methods") or () if name in NAMEABLE]
    rest = [name for name in NAMEABLE if name not in chosen]
    return [
        {"name": name, "title": TITLES[name], "chosen": name in chosen, "place": place}
        for place, name in enumerate((*chosen, *rest))
    ]
