"""What all tests share."""

from pathlib import Path

import hatch_build

hatch_build.compile_all(Path(__file__).parents[1])  # a checkout may be newer than its installation

pytest_plugins = ["tests.installation", "tests.real.fixtures"]
