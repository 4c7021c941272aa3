"""The forms of applications: to add one, to edit it, to replace its secret, to try a login."""

from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_network
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from secondgate.applications import certificate_names
from secondgate.applications.kinds import LIMIT_PROXY_STATE, MESSAGE_AUTHENTICATOR, Kind
from secondgate.applications.models import Application, CertificateName, Client
from secondgate.applications.shared_secret import check_secret
from secondgate.console.forms.grants import grants_field, grants_in
from secondgate.console.reply_attributes import with_line
from secondgate.directories.models import Directory
from secondgate.web.forms import EditForm, Form

DIRECTORIES_MOST: Final = 8  # places to choose a directory for: more would not be read

SIGNING: Final[dict[str, str]] = {
    "require": "Require it. Packets without one get no answer. Choose this wherever the product can sign.",
    "auto": "Automatic. Packets without one are answered until their address has sent one, then no more. "
    "From a network they are always answered: one device there does not speak for the others.",
    "off": "Off. Packets without one are always answered: somebody in between could forge them.",
}

PROXYING: Final[dict[str, str]] = {
    "require": "Require a Message-Authenticator beside it. Packets without one get no answer.",
    "auto": "Automatic. The same, once a login has shown that the address signs, or that it is no proxy. "
    "From a network they are always answered.",
    "off": "Off. Proxy-State is treated like anything else.",
}


class Fields(forms.Form):
    """What can be said of an application, of any kind. Its directories are one choice a place."""

    name = forms.CharField(
        label="Name", max_length=255, help_text="How it is called in policies and in the log."
    )
    clients = forms.CharField(
        label="Packets come from",
        widget=forms.Textarea(attrs={"class": "mono", "rows": 3, "spellcheck": "false"}),
        help_text="Addresses or networks, IPv4 or IPv6, one a line, like 10.0.1.10 or 10.0.1.0/24. "
        "None are needed where all of it comes by TLS, with a certificate that is named below.",
    )
    message_authenticator = forms.ChoiceField(
        label="Message-Authenticator",
        widget=forms.RadioSelect,
        choices=list(SIGNING.items()),
        initial="auto",
        help_text="The signature of a packet. With it nobody in between can forge one (CVE-2024-3596).",
    )
    limit_proxy_state = forms.ChoiceField(
        label="Proxy-State",
        widget=forms.RadioSelect,
        choices=list(PROXYING.items()),
        initial="auto",
        help_text="What a RADIUS proxy adds, and what somebody in between needs to turn a refusal around. "
        "It matters where no Message-Authenticator is required.",
    )
    certificate_names = forms.CharField(
        label="Names in its TLS certificates",
        required=False,
        widget=forms.Textarea(attrs={"class": "mono", "rows": 2, "spellcheck": "false"}),
        help_text="For RADIUS over TLS: DNS names or addresses as the certificates have them, one a line, no "
        "wildcards. Whoever shows one is this application, from any address, and nobody else is by TLS.",
    )
    challenge = forms.BooleanField(
        label="Asks a second question",
        required=False,
        help_text="It can show a prompt for the code after the password (Access-Challenge). Where it cannot, "
        "people type both at once.",
    )
    separator = forms.CharField(
        label="Separator",
        max_length=8,
        strip=False,
        initial=",",
        widget=forms.TextInput(attrs={"class": "mono w-xs", "autocomplete": "off"}),
        help_text="Where both are typed at once: what stands between them, as in password,123456.",
    )

    grants = grants_field("What the application is told of each person that is let in, one a line.")

    def __init__(self, *args: Any, kind: Kind, application: Application | None = None, **kwargs: Any) -> None:
        self._kind, self._application = kind, application
        super().__init__(*args, **kwargs)
        self._directories = {str(one.pk): one for one in Directory.objects.order_by("position")}
        for number, label in enumerate(_places(min(len(self._directories), DIRECTORIES_MOST))):
            self.fields[f"directory_{number}"] = self._place(label, first=number == 0)
        named = (self.data or self.initial).get("certificate_names", "")
        self.fields["clients"].required = not named.strip()
        challenge = self.fields["challenge"]
        if not kind.challenge:
            challenge.disabled = True
            challenge.initial = self.initial["challenge"] = False
            challenge.help_text = f"Not possible here: {kind.no_challenge_because}. The code comes at once."

    def _place(self, label: str, *, first: bool) -> forms.ChoiceField:
        nobody = "All directories" if first else "No other"
        choices = [("", nobody), *((id_, one.name) for id_, one in self._directories.items())]
        says = "Whose people may log in, and who is asked first." if first else ""
        widget = forms.Select(attrs={"class": "select w-m"})
        return forms.ChoiceField(label=label, choices=choices, required=False, help_text=says, widget=widget)

    @property
    def places(self) -> list[forms.BoundField]:
        """The fields in which directories are chosen."""
        return [self[name] for name in self.fields if name.startswith("directory_")]

    def clean_name(self) -> str:
        """Refuse the name of another application."""
        name: str = self.cleaned_data["name"]
        holder = Application.everything.filter(name=name).first()
        if holder is not None and holder != self._application:
            raise ValidationError(f"There is an application called “{name}” already.")
        return name

    def clean_clients(self) -> list[str]:
        """Return the networks as `ipaddress` writes them; each mistake names its line."""
        others = Client.objects.exclude(application=self._application)
        taken = dict(others.values_list("network", "application__name"))
        return _lines(self.cleaned_data["clients"], _network, taken)

    def clean_certificate_names(self) -> list[str]:
        """Return the names as they are compared; each mistake names its line."""
        others = CertificateName.objects.exclude(application=self._application)
        taken = dict(others.values_list("name", "application__name"))
        return _lines(self.cleaned_data["certificate_names"], certificate_names.read, taken)

    def clean_grants(self) -> list[str]:
        """Return the lines."""
        return grants_in(self.cleaned_data["grants"])

    def clean(self) -> dict[str, Any]:
        """Gather the directories in their order."""
        values = super().clean() or self.cleaned_data
        chosen: list[Directory] = []
        for field in self.places:
            id_ = values.pop(field.name, "")
            if id_ and self._directories[id_] in chosen:
                self.add_error(field.name, f"{self._directories[id_].name} stands above already.")
            elif id_:
                chosen.append(self._directories[id_])
        return {**values, "directories": chosen}


