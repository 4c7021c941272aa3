"""Messages on their way: one more try where it may help, and an event of what became of each."""

from collections.abc import Iterator
from threading import Event as Flag

import pytest

from secondgate.events.models import Event
from secondgate.messaging import configure
from secondgate.messaging.delivery import Carrier, Parcel
from secondgate.messaging.models import Provider
from secondgate.messaging.provider import Message, MessagingError
from secondgate.people import accounts
from secondgate.vault.models import Sealed
from tests.real.mail import Post, mail_server

MAIL = Message(
    to="ann@example.com", subject="Link", text="secret-link", html="<p>secret-link</p>", sender="Corp"
)


PARCEL = Parcel(MAIL, "test", None, "test")


def carrier(*, again_after: float = 0) -> Carrier:
    return Carrier("test", threads=1, waiting=2, again_after=again_after)


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
    assert carrier().deliver(Parcel(MAIL, "test", ann.pk, "test")).result(20)
    event = Event.objects.get(name="message.sent")
    assert event.user_id == ann.pk
    assert event.facts["to"] == "a…@example.com"
    assert "secret-link" not in str(event.facts)
    assert len(post.mails) == 1


def test_a_passing_fault_is_tried_once_more(provider: Provider, post: Post) -> None:
    post.answers = ["451 Later"]
    assert carrier().deliver(PARCEL).result(20)
    post.answers = ["451 Later", "451 Later"]
    assert not carrier().deliver(PARCEL).result(20)
    assert "451 Later" in Event.objects.get(name="message.failed").facts["fault"]
    assert len(post.mails) == 1


def test_who_waits_for_a_second_try_holds_no_thread(provider: Provider, post: Post) -> None:
    post.answers = ["451 Later"]
    one_thread = carrier(again_after=3600)
    waits = one_thread.deliver(PARCEL)
    assert one_thread.deliver(PARCEL).result(20)
    assert not waits.done()
    assert one_thread.deliver(PARCEL).result(20)  # its place was given back; the first one still has its own


def test_what_fills_one_carrier_does_not_fill_another(provider: Provider, post: Post) -> None:
    held = Flag()

    def hold() -> None:
        held.wait(20)

    full, other = carrier(), carrier()
    waiting = [full.later(hold) for _ in range(2)]
    with pytest.raises(MessagingError, match="Too many"):
        full.deliver(PARCEL)
    assert other.deliver(PARCEL).result(20)
    held.set()
    assert [one.result(20) for one in waiting] == [True, True]
    assert full.deliver(PARCEL).result(20)


def test_what_goes_wrong_in_the_making_is_told_and_gives_its_place_back(provider: Provider) -> None:
    carries = carrier()
    for _ in range(3):
        assert carries.later(lambda: 1 / 0).result(20) is False  # type: ignore[arg-type,return-value]
    assert carries.later(lambda: None).result(20) is True


def test_a_lasting_fault_is_not(provider: Provider, post: Post) -> None:
    post.answers = ["554 Never"]
    assert not carrier().deliver(PARCEL).result(20)
    assert post.mails == []


def test_without_a_provider_it_is_said(transactional_db: None) -> None:
    assert not carrier().deliver(PARCEL).result(20)
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
