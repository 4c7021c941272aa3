"""How a password travels by PAP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.radius import drops
from secondgate.radius.drops import Dropped
from secondgate.radius.hiding import hide, reveal
from secondgate.radius.signing import Secret
from tests.fuzz.steady import steady
from tests.radius.packets import AUTHENTICATOR, SECRET, md5

PASSWORDS = st.binary(max_size=128).filter(lambda password: not password.endswith(b"\0"))
AUTHENTICATORS = st.binary(min_size=16, max_size=16)


@steady
@given(PASSWORDS, AUTHENTICATORS, st.binary(max_size=60))
def test_a_password_comes_back_as_it_was(password: bytes, authenticator: bytes, octets: bytes) -> None:
    secret = Secret(octets)
    assert reveal(hide(password, authenticator, secret), authenticator, secret) == password


@pytest.mark.parametrize("size", range(129))
def test_a_password_of_every_length_comes_back(size: int) -> None:
    password = b"x" * size
    assert reveal(hide(password, AUTHENTICATOR, SECRET), AUTHENTICATOR, SECRET) == password


@pytest.mark.parametrize(("size", "hidden"), [(0, 16), (1, 16), (16, 16), (17, 32), (127, 128), (128, 128)])
def test_a_hidden_password_fills_whole_blocks(size: int, hidden: int) -> None:
    assert len(hide(b"x" * size, AUTHENTICATOR, SECRET)) == hidden


def test_rfc2865_section_5_2() -> None:
    """The formula of the RFC, block by block: c(i) = p(i) xor MD5(S + c(i-1))."""
    password = b"a password that fills more than two blocks"
    hidden, before = hide(password, AUTHENTICATOR, SECRET), AUTHENTICATOR
    for start in range(0, 48, 16):
        pad = md5(SECRET.octets + before)
        before = bytes(p ^ m for p, m in zip(password[start : start + 16].ljust(16, b"\0"), pad, strict=True))
        assert hidden[start : start + 16] == before


def test_a_password_over_128_octets_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="129 octets; 128 are the most"):
        hide(b"x" * 129, AUTHENTICATOR, SECRET)


@pytest.mark.parametrize("size", [size for size in range(254) if size not in range(16, 129, 16)])
def test_a_length_that_no_password_has_is_dropped(size: int) -> None:
    with pytest.raises(Dropped) as caught:
        reveal(bytes(size), AUTHENTICATOR, SECRET)
    assert caught.value.drop is drops.BAD_PASSWORD_LENGTH


def test_another_secret_gives_noise_and_no_error() -> None:
    hidden = hide(b"arctangent", AUTHENTICATOR, SECRET)
    assert reveal(hidden, AUTHENTICATOR, Secret(b"another")) != b"arctangent"
