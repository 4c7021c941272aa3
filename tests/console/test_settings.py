"""Settings: the organisation, and the mail server."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from secondgate.events.models import Event
from secondgate.messaging import configure
from secondgate.messaging.models import Provider
from secondgate.web import colours
from secondgate.web.models import Organisation
from tests.console.conftest import SignedIn
from tests.real.mail import Post, mail_server

HOSTILE = '<script>alert(1)</script> "q" \u202eevil 🐈'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
GIVEN = {
    "host": "127.0.0.1",
    "port": "25",
    "security": "none",
    "user": "",
    "password": "",
    "sender": "login@example.com",
    "ca": "",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server("none", asks=False) as post:
        yield post


def save(client, path: str, **values: object):
    mark = client.get(path).context["form"]["mark"].value()
    return client.post(path, {"mark": mark, **values})


def organisation(client, **values: object):
    return save(client, "/console/settings/organisation/", **{"name": "Corp", "colour": "", **values})


def mail(client, **values: str):
    return save(client, "/console/settings/mail/", **{**GIVEN, **values})


@pytest.mark.parametrize("role", ["auditor", "helpdesk"])
def test_some_only_read(signed_in: SignedIn, role: str) -> None:
    client = signed_in(role)
    assert "Send a test mail" not in client.get("/console/settings/").content.decode()
    for path in ("organisation/", "mail/", "mail/remove/"):
        assert client.get(f"/console/settings/{path}").status_code == 403, path
    assert client.post("/console/settings/mail/test/", {"to": "a@example.com"}).status_code == 403


def test_name_colour_and_logo_are_shown_to_people_as_text(signed_in: SignedIn) -> None:
    client = signed_in()
    logo = SimpleUploadedFile("x.svg", PNG, "image/svg+xml")
    assert organisation(client, name=HOSTILE, colour="#B91C1C", logo=logo).status_code == 302
    page = client.get("/portal/sign-in/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "/brand.css?v=b91c1c" in page
    served = client.get("/logo")
    assert (served["Content-Type"], served["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "sandbox" in served["Content-Security-Policy"]
    assert served.content == PNG
    assert "--accent-solid: light-dark(#b91c1c, " in client.get("/brand.css").content.decode()
    facts = Event.objects.get(name="organisation.changed").facts
    assert (facts["before"]["name"], facts["after"]["name"]) == ("Secondgate", HOSTILE)


def test_a_logo_stays_until_it_is_taken_away(signed_in: SignedIn) -> None:
    client = signed_in()
    organisation(client, logo=SimpleUploadedFile("x.png", PNG))
    organisation(client, name="Other")
    assert client.get("/logo").content == PNG
    organisation(client, no_logo="on")
    assert client.get("/logo").status_code == 404


@pytest.mark.parametrize(
    ("octets", "says"),
    [(b"<svg onload='alert(1)'/>", "no PNG, JPEG or WebP"), (b"<html>", "no PNG, JPEG or WebP"),
     (b"GIF89a", "no PNG, JPEG or WebP"), (PNG + bytes(201 * 1024), "200 are the most")],
)  # fmt: skip
def test_what_is_no_small_picture_is_refused_whatever_its_name(
    signed_in: SignedIn, octets: bytes, says: str
) -> None:
    answer = organisation(signed_in(), name="Corp", logo=SimpleUploadedFile("x.png", octets, "image/png"))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("colour", ["#ffff00", "#ffffff", "#fff", "red", "#12345g", "};*{"])
def test_a_colour_that_could_not_be_seen_or_is_none_is_refused(signed_in: SignedIn, colour: str) -> None:
    answer = organisation(signed_in(), colour=colour)
    assert answer.status_code == 422
    assert 'name="name" value="Corp"' in answer.content.decode()
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("colour", ["#ffff00", "#000000", "#ffffff", "#00ff00", "#0000ff", "#123456"])
def test_the_nearest_colour_is_one_that_can_be_seen(colour: str) -> None:
    for on in (colours.LIGHT, colours.DARK):
        found = colours.nearest(colour, on)
        assert colours.can_be_seen(found, on)
        assert max(colours.contrast(found, text) for text in ("#000000", "#ffffff")) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_two_who_edit_at_once(signed_in: SignedIn) -> None:
    one, path = signed_in(), "/console/settings/organisation/"
    opened = one.get(path).context["form"]["mark"].value()
    organisation(signed_in("administrator"), name="First")
    answer = one.post(path, {"mark": opened, "name": "Second", "colour": ""})
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.content.decode()
    assert Organisation.objects.get().name == "First"


def test_a_mail_server_is_set_up_and_tried(signed_in: SignedIn, post: Post) -> None:
    client = signed_in()
    assert mail(client, port=str(post.port)).status_code == 302
    answer = client.post("/console/settings/mail/test/", {"to": "ann@example.com"})
    assert "127.0.0.1 took the mail for ann@example.com." in answer.content.decode()
    [one] = post.mails
    assert one["Subject"] == "Secondgate: a test"
    assert "http" not in one.get_body(("html",)).get_content()  # nothing is fetched from anywhere
    post.answer = "554 <b>Never</b>"
    page = client.post("/console/settings/mail/test/", {"to": "ann@example.com"}).content.decode()
    assert "554 &lt;b&gt;Never&lt;/b&gt;" in page
    assert Event.objects.filter(name="message.failed").count() == 1


def test_a_password_is_kept_sealed_and_never_shown(signed_in: SignedIn) -> None:
    client = signed_in()
    mail(client, user="mailer", password="hush-hush")
    assert configure.opened(Provider.objects.get()).password == "hush-hush"
    mail(client, user="mailer", sender="other@example.com")
    assert configure.opened(Provider.objects.get()).password == "hush-hush"
    for path in ("", "mail/"):
        assert "hush-hush" not in client.get(f"/console/settings/{path}").content.decode()
    assert "hush-hush" not in str(list(Event.objects.values_list("facts", flat=True)))


@pytest.mark.parametrize(
    "change", [{"host": "evil.example"}, {"port": "26"}, {"security": "tls"}, {"user": "other"}]
)
def test_a_kept_password_goes_nowhere_else(signed_in: SignedIn, change: dict[str, str]) -> None:
    client = signed_in()
    mail(client, user="mailer", password="hush-hush")
    answer = mail(client, **{"user": "mailer", **change})
    assert answer.status_code == 422
    assert "Type it again" in answer.content.decode()
    assert Provider.objects.get().settings["host"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [("host", "https://mail", "Only its name"), ("port", "0", "greater than or equal to 1"),
     ("sender", "nobody", "valid email"), ("ca", "x", "No certificate can be read"),
     ("security", "ssl", "not one of the available choices"), ("user", "x", "no password yet")],
)  # fmt: skip
def test_bad_input_is_said_at_its_field_and_saves_nothing(
    signed_in: SignedIn, field: str, value: str, says: str
) -> None:
    answer = mail(signed_in(), **{field: value})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Provider.objects.exists()


def test_a_server_is_removed_with_its_password(signed_in: SignedIn) -> None:
    client = signed_in()
    mail(client, user="mailer", password="hush-hush")
    assert client.post("/console/settings/mail/remove/").status_code == 302
    assert not Provider.objects.exists()
    assert "There is no mail server." in client.get("/console/settings/").content.decode()


def test_secrets_need_a_fresh_proof(signed_in: SignedIn) -> None:
    client = signed_in(proved=601)
    assert client.get("/console/settings/mail/")["Location"].startswith("/portal/confirm/")
