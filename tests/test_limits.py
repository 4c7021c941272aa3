"""What one address may take: how often, and how much at once."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondgate.addresses import neighbourhood
from secondgate.limits import Places, Seldom


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    st.integers(1, 3),
    st.integers(1, 4),
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 7)), max_size=60),
)
def test_seldom_is_never_more_often_and_never_more_keys(
    times: int, keys: int, tries: list[tuple[str, int]]
) -> None:
    """Beside the plain rule: what happened within the last five seconds, in a list."""
    clock = Clock()
    seldom = Seldom(times, within=5, keys=keys, clock=clock)
    happened: list[tuple[float, str]] = []
    for key, pause in tries:
        clock.now += pause
        happened = [(at, one) for at, one in happened if at > clock.now - 5]
        counts = Counter(one for _, one in happened)
        expected = counts[key] < times and ((key in counts and counts[key] > 0) or len(+counts) < keys)
        assert seldom.may(key) is expected
        if expected:
            happened.append((clock.now, key))


def test_places_are_given_back() -> None:
    places = Places(3, 2)
    assert [places.take(one) for one in ("a", "a", "a", "b", "b")] == [True, True, False, True, False]
    places.leave("a")
    assert places.take("b")
    assert not places.take("c")
    places.leave("b")
    assert places.take("c")


def test_behind_a_shared_address_stand_many() -> None:
    places = Places(3, 1)
    assert [places.take("proxy", shared=True) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("a phone's number", "a phone's number"),
        ("", ""),
    ],
)
def test_one_subscriber_is_one_place(address: str, place: str) -> None:
    assert neighbourhood(address) == place
