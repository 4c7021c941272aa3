"""Every kind brings its own instructions, filled with the installation's values."""

import re

import pytest

from secondgate.applications.guide import UNTOLD, Guide, Values, filled, guide
from secondgate.applications.kinds import KINDS
from secondgate.applications.shared_secret import check_secret, new_secret
from secondgate.policies.grants import read
from secondgate.web.icons import NAMES

ONE = Values(["10.0.8.21"], 1812, 1813, ["10.0.1.10/32", "10.0.2.10/32"])
TWO = Values(["10.0.8.21", "10.0.8.22"], 1645, 1813, ["10.0.1.10/32", "fd00::/64"], "kT9vQ2mZr7XwH4cN")


def texts(of: Guide) -> list[str]:
    found = [of.lede, of.sent_from, *of.waiting, *(tell.says for tell in of.tells)]
    found.append(of.find.text if of.find else "")
    for step in of.steps:
        found += [step.title, step.says, *(code.text for code in step.code)]
        found += [text for value in step.values for text in (value.label, value.value, value.hint)]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_set_up_by_its_guide(kind: str) -> None:
    for values in (ONE, TWO):
        said = "\n".join(texts(filled(kind, values)))
        assert "{{" not in said
        assert values.servers[0] in said
        assert str(values.port) in said
        assert values.secret is None or values.secret in said or UNTOLD in said
    assert "10.0.8.22" in said
    assert len(guide(kind).waiting) >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_server_does_not_have_is_left_out(kind: str) -> None:
    for step in filled(kind, ONE).steps:
        assert all(value.value or value.secret for value in step.values)
        assert not any("second server" in code.title for code in step.code)


@pytest.mark.parametrize("kind", KINDS)
def test_the_marks_of_a_guide_are_in_pairs(kind: str) -> None:
    for text in texts(guide(kind)):
        if "\n" not in text and "--query" not in text:
            assert text.count("`") % 2 == 0, text
            assert re.sub(r"`[^`]*`", "", text).count("*") % 2 == 0, text


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_can_be_told_is_a_line_that_can_be_granted(kind: str) -> None:
    for tell in guide(kind).tells:
        grant = read(tell.line)
        assert f"{grant.name}={grant.value}" == tell.line


def test_the_values_for_aws_are_those_of_its_form() -> None:
    steps = filled("aws-workspaces", TWO).steps
    form = {value.label: value.value for step in steps for value in step.values}
    assert form == {
        "Display label": "Secondgate code",
        "RADIUS server DNS name or IP addresses": "10.0.8.21,10.0.8.22",
        "Port": "1645",
        "Shared secret code": "kT9vQ2mZr7XwH4cN",
        "Confirm shared secret code": "kT9vQ2mZr7XwH4cN",
        "Protocol": "PAP",
        "Server timeout (in seconds)": "20",
        "Max RADIUS request retries": "3",
    }
    code = "\n".join(code.text for step in steps for code in step.code)
    assert "{CidrIp=10.0.8.21/32},{CidrIp=10.0.8.22/32}" in code
    assert "IpRanges=[{CidrIp=10.0.1.10/32}],Ipv6Ranges=[{CidrIpv6=fd00::/64}]" in code
    assert "RadiusServers=10.0.8.21,10.0.8.22,RadiusPort=1645" in code
    assert "kT9vQ2mZr7XwH4cN" not in code  # a shell would keep it in its history


def test_a_secret_that_a_shell_would_read_is_not_put_into_commands() -> None:
    evil = Values(["10.0.8.21"], 1812, 1813, [], '"; reload; "')
    for kind in KINDS:
        steps = filled(kind, evil).steps
        assert not any("reload" in code.text for step in steps for code in step.code)
        assert all(value.value == evil.secret for step in steps for value in step.values if value.secret)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_new_secret_is_one_that_the_kind_takes(kind) -> None:  # type: ignore[no-untyped-def]
    made = {new_secret(kind) for _ in range(20)}
    assert len(made) == 20
    for secret in made:
        check_secret(secret, kind)
    assert kind.icon in {name.partition("=")[0] for name in NAMES}


@pytest.mark.parametrize(
    ("secret", "says"),
    [("short", "5 characters are too short"), ("x" * 32, "SonicWall takes 31 at most"),
     ("pässwörter-sind", "US keyboard"), ("secret-of-tests ", "ends with a space"), ("secret\tof tests", "US keyboard")],
)  # fmt: skip
def test_a_secret_that_will_not_work_is_refused_in_words(secret: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_secret(secret, KINDS["sonicwall"])
