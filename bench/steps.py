"""`python -m bench.steps FILE serve …`: the command `secondgate`, with a clock at each step of a login.

Theory of operation. The functions that make up a login are wrapped. On the way into one and out of it
the thread's own CPU time is read, and what has passed since the last reading belongs to the step that
was on top: nothing counts twice, and what is no step's is the thread's own, so that the sum is all
that the thread has used. A coroutine is on top from where it goes on to where it waits. Waiting, for
the disk or for the interpreter's lock, is no CPU time. It is the real service under real load: batches
are as large, and caches as cold, as they are. What the reading itself takes, half a microsecond, is
measured at the start and taken off.

On SIGUSR1 the sums since the last one are written to FILE, as JSON.
"""

import json
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from inspect import iscoroutinefunction
from pathlib import Path
from pkgutil import resolve_name
from types import coroutine
from typing import Any, Final

from secondgate.cli import serve
from secondgate.cli.main import main as secondgate
from secondgate.environment import Settings

REPEATS: Final = 20_000  # by which the clocks themselves are measured


@dataclass(eq=False, slots=True)
class Step:
    """What one step has used, in nanoseconds, and how much of that was the clocks'."""

    name: str
    spent: float = 0.0
    clocks: float = 0.0
    inside: float = 0.0  # what the clocks add to the step itself, each time
    outside: float = 0.0  # and to the one that it interrupts


@dataclass(eq=False, slots=True)
class Thread:
    """One thread: which step is on top, and when its CPU time was last read."""

    own: Step
    clock: Callable[[], int] = time.thread_time_ns
    top: Step = field(init=False)
    last: int = 0

    def __post_init__(self) -> None:
        """Begin outside of all steps."""
        self.top = self.own

    def enter(self, step: Step) -> Step:
        """Put a step on top; return the one that it interrupts."""
        now, below = self.clock(), self.top
        below.spent += now - self.last
        below.clocks += step.outside
        step.clocks += step.inside
        self.top, self.last = step, now
        return below

    def leave(self, below: Step) -> None:
        """Go on with the step that was interrupted."""
        now = self.clock()
        self.top.spent += now - self.last
        self.top, self.last = below, now


LOOP: Final = Thread(Step("event loop: tasks, futures, wake-ups"))
LEDGER: Final = Thread(Step("ledger's thread: batches"))

_SERVER, _DECIDE = "secondgate.listener.server", "secondgate.login.decide"

# In the order of a login. Each function by the name by which its caller calls it.
STEPS: Final[tuple[tuple[Thread, str, tuple[str, ...]], ...]] = (
    (LOOP, "socket: receive, and send", (
        "secondgate.listener.sockets.Endpoint._drain", "secondgate.listener.sockets.Endpoint.send",
        "secondgate.listener.radsec.Connection.data_received", "secondgate.listener.radsec.Connection.send",
    )),
    (LOOP, "server: a task, repetitions, client", (f"{_SERVER}.Server._begin", f"{_SERVER}.Server._serve")),
    (LOOP, "packet: decode", (f"{_SERVER}.decode",)),
    (LOOP, "packet: check the signature", (f"{_SERVER}.check_request",)),
    (LOOP, "packet: reveal what was typed", (f"{_SERVER}.read_request",)),
    (LOOP, "attempt, with its marks", (f"{_SERVER}.to_attempt", "secondgate.ledger.ledger.Ledger.mark")),
    (LOOP, "ledger: hand over, and wake", (
        "secondgate.ledger.batch.Batch.call", "secondgate.ledger.batch.Batch._next",
        "secondgate.ledger.batch.Batch._rest", "secondgate.ledger.batch._answer",
    )),
    (LEDGER, "ledger's thread: read, the statement", (
        "secondgate.ledger.store.SqliteStore.select", "secondgate.ledger.store.PostgresStore.select",
    )),
    (LEDGER, "ledger's thread: read, people of rows", ("secondgate.ledger.ledger.Ledger._read",)),
    (LOOP, "user and policy", (
        f"{_DECIDE}.open_login", f"{_DECIDE}.find_user", f"{_DECIDE}.choose_policy", f"{_DECIDE}.read_typed",
        f"{_DECIDE}.granted_to",
    )),
    (LOOP, "password", (f"{_DECIDE}.check_password",)),
    (LOOP, "second factor: open the secret", ("secondgate.ledger.reading.Held.opened",)),
    (LOOP, "second factor: compare codes", (f"{_DECIDE}.check_second_factor",)),
    (LOOP, "trail and event, as text", ("secondgate.login.close._event",)),
    (LOOP, "spend: what is to be written", (f"{_DECIDE}.close",)),
    (LEDGER, "ledger's thread: write, the statements", (
        "secondgate.ledger.store.SqliteStore.write", "secondgate.ledger.store.PostgresStore.write",
    )),
    (LEDGER, "ledger's thread: write, begin and commit", ("secondgate.ledger.ledger.Ledger._write",)),
    (LOOP, "reply", (f"{_SERVER}.reply",)),
    (LOOP, "reply: sign", (f"{_SERVER}.sign_reply",)),
)  # fmt: skip

