"""Measuring `apply`: it runs, and says both figures."""

import os
import subprocess
import sys


def test_it_measures_new_users_and_the_same_again():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECONDGATE_")}
    done = subprocess.run(
        [sys.executable, "-m", "bench.apply", "--users", "30"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    _, new, again = done.stdout.splitlines()
    assert "ms at most" in new
    assert " 0 transactions." in again
