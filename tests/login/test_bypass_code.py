"""A bypass code in whole logins: it stands in for what was lost, and nothing more."""

from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async

from secondgate.ledger.ledger import Ledger
from secondgate.login.outcome import Accept, Challenge
from secondgate.methods import enrolment
from secondgate.methods.bypass_code import BypassCodeSettings
from secondgate.people.models import User
from tests.installation import Configure
from tests.login.test_decide import HOUSE, NOW, Door, code

CODE = "k7df-2xq9"


@pytest.fixture
def house(configure: Configure) -> None:
    configure(HOUSE)


@pytest.fixture
def door(house: None, ledger: Ledger) -> Door:
    return Door(ledger)


@sync_to_async
def give(login: str = "ann", *, seconds: float = 3600, uses: int = 1) -> None:
    until = datetime.fromtimestamp(NOW + seconds, UTC).isoformat()
    settings = BypassCodeSettings(CODE, until, uses)
    wanted = enrolment.Wanted(User.objects.get(login=login), "bypass-code", "Bypass code", settings)
    enrolment.enrol([wanted], by="test")


async def test_it_is_taken_where_the_policy_names_others_only(door: Door) -> None:
    await give()
    assert isinstance(await door.login(CODE), Accept)
    assert await door.reason(CODE) == "code-used"
    assert isinstance(await door.login(code()), Accept)  # her own app goes on as before


async def test_who_has_nothing_else_gets_in_by_it_once(door: Door) -> None:
    assert await door.reason(CODE, name="bob") == "no-authenticator"
    await give("bob")
    assert isinstance(await door.login(CODE, name="bob"), Accept)
    assert await door.reason(CODE, name="bob") == "code-used"


async def test_it_answers_the_question_of_a_policy_that_asks(door: Door) -> None:
    await give("bob")
    asked = await door.login("bob-has-a-password", name="bob", application="VPN")
    assert isinstance(asked, Challenge)
    assert isinstance(await door.login(CODE, name="bob", application="VPN", state=asked.state), Accept)
    # It is spent: nothing is asked for that nobody could answer.
    assert await door.reason("bob-has-a-password", name="bob", application="VPN") == "no-authenticator"


async def test_it_ends_by_the_time_of_the_login(door: Door) -> None:
    await give(seconds=600)
    assert await door.reason(CODE, at=NOW + 600) == "code-expired"
    assert isinstance(await door.login(CODE, at=NOW + 599), Accept)


async def test_the_same_datagram_again_gets_the_same_answer(door: Door) -> None:
    """Its answer may have been lost on the way, after the code was spent."""
    await give("bob")
    assert isinstance(await door.login(CODE, name="bob", digest="once"), Accept)
    assert isinstance(await door.login(CODE, name="bob", digest="once", at=NOW + 5), Accept)
    assert await door.reason(CODE, name="bob", digest="another", at=NOW + 5) == "code-used"


async def test_a_late_code_counts_against_nobody(door: Door) -> None:
    await give(seconds=-1)
    for _ in range(20):
        assert await door.reason(CODE) == "code-expired"
