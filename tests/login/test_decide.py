"""The login decision over time: retries, questions, throttle, changes on the way. Time is an argument."""

import asyncio
from collections import Counter

import pytest
from asgiref.sync import sync_to_async

from secondgate.events.models import Event
from secondgate.login.attempt import Attempt
from secondgate.login.decide import decide
from secondgate.login.login import SnapshotChanged
from secondgate.login.outcome import Accept, Challenge
from secondgate.login.throttle import FREE, wait
from secondgate.login.waits import waiting
from secondgate.methods.models import Authenticator
from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.radius.drops import NO_USER_NAME
from tests.installation import Configure
from tests.login.door import HOUSE, NOW, Door, code


async def test_the_same_request_gets_the_same_outcome_for_half_a_minute(door: Door) -> None:
    """Another worker, or this one after a crash, has no stored reply: the spend knows its request."""
    assert isinstance(await door.login(code(), digest="one"), Accept)
    assert isinstance(await door.login(code(), digest="one", at=NOW + 29), Accept)
    assert await door.reason(code(), digest="one", at=NOW + 31) == "code-used"
    assert await door.reason(code(), digest="two") == "code-used"


async def test_a_code_that_was_passed_over_cannot_be_used_later(door: Door) -> None:
    assert isinstance(await door.login(code(NOW + 30)), Accept)
    assert await door.reason(code()) == "code-used"


async def test_nothing_is_slowed_before_ten_failures_and_all_is_forgiven_by_a_login(door: Door) -> None:
    for _ in range(FREE - 1):
        assert await door.reason("000000") == "wrong-code"
    assert isinstance(await door.login(code()), Accept)
    for _ in range(FREE):
        assert await door.reason("000000") == "wrong-code"
    later = NOW + 30
    assert await door.reason(code(later), at=NOW + 0.5) == "throttled"
    assert isinstance(await door.login(code(later), at=later), Accept)


async def test_the_password_alone_buys_no_guesses_at_the_code(door: Door) -> None:
    password = "ann-has-a-password"
    for number in range(FREE):
        asked = await door.login(password, application="VPN")
        assert isinstance(asked, Challenge)
        assert await door.reason("000000", application="VPN", state=asked.state) == "wrong-code"
        if number < FREE - 1:
            assert isinstance(await door.login(password, application="Wi-Fi"), Accept)
    assert await door.reason(password, application="VPN") == "throttled"


async def test_the_code_alone_buys_no_guesses_at_the_password(door: Door) -> None:
    for number in range(FREE):
        at = NOW + 30 * number
        assert isinstance(await door.login(code(at), at=at), Accept)
        assert await door.reason("guess", application="VPN", at=at) == "wrong-password"
    assert await door.reason("guess", application="VPN", at=at + 0.5) == "throttled"


async def test_both_factors_forgive_both(door: Door) -> None:
    for _ in range(FREE - 1):
        assert await door.reason("guess", application="VPN") == "wrong-password"
        assert await door.reason("000000") == "wrong-code"
    asked = await door.login("ann-has-a-password", application="VPN")
    assert isinstance(asked, Challenge)
    assert isinstance(await door.login(code(), application="VPN", state=asked.state), Accept)
    for _ in range(FREE - 1):
        assert await door.reason("guess", application="VPN") == "wrong-password"
        assert await door.reason("000000") == "wrong-code"
    assert not await sync_to_async(waiting)(await _all_users(), NOW)


async def _all_users() -> list[User]:
    return [user async for user in User.objects.all()]


GATE = """
directories:
  - {name: Codes, kind: radius, servers: ["127.0.0.1:9"], secret: secret-of-a-test}
applications:
  - {name: Gate, kind: radius, clients: [10.0.0.5], secret: secret-of-a-test, challenge: yes}
policies:
  - {name: G, application: Gate, login: second-factor-only, methods: [totp, radius]}
"""


async def test_questions_that_anybody_gets_who_knows_a_name_are_counted(
    door: Door, configure: Configure
) -> None:
    """Each may ring somebody's phone. A code that is right forgives them."""
    await sync_to_async(configure)(GATE)
    for _ in range(FREE - 1):
        assert isinstance(await door.login("totp", application="Gate"), Challenge)
    assert isinstance(await door.login(code(), application="Gate"), Accept)
    for _ in range(FREE):
        assert isinstance(await door.login("totp", application="Gate"), Challenge)
    assert await door.reason("totp", application="Gate") == "throttled"


