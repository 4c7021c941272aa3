"""How one logs in where: a sentence for each kind of login, told by what the product's page has."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from secondgate.applications.kinds import KINDS
from secondgate.policies.covering import Covered
from secondgate.policies.resolve import LoginMethod

# (login method, does it ask for the code in a second step?): the sentence
HOW: Final[dict[tuple[LoginMethod, bool], str]] = {
    (LoginMethod.PASSWORD_ONLY, False): gettext_noop("Type name and password."),
    (LoginMethod.PASSWORD_AND_SECOND_FACTOR, True): gettext_noop(
        "Type name and password. Then it asks for the code."
    ),
    (LoginMethod.PASSWORD_AND_SECOND_FACTOR, False): gettext_noop(
        "Type your name. In the field for the password: the password, then {separator} and the code, "
        "without spaces."
    ),
    (LoginMethod.SECOND_FACTOR_ONLY, False): gettext_noop(
        "Type your name. In the field for the password: the code."
    ),
}
# The same where the product has a field for the second factor beside name and password.
HOW_WITH_FIELD: Final[dict[LoginMethod, str]] = {
    LoginMethod.PASSWORD_ONLY: gettext_noop(
        "Type name and password. In the field “{field}”: the password once more."
    ),
    LoginMethod.PASSWORD_AND_SECOND_FACTOR: gettext_noop(
        "Type name and password. In the field “{field}”: the password once more, then {separator} and the "
        "code, without spaces."
    ),
    LoginMethod.SECOND_FACTOR_ONLY: gettext_noop("Type name and password. In the field “{field}”: the code."),
}


def how(covered: Covered) -> str:
    """Return what to type where, in the reader's language."""
    kind, rule = KINDS[covered.application.kind], covered.rule
    if kind.code_field:
        says = HOW_WITH_FIELD[rule.login]
    else:
        says = HOW[rule.login, rule.challenge and rule.login is LoginMethod.PASSWORD_AND_SECOND_FACTOR]
    return _(says).format(field=kind.code_field, separator=covered.application.separator)
