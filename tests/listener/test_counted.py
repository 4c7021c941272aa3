"""Logins are counted when they are answered: an earlier count would say what the pace hides."""

import asyncio
from typing import Any

import pytest

from secondgate.events.metrics import LOGINS
from secondgate.listener import server as listener
from secondgate.login import reasons
from secondgate.login.outcome import Outcome, Refuse
from tests.fuzz.paper import PaperLedger


async def test_a_refusal_is_counted_with_its_answer_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    decided = asyncio.Event()

    async def refuse(_attempt: Any, _ledger: Any) -> Outcome:
        decided.set()
        return Refuse(reasons.WRONG_CODE)

    monkeypatch.setattr(listener, "decide", refuse)
    before = LOGINS.copy()
    answer = asyncio.create_task(listener.Server(PaperLedger()).decide(None))  # type: ignore[arg-type]
    await decided.wait()
    assert not LOGINS - before
    await answer
    assert LOGINS - before == {("refuse", "wrong-code"): 1}
