"""What people are found by follows them, whoever writes the row."""

import pytest

from secondgate.methods import enrolment
from secondgate.methods.bypass_code import BypassCodeSettings
from secondgate.methods.totp import TotpSettings
from secondgate.people import accounts
from secondgate.people.login_names import normalise
from secondgate.people.models import SEARCH_MOST, User

pytestmark = pytest.mark.django_db


def test_a_new_one_and_a_changed_one_is_found_by_name_login_and_email() -> None:
    ann = accounts.create("ann", realm="built-in", by="test", email="a@Example.com")
    assert User.objects.get(search="ann\nann\na@example.com") == ann
    accounts.change(ann, by="test", name="Änn Berg")
    assert User.objects.get(search="änn berg\nann\na@example.com") == ann


def test_one_of_many_made_at_once_is_found() -> None:
    User.objects.bulk_create([User(login="ann"), User(login="bob")])
    assert User.objects.get(search__contains="bob").login == "bob"


def test_the_longest_names_fit_the_index() -> None:
    long = "\ufdfa" * 255  # one character that becomes eighteen
    user = accounts.create("ann", realm="built-in", by="test", name=long)
    assert len(user.search) == SEARCH_MOST
    assert normalise(long).startswith(user.search)


def test_who_has_a_second_factor_is_known_whatever_writes_it() -> None:
    def has_factor() -> bool:
        return User.objects.get(pk=ann.pk).has_factor

    ann = accounts.create("ann", realm="built-in", by="test")
    code = BypassCodeSettings("abcdefgh", "2030-01-01")
    enrolment.enrol([enrolment.Wanted(ann, "bypass-code", "Bypass code", code)], by="test")
    assert not has_factor()  # it stands in for one, for a while
    wanted = enrolment.Wanted(ann, "totp", "Phone", TotpSettings(secret="A" * 32))
    enrolment.enrol([wanted], by="test")
    phone = ann.authenticators.get(name="Phone")
    assert has_factor()
    ann.authenticators.filter(pk=phone.pk).update(enabled=False)
    assert not has_factor()
    ann.authenticators.filter(pk=phone.pk).update(enabled=True)
    assert has_factor()
    enrolment.remove([enrolment.opened(phone)], by="test")
    assert not has_factor()
