"""The machine, in one line: what the figures of a run hang on besides the code."""

import os
import platform
import statistics
import time
from pathlib import Path
from typing import Final

WRITES: Final = 50


def described(folder: Path) -> str:
    """Return the line; `folder` is where the databases lie. Ask before the run: the load is others'."""
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    return (
        f"{cores} {'core' if cores == 1 else 'cores'}, Python {platform.python_version()}, "
        f"Linux {platform.release()}; a durable write takes {durable_write(folder) * 1000:.2f} ms; "
        f"load average before the run {load:.1f}."
    )


def durable_write(folder: Path) -> float:
    """Return how many seconds it takes to append 4 KB to a file and have it on the disk: the median."""
    file, times = folder / "durable-write", []
    handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(WRITES):
            began = time.perf_counter()
            os.write(handle, bytes(4096))
            os.fdatasync(handle)
            times.append(time.perf_counter() - began)
    finally:
        os.close(handle)
        file.unlink()
    return statistics.median(times)
