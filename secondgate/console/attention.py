"""What needs attention: one list of pure checks. Each concern carries the action that clears it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from secondgate.console.situation import Situation
from secondgate.web.wording import clock, count_of

LEAST_DISK: Final = 0.05  # of the disk, and
LEAST_OCTETS: Final = 500 * 2**20  # a log of half a million logins
SUSPICIOUS: Final = 3  # unreadable passwords of one application in a day; one may be a typing mistake
STRANGERS_MOST: Final = 5  # addresses told one by one


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to do: what, why, and the page (a URL name and what it takes) that clears it."""

    tone: str  # bad: people are refused now; warn: soon; off: when there is time
    title: str
    text: str
    leads: str = ""
    page: str = ""
    args: tuple[object, ...] = ()
    query: str = ""
    needs: str = ""  # the permission to do it, where its page shows itself to more


def nodes(now: Situation) -> Iterator[Concern]:
    for node in now.nodes:
        if node.silent:
            text = (
                f"Its last word came at {clock(node.seen_at, now.now)}. One that is stopped leaves the list."
            )
            yield Concern("bad", f"{node.name} does not report", text)
        for name, fault in node.faults.items():
            if not node.silent:
                yield Concern("bad", f"{node.name}: {name} does not answer", fault)


def directories(now: Situation) -> Iterator[Concern]:
    for one in now.silent:
        text = f"Silent since {clock(one.since, now.now)}, so its people are refused. {one.fault}"
        yield Concern("bad", f"{one.name} does not answer", text, "Test it", "directories-one", (one.pk,))


def messages(now: Situation) -> Iterator[Concern]:
    for one in now.providers:
        if one.fault:
            yield Concern(
                "warn", f"{one.name} did not take the last message", one.fault, "Test it", "settings"
            )


def wrong_secrets(now: Situation) -> Iterator[Concern]:
    for one in now.unreadable:
        if one.mis_signed:
            minutes = count_of(one.mis_signed, "minute")
            text = f"Its packets are signed with another secret, in {minutes} of 24 hours."
        elif one.unreadable >= SUSPICIOUS:
            text = f"{one.unreadable} of {one.logins} passwords in 24 hours were no text."
        else:
            continue
        title = f"{one.application.name}: the shared secret seems wrong"
        text += " Most likely the secret there is not the one here."
        yield Concern("bad", title, text, "See what came", "applications-one", (one.application.pk,))


def strangers(now: Situation) -> Iterator[Concern]:
    for one in now.strangers[:STRANGERS_MOST]:
        text = (
            "No application has this address, so they got no answer. They came in "
            f"{count_of(one.minutes, 'minute')} since {clock(one.since, now.now)}."
        )
        query = f"address={one.address}"
        yield Concern(
            "bad", f"Packets from {one.address}", text, "Add this address", "applications", (), query,
            "applications.change",
        )  # fmt: skip
    more = len(now.strangers) - STRANGERS_MOST
    if more > 0:
        text = "Together with those above they may be a network that one application has."
        title = f"Packets from {count_of(more, 'other unknown address', 'other unknown addresses')}"
        yield Concern("warn", title, text, "See them", "log", (), "name=client.unknown&since=24h")


def people(now: Situation) -> Iterator[Concern]:
    for one in now.lacking:
        groups = " or ".join(one.groups)
        who = f"They are in {groups}" if groups else "The policy is for everyone"
        text = f"{who}, and “{one.policy.name}” refuses them until they have a method that it takes."
        verb = "has" if one.people == 1 else "have"
        title = f"{count_of(one.people, 'person', 'people')} {verb} no second factor"
        yield Concern("warn", title, text, "Show them", "users", (), "factor=without")


def applications(now: Situation) -> Iterator[Concern]:
    for one in now.without_policy:
        text = "Without a policy every login there is refused."
        yield Concern(
            "warn",
            f"{one.name} has no policy",
            text,
            "Add one",
            "policies-new",
            (),
            f"application={one.pk.hex}",
        )
    ruled = {one.pk for one in now.without_policy}
    for one in now.never_heard:
        if one.pk not in ruled:
            text = (
                "Nobody has logged in there yet. Its page says what to enter there, and what has come so far."
            )
            yield Concern(
                "off", f"{one.name} has never sent a login", text, "Check it", "applications-one", (one.pk,)
            )


def disk(now: Situation) -> Iterator[Concern]:
    if now.disk_free < min(LEAST_DISK * now.disk_size, LEAST_OCTETS) or now.disk_free < LEAST_OCTETS / 5:
        megabytes = now.disk_free // 2**20
        text = (
            f"{megabytes} MB are left for the data folder. When it is full nobody gets in: what cannot be "
            "recorded is refused."
        )
        yield Concern("bad", "The disk is nearly full", text)


def owner(now: Situation) -> Iterator[Concern]:
    if now.owner_without_codes:
        text = "If you lose your phone, they let you in. Without them only another owner can."
        yield Concern("off", "You have no backup codes", text, "Make them", "portal:home")


# The order is that in which people see them, within the same tone.
CHECKS: Final[tuple[Callable[[Situation], Iterator[Concern]], ...]] = (
    nodes, directories, messages, wrong_secrets, strangers, disk, people, applications, owner,
)  # fmt: skip
TONES: Final = ("bad", "warn", "off")


def concerns(now: Situation) -> list[Concern]:
    """Return what needs attention, the most urgent first."""
    found = [concern for check in CHECKS for concern in check(now)]
    return sorted(found, key=lambda concern: TONES.index(concern.tone))
