"""What is made of a load generator's word."""

import json
from typing import Any

import pytest

from bench.errors import BenchError
from bench.load import read


def said(**more: Any) -> str:
    times = {"p50": 1.0, "p99": 2.0}
    return json.dumps({"accept": 10, "accept_rate": 5.0, "challenge": 0, "login_ms": times, **more})


def test_all_accepts_are_a_load():
    assert read(0, said(), "", 10).rate == 5.0


@pytest.mark.parametrize(("code", "output"), [(2, said()), (0, ""), (0, said(accept=9))])
def test_anything_but_accepts_is_an_error(code: int, output: str):
    with pytest.raises(BenchError):
        read(code, output, "", 10)


def test_a_challenge_load_wants_a_question_a_login():
    assert read(0, said(challenge_mode=True, challenge=10), "", 10).accepts == 10
    with pytest.raises(BenchError, match="asked for a code"):
        read(0, said(challenge_mode=True, challenge=9), "", 10)
