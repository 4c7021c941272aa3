"""What an answer carries: lines, filled with the person."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.policies.grants import (
    FILLED_MOST,
    MOST,
    Granted,
    NoRoom,
    attributes_of,
    carried,
    granted,
    read,
    read_all,
    together,
)
from secondgate.radius.dictionary import written

ANN = Granted("ann", "Ann Berg", "ann@example.com", ["VPN", "Staff"])


def filled(*lines: str, person: Granted = ANN) -> list[tuple[str, str]]:
    return list(granted(read_all(lines), person))


def test_a_line_is_filled_and_counts_once_for_each_group():
    assert filled("Class={login}/{email}", "filter-id = OU={group};") == [
        ("Class", "ann/ann@example.com"), ("Filter-Id", "OU=Staff;"), ("Filter-Id", "OU=VPN;")
    ]  # fmt: skip


def test_a_directory_s_attribute_stands_for_each_of_its_values():
    ann = Granted("ann", "", "", ["G"], {"department": ["Sales"], "memberof": ["b", "a"], "title": []})
    assert filled("Class={group} {directory.Department} {directory.memberOf}", person=ann) == [
        ("Class", "G Sales a"), ("Class", "G Sales b")
    ]  # fmt: skip
    assert filled("Class=x{directory.title}", "Class=x{directory.unheard-of}", person=ann) == []


def test_the_attributes_of_a_directory_that_lines_name_are_told():
    lines = ["Class={directory.Department} {directory.memberOf} {login}", "Filter-Id={directory.department}"]
    assert attributes_of(read_all(lines)) == {"department", "memberof"}


def test_no_line_comes_to_more_than_a_packet_could_hold():
    many = Granted("ann", "", "", [f"g{n}" for n in range(2000)], {"x": [f"v{n}" for n in range(2000)]})
    lines = granted(read_all(["Class={group}{directory.x}"]), many)
    assert len(list(islice(lines, FILLED_MOST + 1))) == FILLED_MOST


@given(text=st.text(st.characters(exclude_categories=["Cs"])) | st.from_regex(r"\A0x\w{0,6}\Z"))
def test_whatever_somebody_is_called_is_told_as_it_is(text: str):
    """Also where it looks like hexadecimal digits: no name may become other octets, or an error."""
    for name, value in filled("Class={login}", person=Granted(text, "", "", [])):
        assert written(name, value)[1] == text.encode()[:247].decode(errors="ignore").encode()


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
        ("Class={directory.}", "braces around something else"), ("Class={directory.a b}", "braces around"),
        ("Session-Timeout={directory.seconds}", "must stand there as it is"),
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
    assert together_ == [("Class", "b"), ("Filter-Id", "a")]


BOUNDS = together(
    read_all(["Class={directory.description}", "Session-Timeout=600"]),
    read_all(["Filter-Id=guests", "ASA-Group-Policy={group}"]),
)


@given(
    values=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), max_size=60),
    room=st.integers(0, 4000),
)
def test_whoever_somebody_is_what_is_said_of_everybody_is_in_the_answer(values: list[str], room: int):
    """Or none goes out: it may be what keeps people within bounds."""
    ann = Granted("ann", "", "", values, {"description": values})
    try:
        told, all_of_it = carried(BOUNDS, ann, room)
    except NoRoom:
        assert room < 16
        return
    assert told[:2] == [written("Filter-Id", "guests"), written("Session-Timeout", "600")]
    assert sum(len(octets) + 2 for _kind, octets in told) <= room
    assert all_of_it == (len(told) == 2 + 2 * len([value for value in values if value]))


def test_a_megabyte_in_a_directory_is_cut_before_it_is_combined():
    ann = Granted("ann", "", "", [], {"a": ["x" * 1_000_000] * 1000, "b": [str(n) for n in range(1000)]})
    told, all_of_it = carried(read_all(["Class={directory.a}{directory.b}"]), ann, 4000)
    assert (len(told), all_of_it) == (16, False)


@pytest.mark.parametrize("octets", [1, 123, 124, 200, 253])
def test_octets_are_told_as_they_stand_there(octets: int):
    line = f"Class=0x{'ab' * octets}"
    assert carried(read_all([line]), ANN, 4000) == ([(25, b"\xab" * octets)], True)