async def test_questions_behind_a_right_password_are_not_counted(door: Door) -> None:
    for _ in range(FREE + 1):
        assert isinstance(await door.login("ann-has-a-password", application="VPN"), Challenge)


async def test_a_wait_grows_and_passes_by_itself(door: Door) -> None:
    now = NOW
    for count in range(1, FREE + 5):
        assert await door.reason("000000", at=now) == "wrong-code"
        if wait(count):
            assert await door.reason(code(now), at=now + wait(count) - 0.5) == "throttled"
        now += wait(count)
    assert wait(FREE + 4) == 16
    assert isinstance(await door.login(code(now), at=now), Accept)


async def test_guesses_in_parallel_gain_nothing(door: Door) -> None:
    reasons = Counter(await asyncio.gather(*(door.reason(f"{guess:06}") for guess in range(100))))
    assert reasons["wrong-code"] <= FREE
    assert reasons["throttled"] == 100 - reasons["wrong-code"]
    assert not door.ledger.under_way


async def test_after_a_wait_one_guess_is_looked_at_and_no_more(door: Door) -> None:
    for _ in range(FREE):
        assert await door.reason("000000") == "wrong-code"
    later = NOW + wait(FREE) + 1
    reasons = Counter(await asyncio.gather(*(door.reason(f"{guess:06}", at=later) for guess in range(40))))
    assert reasons == {"wrong-code": 1, "throttled": 39}


async def test_a_source_is_slowed_whoever_it_tries_to_be(door: Door) -> None:
    for number in range(FREE):
        assert await door.reason("000000", name=f"nobody{number}", source="198.51.100.7") == "unknown-user"
    assert await door.reason(code(), source="198.51.100.7", at=NOW + 0.5) == "throttled"
    assert isinstance(await door.login(code(), source="198.51.100.8", at=NOW + 0.5), Accept)


async def test_ones_own_login_forgives_the_place_nothing(door: Door) -> None:
    """Who has one good account there could otherwise guess at all the others without a wait."""
    place = "198.51.100.7"
    for number in range(FREE - 1):
        assert await door.reason("000000", name=f"nobody{number}", source=place) == "unknown-user"
    assert isinstance(await door.login(code(), source=place), Accept)
    assert await door.reason("000000", name="bob", application="VPN", source=place) == "wrong-password"
    assert await door.reason("000000", name="bob", application="VPN", source=place) == "throttled"


@pytest.mark.parametrize("spelt", ["NOBODY", " nobody ", "Nobody", "ｎｏｂｏｄｙ"])
async def test_a_name_of_nobody_counts_the_same_however_it_is_spelt(door: Door, spelt: str) -> None:
    for _ in range(FREE):
        assert await door.reason("000000", name=spelt) == "unknown-user"
    assert await door.reason("000000", name="nobody") == "throttled"


async def test_what_is_not_the_persons_fault_does_not_count(door: Door) -> None:
    for _ in range(FREE + 2):
        assert await door.reason(None) == "unreadable-password"
        assert await door.reason("", protocol="PAP") == "nothing-typed"
        assert await door.reason(None, protocol="MS-CHAPv2") == "unsupported-protocol"
        assert await door.reason("000000", state=b"made up") == "state-unknown"
        assert await door.reason("x", name="fakeusername") == "aws-probe"
    assert isinstance(await door.login(code()), Accept)


async def test_a_request_by_which_nothing_can_be_decided_is_refused_whatever_else_it_says(door: Door) -> None:
    """And counts against nobody: the person has typed nothing wrong."""
    for _ in range(FREE + 5):
        for typed in (code(), None):
            assert await door.reason(typed, fault=NO_USER_NAME, source="192.0.2.1") == "unusable-request"
    assert isinstance(await door.login(code(), source="192.0.2.1"), Accept)
    refused = await Event.objects.filter(name="login.refused").alast()
    assert refused is not None
    assert (refused.reason, refused.user_id) == ("unusable-request", None)
    assert refused.facts["trail"][-1] == ["packet.unusable", {"fault": NO_USER_NAME.says}], "where it stopped"
    assert "packet.unreadable" not in str(refused.facts), "the secret is not to blame"