class NewApplication(Fields, Form):
    """Add an application."""

    secret = forms.CharField(
        label="Shared secret",
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
        help_text="Leave it empty and a strong one is made, and shown once after saving. Type one only where "
        "the other side has it already.",
    )
    field_order = ("name", "clients", "secret")

    def clean_secret(self) -> str:
        """Refuse a secret that will not work on both sides."""
        return _checked(self.cleaned_data["secret"], self._kind)


class EditApplication(Fields, EditForm):
    """Change an application; its secret has a page of its own."""


class NewSecret(Form):
    """Replace the shared secret."""

    secret = NewApplication.base_fields["secret"]

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        self._kind = kind
        super().__init__(*args, **kwargs)

    def clean_secret(self) -> str:
        """Refuse a secret that will not work on both sides."""
        return _checked(self.cleaned_data["secret"], self._kind)


class NewClient(forms.Form):
    """One more address, from a button beside it."""

    address = forms.GenericIPAddressField()


class TryLogin(Form):
    """A test login: what a person would type."""

    user = forms.CharField(
        label="Login name",
        max_length=255,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    typed = forms.CharField(
        label="Password or code",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="What would be typed at the application. It is checked and not kept; a code is used up.",
    )
    state = forms.RegexField(r"^[0-9a-f]*$", required=False, max_length=512, widget=forms.HiddenInput)


def initial_of(application: Application, directories: Iterable[str]) -> dict[str, Any]:
    """Return what the form of an application shows at first."""
    places = {name: str(id_) for id_, name in Directory.objects.values_list("pk", "name")}
    chosen = {f"directory_{number}": places[name] for number, name in enumerate(directories)}
    clients = application.clients.order_by("pk").values_list("network", flat=True)
    return {
        "name": application.name,
        "clients": "\n".join(plain(network) for network in clients),
        "certificate_names": "\n".join(
            application.certificate_names.order_by("pk").values_list("name", flat=True)
        ),
        "message_authenticator": application.message_authenticator,
        "limit_proxy_state": application.limit_proxy_state,
        "challenge": application.challenge,
        "separator": application.separator,
        "grants": "\n".join(application.grants),
        **chosen,
    }


def typed(data: QueryDict) -> dict[str, Any]:
    """Return what stands in a form that is shown again without being judged, with the line to add."""
    grants = with_line(data.get("grants", ""), data.get("suggest", ""))
    return {**data.dict(), "challenge": "challenge" in data, "grants": grants}


def plain(network: str) -> str:
    """Return a network as people write it: one address without its length."""
    return network.removesuffix("/32") if "." in network else network.removesuffix("/128")


def _lines(text: str, read: Callable[[str], str], taken: Mapping[str, str]) -> list[str]:
    """Return what stands in the lines, each once and of no other application. Raises ValidationError."""
    found: dict[str, int] = {}
    faults = []
    for number, line in enumerate(text.splitlines(), 1):
        if typed := line.strip().rstrip(",;"):
            try:
                one = read(typed)
                _refuse_again(one, taken, found)
                found[one] = number
            except ValueError as fault:
                faults.append(f"Line {number}: {fault}")
    if faults:
        raise ValidationError([ValidationError("%(says)s", params={"says": says}) for says in faults])
    return list(found)


def _refuse_again(one: str, taken: Mapping[str, str], found: Mapping[str, int]) -> None:
    if one in found:
        raise ValueError(f"{plain(one)} stands in line {found[one]} already.")
    if one in taken:
        raise ValueError(f"{plain(one)} belongs to “{taken[one]}” already.")


def _network(line: str) -> str:
    try:
        return str(ip_network(line))
    except ValueError:
        raise ValueError(f"“{line}” is no address or network{_meant(line)}") from None


def _meant(line: str) -> str:
    try:
        return f"; did you mean {ip_network(line, strict=False)}?"
    except ValueError:
        return ", like 10.0.1.10, 10.0.1.0/24 or fd00::/64."


def _checked(secret: str, kind: Kind) -> str:
    if secret:
        try:
            check_secret(secret, kind)
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault
    return secret


def _places(count: int) -> list[str]:
    return ["Directory", *(f"Then, place {number}" for number in range(2, count + 1))][:count]


assert set(SIGNING) == set(MESSAGE_AUTHENTICATOR)
assert set(PROXYING) == set(LIMIT_PROXY_STATE)