Function = Callable[..., Any]


def timed(function: Function, thread: Thread, step: Step) -> Function:
    """Return a function, or a coroutine function, with the clock around it."""
    if iscoroutinefunction(function):
        return _timed_coroutine(function, thread, step)

    @wraps(function)
    def call(*arguments: Any, **more: Any) -> Any:
        below = thread.enter(step)
        try:
            return function(*arguments, **more)
        finally:
            thread.leave(below)

    return call


def _timed_coroutine(function: Function, thread: Thread, step: Step) -> Function:
    @coroutine
    def resume(running: Any) -> Any:
        while True:
            below = thread.enter(step)
            try:
                awaited = running.send(None)
            except StopIteration as end:
                return end.value
            finally:
                thread.leave(below)
            yield awaited

    @wraps(function)
    async def call(*arguments: Any, **more: Any) -> Any:
        return await resume(function(*arguments, **more))

    return call


def _costs(example: Function) -> tuple[float, float]:
    """Return what the clocks add to a step whose functions are like `example`, and to the one around it."""
    thread, tried = Thread(Step("")), Step("")
    bare = _nanoseconds(example)
    whole = _nanoseconds(timed(example, thread, tried)) - bare
    inside = tried.spent / REPEATS - bare
    return inside, whole - inside


def _nanoseconds(function: Function) -> float:
    """Return what one call takes; a coroutine is awaited."""
    waits = iscoroutinefunction(function)
    began = time.thread_time_ns()
    for _ in range(REPEATS):
        called = function()
        if waits:
            with suppress(StopIteration):
                called.send(None)
    return (time.thread_time_ns() - began) / REPEATS


def _nothing() -> None: ...


async def _nothing_awaited() -> None: ...


def install(file: Path) -> None:
    """Put the clocks in. On SIGUSR1 what they say goes to `file`, and they begin anew."""
    steps: list[Step] = []
    costs = {waits: _costs(example) for waits, example in ((False, _nothing), (True, _nothing_awaited))}
    for thread, name, places in STEPS:
        for place in places:
            owner, _, called = place.rpartition(".")
            holder = resolve_name(owner)
            function = getattr(holder, called)
            inside, outside = costs[iscoroutinefunction(function)]
            step = Step(name, inside=inside, outside=outside)
            setattr(holder, called, timed(function, thread, step))
            steps.append(step)
    steps += [LEDGER.own, LOOP.own]
    begun = time.process_time_ns()

    def tell(*_: object) -> None:
        nonlocal begun
        LOOP.leave(LOOP.top)  # what the loop has used by itself so far
        said = {
            "steps": _said(steps),
            "whole": time.process_time_ns() - begun,
            "clocks": sum(s.clocks for s in steps),
        }
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(said))
        for step in steps:
            step.spent = step.clocks = 0.0
        LOOP.last, begun = time.thread_time_ns(), time.process_time_ns()
        fresh.replace(file)

    signal.signal(signal.SIGUSR1, tell)


def _said(steps: list[Step]) -> dict[str, float]:
    """Return the nanoseconds of each name, the clocks' taken off."""
    said: dict[str, float] = {}
    for step in steps:
        said[step.name] = said.get(step.name, 0.0) + step.spent - step.clocks
    return said


def main() -> None:
    """Run the command; the clocks go in once Django is ready, before the service begins."""
    ready, file = serve.ready, Path(sys.argv.pop(1))

    def ready_with_clocks(*arguments: Any, **more: Any) -> Settings:
        settings = ready(*arguments, **more)
        install(file)
        return settings

    serve.ready = ready_with_clocks
    secondgate()


if __name__ == "__main__":
    main()
