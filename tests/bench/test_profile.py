"""The CPU profile: each moment counts for one step, and every step is one of the code's."""

import asyncio
import os
import subprocess
import sys
from itertools import count
from pkgutil import resolve_name

import pytest

from bench.profile import Profile, report
from bench.steps import STEPS, Step, Thread, timed

PLACES = [place for _, _, places in STEPS for place in places]


@pytest.mark.parametrize("place", PLACES)
def test_every_step_is_a_function_of_the_code(place: str):
    assert callable(resolve_name(place))


def test_a_moment_counts_for_the_innermost_step():
    moments = iter([10, 13, 18, 20])  # in, further in, out, out
    thread, outer, inner = Thread(Step("own"), clock=lambda: next(moments)), Step("outer"), Step("inner")
    within = timed(lambda: "said", thread, inner)
    assert timed(lambda: within(), thread, outer)() == "said"
    assert (thread.own.spent, outer.spent, inner.spent) == (10, 3 + 2, 5)


def test_a_coroutine_does_not_count_while_it_waits():
    clock = count(step=1)
    thread, step = Thread(Step("own"), clock=lambda: next(clock)), Step("waits")

    async def wait() -> str:
        await asyncio.sleep(0)
        return "done"

    assert asyncio.run(timed(wait, thread, step)()) == "done"
    assert step.spent == 2  # up to where it waits, and from there on: one each
    assert thread.top is thread.own


def test_what_a_step_raises_goes_on():
    thread = Thread(Step("own"))

    def fail() -> None:
        raise KeyError("lost")

    with pytest.raises(KeyError):
        timed(fail, thread, Step("fails"))()
    assert thread.top is thread.own


def test_what_is_not_explained_is_told():
    lines = report("x", [Profile(whole=100.0, steps={"a": 60.0, "b": 30.0, "never": 0.0}, clocks=7.0)])
    told = {" ".join(words[:-2]): words[-2:] for words in map(str.split, lines[2:7])}
    assert told["a"] == ["60.0", "60%"]
    assert told["not explained"] == ["10.0", "10%"]
    assert "never" not in told


@pytest.mark.real
def test_a_running_service_is_profiled():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECONDGATE_")}
    few = ["--rounds", "1", "--logins", "100", "--users", "1200"]
    done = subprocess.run(
        [sys.executable, "-m", "bench.profile", *few], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    rows = {line.split("  ")[0] for line in done.stdout.splitlines()}
    assert {"packet: decode", "ledger's thread: read, the statement", "not explained"} <= rows
