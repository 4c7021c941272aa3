"""The vault's key: what it seals opens in its own place only."""

import os
import stat
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.vault.keyring import KEY, NONCE, Keyring, VaultError, create_key, read_key
from tests.fuzz.steady import steady
from tests.radius.packets import flipped

KEYRING = Keyring(bytes(range(KEY)))
ROW = UUID(int=7).hex
PLACE = ("methods_authenticator", ROW, "secret")

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=40)
PLACES = st.tuples(NAMES, st.uuids().map(lambda row: row.hex), NAMES)


@steady
@given(st.binary(max_size=300), PLACES)
def test_what_was_sealed_opens_in_its_place(value: bytes, place: tuple[str, str, str]) -> None:
    assert KEYRING.open(KEYRING.seal(value, *place), *place) == value


@steady
@given(PLACES, PLACES)
def test_it_opens_nowhere_else(place: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    sealed = KEYRING.seal(b"secret", *place)
    for elsewhere in (other, (other[0], *place[1:]), (place[0], other[1], place[2]), (*place[:2], other[2])):
        if elsewhere != place:
            with pytest.raises(VaultError, match="does not open with this vault key"):
                KEYRING.open(sealed, *elsewhere)


def test_it_does_not_open_with_another_key() -> None:
    with pytest.raises(VaultError, match=f"The secret of methods_authenticator {ROW} does not open"):
        Keyring(bytes(KEY)).open(KEYRING.seal(b"secret", *PLACE), *PLACE)


def test_a_change_of_any_octet_is_noticed() -> None:
    sealed = KEYRING.seal(b"secret", *PLACE)
    for position in range(len(sealed)):
        with pytest.raises(VaultError):
            KEYRING.open(flipped(sealed, position), *PLACE)


def test_what_is_cut_off_does_not_open() -> None:
    sealed = KEYRING.seal(b"secret", *PLACE)
    for end in range(len(sealed)):
        with pytest.raises(VaultError):
            KEYRING.open(sealed[:end], *PLACE)


def test_the_same_value_is_sealed_differently_each_time() -> None:
    sealed = {KEYRING.seal(b"secret", *PLACE) for _ in range(100)}
    assert len({one[:NONCE] for one in sealed}) == 100
    assert not any(b"secret" in one for one in sealed)


def test_an_error_does_not_tell_the_secret() -> None:
    sealed = KEYRING.seal(b"hunter2", *PLACE)
    with pytest.raises(VaultError) as caught:
        KEYRING.open(sealed + b"x", *PLACE)
    assert "hunter2" not in str(caught.value)


def test_each_purpose_has_a_key_of_its_own() -> None:
    derived = [KEYRING.derive(purpose) for purpose in ("django", "marks", "fingerprints", "")]
    assert len(set(derived)) == 4
    assert {len(one) for one in derived} == {32}
    assert KEYRING.derive("django") == Keyring(bytes(range(KEY))).derive("django")
    assert KEYRING.derive("django") != Keyring(bytes(KEY)).derive("django")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_size_is_refused_in_words(size: int) -> None:
    with pytest.raises(VaultError, match=f"The vault key has {size} octets; 32 are needed"):
        Keyring(bytes(size))


def test_a_new_key_is_read_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    create_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Keyring(read_key(file)).derive("x") != KEYRING.derive("x")


def test_a_key_that_is_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    create_key(file)
    before = read_key(file)
    create_key(file)
    assert read_key(file) == before


def test_two_keys_are_different(tmp_path: Path) -> None:
    for name in ("one", "two"):
        create_key(tmp_path / name)
    assert read_key(tmp_path / "one") != read_key(tmp_path / "two")


def test_a_missing_key_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="vault.key is not there. Bring it back from the backup"):
        read_key(tmp_path / "vault.key")


@pytest.mark.parametrize("content", [b"not a key", b"abc", b"\xff\xfe" * 32, b"zz" * 32])
def test_a_file_that_is_no_key_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "vault.key"
    file.write_bytes(content)
    with pytest.raises(VaultError, match="is not 64 hexadecimal digits"):
        read_key(file)


@pytest.mark.parametrize("digits", [0, 62, 66])
def test_a_key_that_is_cut_off_is_refused(tmp_path: Path, digits: int) -> None:
    file = tmp_path / "vault.key"
    file.write_text("a" * digits)
    with pytest.raises(VaultError, match="is not 64 hexadecimal digits: it is damaged"):
        Keyring(read_key(file))


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be read: Is a directory"):
        read_key(tmp_path)


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_key_that_may_not_be_read_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    create_key(file)
    file.chmod(0)
    with pytest.raises(VaultError, match="cannot be read: Permission denied"):
        read_key(file)
