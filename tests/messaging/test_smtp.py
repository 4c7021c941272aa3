"""Mail by a real SMTP server: each way to protect it, each way it fails."""

import socket
from dataclasses import replace

import pytest

from secondgate.messaging.provider import Message, MessagingError
from secondgate.messaging.smtp import Smtp, SmtpSettings
from tests.real.ca import Ca
from tests.real.mail import PASSWORD, USER, mail_server

MAIL = Message(
    to="ann@example.com",
    subject="Grüße <b>",
    text="Hello Ann\n",
    html="<p>Hello Ann</p>",
    sender="Example, Corp",
)
SETTINGS = SmtpSettings(
    host="localhost", sender="login@example.com", security="starttls", user=USER, password=PASSWORD
)


def send(settings: SmtpSettings, *, timeout: float = 5) -> str:
    return Smtp().send(settings, MAIL, timeout=timeout)


def fails(settings: SmtpSettings, *, timeout: float = 5) -> MessagingError:
    with pytest.raises(MessagingError) as caught:
        send(settings, timeout=timeout)
    assert PASSWORD not in f"{caught.value} {caught.value.remedy}"
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_it_carries_text_and_html_over_tls(ca: Ca, security: str) -> None:
    with mail_server(security, ca.server) as post:
        said = send(replace(SETTINGS, port=post.port, security=security, ca=ca.pem))
    assert said == "localhost took the mail for ann@example.com."
    [mail] = post.mails
    assert mail["Subject"] == "Grüße <b>"
    assert mail["From"].addresses[0].display_name == "Example, Corp"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_it_carries_without_tls_where_that_was_set() -> None:
    with mail_server("none", asks=False) as post:
        send(replace(SETTINGS, port=post.port, security="none", user="", password=""))
    assert len(post.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_known_is_not_trusted(ca: Ca, security: str) -> None:
    with mail_server(security, ca.server) as post:
        error = fails(replace(SETTINGS, port=post.port, security=security))
    assert "is not to be trusted" in str(error)
    assert error.permanent
    assert post.mails == []


def test_a_certificate_of_another_name_is_not_trusted(ca: Ca) -> None:
    with mail_server("starttls", ca.issue("mail", "mail.example.com")) as post:
        assert "is not to be trusted" in str(fails(replace(SETTINGS, port=post.port, ca=ca.pem)))


def test_starttls_is_never_left_out() -> None:
    with mail_server("none") as post:
        error = fails(replace(SETTINGS, port=post.port))
    assert "offers no STARTTLS" in str(error)
    assert post.mails == []


def test_a_wrong_password_is_said_and_not_tried_again(ca: Ca) -> None:
    with mail_server("starttls", ca.server) as post:
        error = fails(replace(SETTINGS, port=post.port, ca=ca.pem, password="wrong"))
    assert "refused user and password: 535" in str(error)
    assert error.permanent


@pytest.mark.parametrize(
    ("answer", "permanent"), [("554 Spam, says the filter", True), ("451 Greylisted, come again", False)]
)
def test_a_refused_mail_is_told_in_the_server_s_words(ca: Ca, answer: str, permanent: bool) -> None:
    with mail_server("starttls", ca.server) as post:
        post.answer = answer
        error = fails(replace(SETTINGS, port=post.port, ca=ca.pem))
    assert answer in str(error)
    assert error.permanent is permanent


def test_a_refused_recipient_is_told(ca: Ca) -> None:
    with mail_server("starttls", ca.server) as post:
        post.refused_recipient = "550 5.1.1 Nobody of that name"
        error = fails(replace(SETTINGS, port=post.port, ca=ca.pem))
    assert "does not take mail for this address: 550 5.1.1 Nobody" in str(error)


def test_tls_at_a_port_that_begins_in_the_clear_is_named(ca: Ca) -> None:
    with mail_server("starttls", ca.server) as post:
        error = fails(replace(SETTINGS, port=post.port, security="tls", ca=ca.pem))
    assert "does not speak TLS from the first octet" in str(error)


def test_a_silent_server_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = fails(replace(SETTINGS, host="127.0.0.1", port=silent.getsockname()[1]), timeout=0.2)
    assert "did not answer in time" in str(error)
    assert not error.permanent


def test_nobody_at_the_port_and_no_such_name_are_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert "Nothing listens at" in str(fails(replace(SETTINGS, host="127.0.0.1", port=port)))
    assert "No address is known" in str(fails(replace(SETTINGS, host="mail.invalid", port=port)))


def test_an_address_with_a_line_break_goes_nowhere() -> None:
    hostile = replace(MAIL, to="ann@example.com\nBcc: eve@example.com")
    with mail_server("none", asks=False) as post, pytest.raises(MessagingError):
        Smtp().send(replace(SETTINGS, port=post.port, security="none", user=""), hostile, timeout=5)
    assert post.mails == []
