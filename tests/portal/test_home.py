"""A person's own page: what they have, where they log in, what they did."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from secondgate.applications.models import Application
from secondgate.events.models import Event
from secondgate.methods import enrolment
from secondgate.methods.models import Authenticator
from secondgate.methods.totp import TotpSettings
from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.policies.models import Policy
from tests.console.conftest import SignedIn
from tests.scenarios.codes import totp

HOSTILE = '<script>alert(1)</script> "q" \u202eevil 🐈'
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

pytestmark = pytest.mark.django_db


def an_application(
    name: str, *, kind: str = "fortigate", login: str = "password-and-second-factor", group: str = ""
) -> Policy:
    application = Application(name=name, kind=kind, challenge=kind != "aws-workspaces")
    application.save()
    policy = Policy(
        name=name, position=Policy.objects.count(), application=application, login=login, methods=["totp"]
    )
    policy.save()
    if group:
        policy.groups.add(accounts.make_group(group, by="test"))
    return policy


def an_app_of(user: User, name: str = "Phone") -> Authenticator:
    enrolment.enrol([enrolment.Wanted(user, "totp", name, TotpSettings(secret=SEED))], by="test")
    return Authenticator.objects.get(user=user, name=name)


def test_it_shows_what_one_has_and_names_are_text(signed_in: SignedIn) -> None:
    client = signed_in("")
    an_app_of(client.user, HOSTILE)
    an_application(HOSTILE)
    page = client.get("/portal/").content.decode()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &quot;q&quot; \u202eevil 🐈") >= 2


def test_it_says_where_one_logs_in_and_how(signed_in: SignedIn) -> None:
    client = signed_in("")
    an_app_of(client.user)
    an_application("WorkSpaces", kind="aws-workspaces", login="second-factor-only")
    an_application("Gate")
    an_application("Vault", group="others")
    page = client.get("/portal/").content.decode()
    assert "In the field “MFA code”: the code." in page
    assert "Then it asks for the code." in page
    assert "Vault" not in page
    assert "you have nothing that it takes" not in page


def test_it_warns_where_one_has_nothing_that_is_taken(signed_in: SignedIn) -> None:
    an_application("Gate")
    assert "you have nothing that it takes" in signed_in("").get("/portal/").content.decode()


def test_it_shows_one_s_own_logins_only(signed_in: SignedIn) -> None:
    client = signed_in("")
    gate = an_application("Gate").application
    other = accounts.create("other", realm="built-in", by="test")
    for user, reason in ((client.user, "wrong-code"), (other, "code-used")):
        Event.objects.create(
            at=timezone.now(), name="login.refused", reason=reason, user_id=user.pk, application_id=gate.pk
        )
    page = client.get("/portal/").content.decode()
    assert "Gate, wrong code" in page
    assert "had been used" not in page


def test_it_takes_as_many_queries_for_many_as_for_few(
    signed_in: SignedIn, django_assert_max_num_queries
) -> None:
    client = signed_in("")
    for number in range(20):
        an_app_of(client.user, f"Phone {number}")
        an_application(f"Gate {number}", group=f"group {number}")
    with django_assert_max_num_queries(14):
        client.get("/portal/")


def test_backup_codes_are_shown_once_and_replace_the_old(signed_in: SignedIn) -> None:
    client = signed_in("")
    an_app_of(client.user)
    first = client.post("/portal/backup-codes/").context["codes"]
    answer = client.post("/portal/backup-codes/")
    assert answer["Cache-Control"].count("no-store")
    second = answer.context["codes"]
    assert len(set(first) | set(second)) == 20
    assert Authenticator.objects.filter(method="backup-codes").count() == 1
    assert "10 of 10 left" in client.get("/portal/").content.decode()
    assert not [code for code in second if code in client.get("/portal/backup-codes/").content.decode()]
    facts = str(list(Event.objects.values_list("facts", flat=True)))
    assert not [code for code in [*first, *second] if code in facts or code.replace("-", "") in facts]


def test_used_codes_are_counted(signed_in: SignedIn) -> None:
    client = signed_in("")
    enrolment.give_backup_codes(client.user, by="test")
    Authenticator.objects.update(position=0b1010011101)
    page = client.get("/portal/").content.decode()
    assert "4 of 10 left" in page
    Authenticator.objects.update(position=0b1111111110)
    assert "few left" in client.get("/portal/").content.decode()


def test_the_first_app_comes_with_backup_codes_a_second_does_not(signed_in: SignedIn) -> None:
    client = signed_in("", method="")
    for name, has_codes in (("One", True), ("Two", False)):
        seed = client.get("/portal/add/totp/").context["seed"].replace(" ", "")
        answer = client.post("/portal/add/totp/", {"name": name, "code": totp(seed), "next": "/portal/"})
        assert (answer.status_code == 200) is has_codes, name
    assert len(answer.content) == 0
    assert set(Authenticator.objects.values_list("name", flat=True)) == {"One", "Two", "Backup codes"}


def test_rename_is_recorded_and_takes_no_name_twice(signed_in: SignedIn) -> None:
    client = signed_in("")
    one, _two = an_app_of(client.user, "One"), an_app_of(client.user, "Two")
    answer = client.post(f"/portal/authenticators/{one.pk}/rename/", {"name": "Two"})
    assert answer.status_code == 422
    assert "You have one of that name." in answer.content.decode()
    client.post(f"/portal/authenticators/{one.pk}/rename/", {"name": HOSTILE})
    assert Authenticator.objects.get(pk=one.pk).name == HOSTILE
    facts = Event.objects.get(name="authenticator.changed").facts
    assert (facts["before"]["name"], facts["after"]["name"]) == ("One", HOSTILE)


def test_removing_the_last_says_what_follows(signed_in: SignedIn) -> None:
    client = signed_in("")
    one = an_app_of(client.user)
    an_application("Gate")
    address = f"/portal/authenticators/{one.pk}/remove/"
    page = client.get(address).content.decode()
    assert "It is your last one" in page
    assert "<p>Gate</p>" in page
    assert Authenticator.objects.exists()
    client.post(address)
    assert not Authenticator.objects.exists()
    assert Event.objects.filter(name="authenticator.removed").count() == 1


def test_one_of_several_goes_quietly(signed_in: SignedIn) -> None:
    client = signed_in("")
    an_app_of(client.user, "Other")
    one = an_app_of(client.user)
    an_application("Gate")
    page = client.get(f"/portal/authenticators/{one.pk}/remove/").content.decode()
    assert "It is your last one" not in page
    assert "You will not get in here" not in page


@pytest.mark.parametrize("verb", ["rename", "remove"])
def test_nobody_touches_another_s(signed_in: SignedIn, verb: str) -> None:
    other = an_app_of(accounts.create("other", realm="built-in", by="test"))
    assert (
        signed_in("owner").post(f"/portal/authenticators/{other.pk}/{verb}/", {"name": "x"}).status_code
        == 404
    )
    assert Authenticator.objects.get(pk=other.pk).name == "Phone"


@pytest.mark.parametrize("path", ["backup-codes/", "authenticators/{pk}/remove/"])
def test_factors_are_taken_away_and_codes_made_by_a_fresh_proof_only(signed_in: SignedIn, path: str) -> None:
    client = signed_in("", proved=time.time())
    one = an_app_of(client.user)
    answer = client.post(f"/portal/{path.format(pk=one.pk)}")
    assert answer["Location"].startswith("/portal/confirm/")
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize("path", ["backup-codes/", "authenticators/{pk}/remove/", "add/totp/", "password/"])
def test_a_browser_from_before_the_factor_does_not_take_it_away(signed_in: SignedIn, path: str) -> None:
    client = signed_in("", method="")
    one = an_app_of(client.user)
    answer = client.post(f"/portal/{path.format(pk=one.pk)}")
    assert answer["Location"].startswith("/portal/confirm/")
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize("path", ["add/totp/", "backup-codes/"])
@pytest.mark.parametrize(
    ("ends", "used", "is_over"), [(-1, 0, True), (1, 1, True), (1, 0, False)], ids=["late", "used", "live"]
)
def test_a_bypass_code_that_is_over_is_in_nobody_s_way(
    signed_in: SignedIn, path: str, ends: int, used: int, is_over: bool
) -> None:
    client = signed_in("", method="")
    until = timezone.now() + timedelta(hours=ends)
    enrolment.give_bypass_code(client.user, until=until, uses=1, why="lost phone", by="test")
    Authenticator.objects.filter(user=client.user).update(position=used)
    assert client.get(f"/portal/{path}").status_code == (200 if is_over else 302)


def test_an_app_that_is_switched_off_is_still_in_the_way_of_a_password_alone(signed_in: SignedIn) -> None:
    client = signed_in("", method="")
    an_app_of(client.user)
    Authenticator.objects.filter(user=client.user).update(enabled=False)
    assert client.get("/portal/add/totp/")["Location"].startswith("/portal/confirm/")
