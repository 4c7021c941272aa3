"""Messages on their way: one more try where it may help, and an event of what became of each."""

from collections.abc import Iterator

import pytest

from secondgate.events.models import Event
from secondgate.messaging import configure, delivery
from secondgate.messaging.models import Provider
from secondgate.messaging.provider import Message
from secondgate.people import accounts
from secondgate.vault.models import Sealed
from tests.real.mail import Post, mail_server

MAIL = Message(
    to="ann@example.com", subject="Link", text="secret-link", html="<p>secret-link</p>", sender="Corp"
)


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server("none", asks=False) as post:
        yield post


@pytest.fixture
def provider(transactional_db: None, post: Post) -> Provider:
    settings = {"host": "127.0.0.1", "port": post.port, "security": "none", "sender": "login@example.com"}
    return configure.configure("Mail", by="test", kind="smtp", settings=settings, kept={})


def test_a_message_goes_and_is_recorded_without_its_text(provider: Provider, post: Post) -> None:
    ann = accounts.create("ann", realm="built-in", by="test")
    assert delivery.deliver(MAIL, about="test", user_id=ann.pk, by="test").result(20)
    event = Event.objects.get(name="message.sent")
    assert event.user_id == ann.pk
    assert event.facts["to"] == "a…@example.com"
    assert "secret-link" not in str(event.facts)
    assert len(post.mails) == 1


def test_a_passing_fault_is_tried_once_more(provider: Provider, post: Post) -> None:
    post.answers = ["451 Later"]
    assert delivery.deliver(MAIL, about="test", user_id=None, by="test", again_after=0).result(20)
    post.answers = ["451 Later", "451 Later"]
    assert not delivery.deliver(MAIL, about="test", user_id=None, by="test", again_after=0).result(20)
    assert "451 Later" in Event.objects.get(name="message.failed").facts["fault"]
    assert len(post.mails) == 1


def test_a_lasting_fault_is_not(provider: Provider, post: Post) -> None:
    post.answers = ["554 Never"]
    assert not delivery.deliver(MAIL, about="test", user_id=None, by="test", again_after=0).result(20)
    assert post.mails == []


def test_without_a_provider_it_is_said(transactional_db: None) -> None:
    assert not delivery.deliver(MAIL, about="test", user_id=None, by="test").result(20)
    assert "no mail server" in Event.objects.get(name="message.failed").facts["fault"]


def test_the_password_is_sealed_and_no_event_has_it(provider: Provider) -> None:
    settings = dict(provider.settings)
    for kept, count in (({"password": "hush-hush"}, 1), ({}, 1), ({"password": ""}, 0)):
        configure.configure("Mail", by="test", kind="smtp", settings=settings, kept=kept)
        assert Sealed.objects.filter(table="messaging_provider").count() == count
    assert "hush-hush" not in str(list(Event.objects.values_list("facts", flat=True)))
    assert "hush" not in repr(configure.opened(provider))
    configure.remove(provider, by="test")
    assert Event.objects.filter(name="provider.removed").exists()
