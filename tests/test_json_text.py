"""JSON of the login path: what one side writes the other reads, whatever it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.json_text import as_json, from_json

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    text = as_json(value)
    if "\\u0000" not in text and "\\ufffd" not in text:
        assert from_json(text) == value == json.loads(text)


def test_a_nul_becomes_a_mark_that_postgresql_takes() -> None:
    assert from_json(as_json({"a": "x\0y"})) == {"a": "x�y"}


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "é\ud834"])
def test_half_a_pair_of_surrogates_is_no_fault(text: str) -> None:
    assert from_json(as_json([text])) == [text]


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nothing"])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        from_json(text)
