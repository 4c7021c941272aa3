"""The form that makes the owner account."""

from typing import Any

from django import forms

from secondgate.people.passwords import LONGEST, SHORTEST, unfit


class OwnerForm(forms.Form):
    """Name, email, login name and password of the owner."""

    name = forms.CharField(
        label="Your name",
        max_length=255,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Email",
        help_text="To be told about changes to your account.",
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )
    login = forms.CharField(
        label="Login name",
        max_length=255,
        help_text="What you will type to sign in, like olive.",
        widget=forms.TextInput(
            attrs={
                "class": "input",
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    password = forms.CharField(
        label="Password",
        max_length=LONGEST,
        strip=False,
        help_text=f"At least {SHORTEST} characters. A sentence is good; signs and digits are not required.",
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"}),
    )

    def clean_login(self) -> str:
        """Refuse what a login name cannot hold: a realm belongs to the directory."""
        login: str = self.cleaned_data["login"].strip()
        if any(sign in login for sign in "\\@/ "):
            raise forms.ValidationError("A login name has no spaces, slashes or @. Try just your first name.")
        return login

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is short, or is the person's own name or address."""
        values = self.cleaned_data
        own = [values.get(field, "") for field in ("name", "email", "login")]
        if values.get("password") and (fault := unfit(values["password"], own)):
            self.add_error("password", fault)
        return values