async def test_a_question_expires(door: Door) -> None:
    asked = await door.login("ann-has-a-password", application="VPN")
    assert isinstance(asked, Challenge)
    late = NOW + 121
    assert await door.reason(code(late), application="VPN", state=asked.state, at=late) == "state-expired"


async def test_a_question_is_of_one_user_and_one_policy(door: Door, configure: Configure) -> None:
    asked = await door.login("ann-has-a-password", application="VPN")
    assert isinstance(asked, Challenge)
    assert await door.reason(code(), name="bob", application="VPN", state=asked.state) == "state-unknown"
    before = (
        "policies:\n  - {name: New, application: VPN, login: password-and-second-factor, methods: [totp]}\n"
    )
    await sync_to_async(configure)(HOUSE.replace("policies:\n", before))
    assert await door.reason(code(), application="VPN", state=asked.state) == "policy-changed"


async def test_a_policy_that_was_changed_takes_no_answer_to_its_old_question(
    door: Door, configure: Configure
) -> None:
    asked = await door.login("ann-has-a-password", application="VPN")
    assert isinstance(asked, Challenge)
    weaker = "{name: P2, application: VPN, login: password-only}"
    strong = "{name: P2, application: VPN, login: password-and-second-factor, methods: [totp]}"
    assert strong in HOUSE
    await sync_to_async(configure)(HOUSE.replace(strong, weaker))
    assert await door.reason("garbage", application="VPN", state=asked.state) == "policy-changed"


async def test_the_same_answer_again_gets_the_same_outcome(door: Door) -> None:
    asked = await door.login("ann-has-a-password", application="VPN")
    assert isinstance(asked, Challenge)
    for _ in range(2):
        answer = await door.login(code(), application="VPN", state=asked.state, digest="answer")
        assert isinstance(answer, Accept)
    assert await door.reason(code(), application="VPN", state=asked.state) == "state-used"


async def test_a_disabled_user_is_refused_also_between_question_and_answer(door: Door) -> None:
    asked = await door.login("ann-has-a-password", application="VPN")
    assert isinstance(asked, Challenge)
    ann = await User.objects.aget(login="ann")
    await sync_to_async(accounts.change)(ann, by="test", enabled=False)
    assert await door.reason(code(), application="VPN", state=asked.state) == "user-disabled"


async def test_who_has_no_policy_or_no_authenticator_is_told_so_in_the_log(door: Door) -> None:
    assert await door.reason(code(), application="Empty") == "no-policy"
    assert await door.reason("123456", name="bob") == "no-authenticator"


async def test_a_change_of_configuration_counts_from_the_very_next_login(
    door: Door, configure: Configure
) -> None:
    stale = await door.ledger.refresh()
    await sync_to_async(configure)(HOUSE.replace("groups: [Staff], ", ""))
    application = next(one for one in stale.applications.values() if one.name == "WorkSpaces")
    with pytest.raises(SnapshotChanged):
        await decide(Attempt(stale, application, "10.0.0.1", "ann", code(), "x", NOW), door.ledger)


async def test_a_seed_that_does_not_open_lets_nobody_in(door: Door) -> None:
    from secondgate.vault.models import Sealed

    row = await Sealed.objects.aget(table="methods_authenticator")
    row.sealed = bytes(row.sealed)[:-1] + bytes([bytes(row.sealed)[-1] ^ 1])
    await row.asave()
    assert await door.reason(code()) == "secret-unreadable"


async def test_the_event_holds_the_trail_and_nothing_secret(door: Door) -> None:
    await door.login("ann-has-a-password,123456", application="VPN")
    await door.login("my secret password", name="my secret password")
    events = [event async for event in Event.objects.filter(name__startswith="login.").order_by("id")]
    stored = str([event.facts for event in events])
    for typed in ("ann-has-a-password", "123456", "my secret"):
        assert typed not in stored
    assert [line[0].partition(".")[0] for line in events[0].facts["trail"]] == [
        "packet", "application", "user", "policy", "password",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "hostile",
    ["'; DROP TABLE people_user; --", "ann\0", "\\", "@", "a" * 300, "\u202eann", "{user}", "😀\\😀"],
)
async def test_a_hostile_name_is_nobody(door: Door, hostile: str) -> None:
    assert await door.reason("123456", name=hostile) == "unknown-user"
    assert await Authenticator.objects.aget(position=-1)
