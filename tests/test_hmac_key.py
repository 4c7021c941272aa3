"""HMAC with its states begun once is HMAC: beside Python's own, for keys and texts of any length."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from secondgate.hmac_key import HmacKey


@given(
    st.binary(max_size=300), st.lists(st.binary(max_size=300), max_size=3),
    st.sampled_from(["md5", "sha1", "sha256", "sha512"]),
)  # fmt: skip
def test_it_is_hmac_whatever_was_asked_before(key: bytes, messages: list[bytes], algorithm: str) -> None:
    ours = HmacKey(key, algorithm)
    for message in messages:
        assert ours.digest(message) == hmac.digest(key, message, algorithm)
