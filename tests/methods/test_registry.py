"""Every method is what the registry says, and refuses what cannot be."""

from dataclasses import fields

import pytest

from secondgate.methods.answer import Plain
from secondgate.methods.method import Enrolled, Method
from secondgate.methods.registry import METHODS
from secondgate.vault.setting import secret_fields

KINDS = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())


@KINDS
def test_a_method_has_its_name_and_a_title(method: Method) -> None:
    assert METHODS[method.name] is method
    assert method.title


@KINDS
def test_a_setting_says_what_it_is(method: Method) -> None:
    assert all(field.metadata["says"].endswith(".") for field in fields(method.settings))


@KINDS
def test_a_method_keeps_a_secret(method: Method) -> None:
    """The vault has one place for it."""
    assert len(list(secret_fields(method.settings))) == 1


@KINDS
def test_a_method_takes_no_empty_answer(method: Method) -> None:
    assert method.check(Enrolled("id", "One", b"12345678901234567890", {}, 0), Plain(""), now=0) is None
