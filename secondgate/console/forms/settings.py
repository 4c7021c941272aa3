"""The forms of the settings: whose server this is, and what carries its mails."""

import re
from typing import Any, Final

from django import forms

from secondgate.messaging.smtp import SmtpSettings
from secondgate.web import colours
from secondgate.web.branding import LOGO_MOST, logo_type
from secondgate.web.forms import EditForm, Form

ONE_LINE: Final = re.compile(r"[^\x00-\x1f\x7f]+")


class OrganisationForm(EditForm):
    """Name, colour and logo, as people see them in the portal and in mails."""

    name = forms.CharField(
        label="Name", max_length=100, help_text="In the portal, in mails, and in people's apps."
    )
    colour = forms.CharField(
        label="Colour",
        max_length=7,
        required=False,
        help_text="Of the portal's buttons, like #1d4ed8. Left empty: ours.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    logo = forms.FileField(
        label="Logo",
        required=False,
        help_text="PNG, JPEG or WebP, up to 200 KB; wide ones are shown 28 pixels high.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    no_logo = forms.BooleanField(label="Take the logo away", required=False)

    def clean_name(self) -> str:
        """Refuse a name that would break a mail's head."""
        name: str = self.cleaned_data["name"]
        if not ONE_LINE.fullmatch(name):
            raise forms.ValidationError("A name is one line, without control characters.")
        return name

    def clean_colour(self) -> str:
        """Refuse what is no colour, and one that could not be seen."""
        colour: str = self.cleaned_data["colour"].lower()
        if not colour:
            return ""
        if not re.fullmatch("#[0-9a-f]{6}", colour):
            raise forms.ValidationError("A colour is # and six digits from 0 to f, like #1d4ed8.")
        if not colours.can_be_seen(colour):
            found = colours.contrast(colour, colours.LIGHT)
            raise forms.ValidationError(
                f"It would hardly be seen on white: its contrast is {found:.1f}, 3 is needed. "
                f"The nearest that can be seen is {colours.nearest(colour)}."
            )
        return colour

    def clean_logo(self) -> bytes | None:
        """Return the picture; what it is, its octets say and not its name."""
        file: Any = self.cleaned_data["logo"]
        if file is None:
            return None
        if file.size is None or file.size > LOGO_MOST:
            raise forms.ValidationError(
                f"It has {(file.size or 0) // 1024} KB; {LOGO_MOST // 1024} are the most. Save it smaller."
            )
        octets: bytes = file.read()
        if not logo_type(octets):
            raise forms.ValidationError("This is no PNG, JPEG or WebP picture, whatever its name says.")
        return octets


SECURITY: Final = (
    ("starttls", "STARTTLS, mostly at port 587"),
    ("tls", "TLS from the start, mostly at port 465"),
    ("none", "None. Everybody on the way can read the mails, and the password."),
)


class MailForm(EditForm):
    """A mail server. The password is never shown; left empty, the one that is kept stays."""

    host = forms.CharField(
        label="Mail server",
        max_length=255,
        help_text="Its name, as its certificate has it: smtp.example.com.",
    )
    port = forms.IntegerField(label="Port", min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(
        label="Protection on the way", choices=SECURITY, initial="starttls", widget=forms.RadioSelect
    )
    user = forms.CharField(
        label="User",
        max_length=255,
        required=False,
        help_text="Who signs in there. Empty where nobody needs to.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Password",
        max_length=1024,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    sender = forms.EmailField(
        label="Sender", help_text="The address that mails come from: login@example.com."
    )
    ca = forms.CharField(
        label="Certificate authority",
        required=False,
        max_length=20_000,
        help_text="In PEM, where it is the company's own.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, now: SmtpSettings | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = now
        if now and now.password:
            self.fields["password"].help_text = "One is kept, and never shown. Leave it empty to keep it."

    def clean_host(self) -> str:
        """Refuse an address of the web."""
        host: str = self.cleaned_data["host"]
        if not re.fullmatch(r"[A-Za-z0-9.:_-]+", host):
            raise forms.ValidationError("Only its name or address, without what stands before or after.")
        return host

    def clean_ca(self) -> str:
        """Refuse what no certificate can be read from."""
        import ssl

        ca: str = self.cleaned_data["ca"]
        try:
            if ca:
                ssl.create_default_context(cadata=ca)
        except (ssl.SSLError, ValueError):
            raise forms.ValidationError(
                "No certificate can be read from it. It begins with -----BEGIN CERTIFICATE-----."
            ) from None
        return ca

    def clean(self) -> dict[str, Any]:
        """Send no kept password anywhere that it was not meant for."""
        values = super().clean()
        known = self._known
        if values.get("user") and not values.get("password"):
            if known is None or not known.password:
                self.add_error("password", "This user has no password yet.")
            elif any(
                values.get(name) != getattr(known, name)
                for name in ("host", "port", "security", "user", "ca")
            ):
                self.add_error(
                    "password",
                    "Type it again: the one that is kept was given for another server, user or way there.",
                )
        return values


class TestMailForm(Form):
    """Where a test goes."""

    to = forms.EmailField(label="Send a test mail to")
