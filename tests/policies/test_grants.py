"""What an answer carries: lines, filled with the person."""

import pytest

from secondgate.policies.grants import MOST, Granted, granted, read, read_all, together

ANN = Granted("ann", "Ann Berg", "ann@example.com", ["VPN", "Staff"])


def filled(*lines: str, person: Granted = ANN) -> list[tuple[str, str]]:
    return list(granted(read_all(lines), person))


def test_a_line_is_filled_and_counts_once_for_each_group():
    assert filled("Class={login}/{email}", "filter-id = OU={group};") == [
        ("Class", "ann/ann@example.com"), ("Filter-Id", "OU=Staff;"), ("Filter-Id", "OU=VPN;")
    ]  # fmt: skip


def test_what_would_be_empty_is_left_out_and_what_is_long_is_cut_between_characters():
    nobody = Granted("x", "", "", [])
    assert filled("Class={name}", "Filter-Id={group}", person=nobody) == []
    ((_name, value),) = filled("Class={name}", person=Granted("x", "é" * 200, "", []))
    assert value == "é" * 123


def test_a_name_with_braces_of_its_own_is_text():
    evil = Granted("{email}", "{group}", "e", ["G"])
    assert filled("Class={name} {login}", person=evil) == [("Class", "{group} {email}")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Filter-Id", "must be NAME=VALUE"), ("Filter-Id=", "must be NAME=VALUE"),
        ("Nonsense=1", "There is no attribute called"), ("State=x", "State is written by the login itself"),
        ("MS-MPPE-Send-Key=x", "is written by the login itself"), ("Class={uid}", "braces around something else"),
        ("Session-Timeout=long", "must be a whole number"), ("Session-Timeout={login}", "must stand there as it is"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_is_said(line: str, says: str):
    with pytest.raises(ValueError, match=says):
        read(line)


def test_too_many_lines_are_said():
    with pytest.raises(ValueError, match=f"{MOST} are the most"):
        read_all(["Class=x"] * (MOST + 1))


def test_what_the_policy_names_is_the_policy_s():
    of_application, of_policy = read_all(["Class=a", "Filter-Id=a"]), read_all(["class=b"])
    together_ = [(one.name, one.value) for one in together(of_application, of_policy)]
    assert together_ == [("Filter-Id", "a"), ("Class", "b")]
