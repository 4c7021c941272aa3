"""What a server's processes have used: its own, and those that it has started. Linux's /proc."""

import os
from collections import defaultdict
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(folder.name)):
            children[int(fields[1])].append(int(folder.name))
    found = [pid]
    for one in found:  # grows while it is read
        found.extend(children[one])
    return found


def cpu_seconds(*pids: int) -> float:
    """Return the processor time, user's and kernel's, that these trees have used so far.

    To a hundredth of a second; what a process that ended meanwhile has used counts through its parent.
    """
    found = [fields for pid in pids for one in tree(pid) if (fields := _stat(one))]
    return sum(int(ticks) for fields in found for ticks in fields[11:15]) / TICKS


def resident_mb(pid: int) -> float:
    """Return the memory that a tree holds: pages that two processes share count twice."""
    return sum(_resident_kb(one) for one in tree(pid)) / 1024


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on (proc(5)): parent 1, times 11 to 14."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # it has ended
        return []
    return text.rpartition(")")[2].split()  # its name, in brackets, may hold spaces


def _resident_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)
