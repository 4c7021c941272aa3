"""What all tests share."""

pytest_plugins = ["tests.installation", "tests.real.fixtures"]
