"""Which open sessions have not been heard of for too long."""

from datetime import UTC, datetime, timedelta

import pytest

from secondgate.accounting.silence import is_silent

BEGAN = datetime(2026, 11, 25, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("heard", "interim", "since", "silent"),
    [
        (0 * HOUR, 0, 24 * HOUR, False),
        (0 * HOUR, 0, 24 * HOUR + MINUTE, True),
        (5 * HOUR, 0, 24 * HOUR + MINUTE, True),
        (5 * HOUR, 600, 30 * MINUTE, False),
        (5 * HOUR, 600, 31 * MINUTE, True),
        (0 * HOUR, 600, 31 * MINUTE, False),  # no update has come yet: perhaps none ever does
        (0 * HOUR, 600, 25 * HOUR, True),
        (5 * HOUR, 1, 3 * MINUTE, False),  # no interval is under a minute
    ],
)
def test_when(heard: timedelta, interim: int, since: timedelta, silent: bool) -> None:
    at = BEGAN + heard
    assert is_silent(BEGAN, at, interim, at + since) is silent
