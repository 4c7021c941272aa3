"""The field of what an answer grants: lines of `policies.grants`."""

from django import forms
from django.core.exceptions import ValidationError

from secondgate.policies import grants


def grants_field(says: str) -> forms.CharField:
    """Return the field."""
    return forms.CharField(
        label="Reply attributes",
        required=False,
        widget=forms.Textarea(attrs={"class": "mono", "rows": 3, "spellcheck": "false"}),
        help_text=f"{says} NAME=VALUE, like Filter-Id={{group}} or Session-Timeout=28800. In the value stand "
        f"{', '.join(grants.PLACES)}; with {{group}} a line counts once for each of their groups, and with "
        "{directory.department} for each value that their directory reads for it (its further attributes).",
    )


def grants_in(text: str) -> list[str]:
    """Return the lines as they are kept. Raises ValidationError that names the line."""
    found, faults = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                grant = grants.read(line)
                found.append(f"{grant.name}={grant.value}")
            except ValueError as fault:
                faults.append(ValidationError("%(says)s", params={"says": f"Line {number}: {fault}"}))
    if len(found) > grants.MOST:
        faults.append(ValidationError(f"There are {len(found)} lines; {grants.MOST} are the most."))
    if faults:
        raise ValidationError(faults)
    return found
