"""`python -m fuzz`: feed the server, guided by what the octets reach, and say what became of them."""

import argparse
import gc
import os
import sys
import tempfile
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import atheris
import uvloop

if TYPE_CHECKING:
    from fuzz.target import Target

# What is to be guided by; to count in the rest would only cost time.
GUIDED_BY: Final = ["secondgate.radius", "secondgate.listener", "secondgate.login", "secondgate.methods"]
LONGEST: Final = 4200  # octets of an input: a packet has 4,096
HUNG: Final = 120  # seconds after which an input has hung the server
LOGIN_EVERY: Final = 500  # inputs
WARM: Final = 0.1  # of the inputs, after which memory must not grow any more
GROWTH: Final = 32 * 2**20  # octets by which it may: the libraries' caches, and libFuzzer's own corpus


class Run:
    """One run of so many inputs; `faults` is where the server's own come up."""

    def __init__(self, target: "Target", loop: AbstractEventLoop, faults: list[str], inputs: int) -> None:
        self._target, self._loop, self._faults, self._inputs = target, loop, faults, inputs
        self._fed, self._warm, self._began = 0, 0, time.monotonic()

    def take(self, octets: bytes) -> None:
        """Take one input. Raises Fault, after which libFuzzer ends."""
        from fuzz.target import Fault

        self._do(self._target.feed, octets)
        self._fed += 1
        if self._fed % LOGIN_EVERY == 0:
            self._do(self._target.log_in)
        if self._fed == int(self._inputs * WARM):
            self._warm = self._memory()
        if self._faults:
            raise Fault(f"With input {self._fed:,}, or one shortly before: {self._faults[0]}")

    def report(self) -> str:
        """Return what has happened. Raises Fault where memory has grown."""
        from fuzz.target import Fault

        memory, seconds = self._memory(), time.monotonic() - self._began
        held = f"{_mb(self._warm)} of memory after {WARM:.0%} of the inputs, {_mb(memory)} at the end"
        if memory - self._warm > GROWTH:
            raise Fault(f"{held}; {_mb(GROWTH)} more are the most.")
        logins = self._target.let_in
        return (
            f"{self._fed:,} inputs in {seconds:.0f} s, {logins:,} sound logins in between were let in.\n"
            f"{self._target.told()}\n{held}."
        )

    def _do(self, act: Callable[..., Coroutine[Any, Any, None]], *said: bytes) -> None:
        self._loop.run_until_complete(act(*said))

    def _memory(self) -> int:
        """Return the octets of memory that the process holds when nothing is under way."""
        self._do(self._target.settle)
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _mb(octets: int) -> str:
    return f"{octets / 2**20:.1f} MB"


def main() -> None:
    """Set up an installation in a folder of its own, and feed it; a fault ends in exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Feed the server mutated packets.")
    parser.add_argument("--inputs", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=2865, metavar="N", help="of the mutations")
    said = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("SECONDGATE_")]:
        del os.environ[name]  # the installation is the fuzz's own
    with tempfile.TemporaryDirectory(prefix="secondgate-fuzz-") as folder:
        _feed(Path(folder), said.inputs, said.seed)


def _feed(folder: Path, inputs: int, seed: int) -> None:
    loop = uvloop.new_event_loop()
    with atheris.instrument_imports(include=GUIDED_BY):
        from secondgate.cli.start import ready

        ready(folder / "data")
        from fuzz import corpus
        from fuzz.target import Fault, Target, faults, furnished
    seeds = folder / "seeds"
    seeds.mkdir()
    for number, octets in enumerate(corpus.inputs()):
        (seeds / f"{number:03}").write_bytes(octets)
    with faults(loop) as found:
        run = Run(Target(furnished(folder, loop)), loop, found, inputs)
        flags = [f"-atheris_runs={inputs}", f"-seed={seed}", f"-max_len={LONGEST}", f"-timeout={HUNG}"]
        flags += ["-rss_limit_mb=0", f"-artifact_prefix={folder}/"]  # we look at memory ourselves
        atheris.Setup([sys.argv[0], *flags, str(seeds)], run.take)
        try:
            atheris.Fuzz()
        except SystemExit as end:  # libFuzzer's way to return
            if end.code:
                raise
        try:
            print(run.report())
        except Fault as fault:
            sys.exit(f"fuzz: {fault}")


if __name__ == "__main__":
    main()
