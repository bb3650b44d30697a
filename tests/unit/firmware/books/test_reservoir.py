"""The reservoir by the books."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.books.reservoir import Reservoir
from firmware.errors import SnapshotError

DAY_MS = 86_400_000
ML = 10**9
books = settings(max_examples=200)
SECTION = {
    "capacity_pl": 20 * ML,
    "fill_pl": 18 * ML,
    "low_pl": 2 * ML,
    "residual_pl": ML // 2,
    "level_tolerance_pl": ML // 10,
    "level_tolerance_ppt": 145,
}
volumes = st.integers(0, 20 * ML)


def made_reservoir(emitted_pl=0, **changes):
    return Reservoir({**SECTION, **changes}, emitted_pl)


@books
@given(st.integers(0, 10**14), st.lists(st.tuples(volumes, volumes), min_size=1, max_size=10))
def test_what_is_left_is_the_last_fill_less_what_was_emitted_since(emitted_pl, refills):
    reservoir = made_reservoir(emitted_pl)
    for fill_pl, pumped_pl in refills:
        reservoir.refill(fill_pl, emitted_pl)
        emitted_pl += pumped_pl
        assert reservoir.left_pl(emitted_pl) == fill_pl - pumped_pl
        assert reservoir.usable_pl(emitted_pl) == fill_pl - pumped_pl - ML // 2
        assert reservoir.delivered_pl(emitted_pl) == pumped_pl


@books
@given(volumes, st.integers(1, 24 * ML))
def test_the_forecast_is_the_millisecond_before_the_mark_is_passed(pumped_pl, rate):
    reservoir = made_reservoir()
    left = 18 * ML - pumped_pl
    for forecast_ms, mark_pl in zip(reservoir.forecast_ms(pumped_pl, rate), (2 * ML, ML // 2)):
        if left <= mark_pl:
            assert forecast_ms == 0
        else:
            assert (
                left - Fraction(rate * forecast_ms, DAY_MS)
                >= mark_pl
                > left - Fraction(rate * (forecast_ms + 1), DAY_MS)
            )


def test_at_rate_0_it_will_never_be_low():
    assert made_reservoir().forecast_ms(17 * ML, 0) == (None, None)


@books
@given(volumes, st.booleans())
def test_switch_and_books_disagree_beyond_tolerance_and_flow_accuracy(pumped_pl, switch_low):
    left, slack = 18 * ML - pumped_pl, ML // 10 + Fraction(pumped_pl * 145, 1000)
    expected = left > 2 * ML + slack // 1 if switch_low else left < 2 * ML - slack // 1
    assert made_reservoir().disagrees(pumped_pl, switch_low) == expected


@pytest.mark.parametrize(
    ("left_pl", "switch_low", "expected"),
    [
        (2_100_000_000, True, False),
        (2_100_000_001, True, True),
        (1_900_000_000, False, False),
        (1_899_999_999, False, True),
        (2 * ML, True, False),
    ],
)
def test_the_tolerance_itself_is_agreement(left_pl, switch_low, expected):
    reservoir = made_reservoir(level_tolerance_ppt=0)
    assert reservoir.disagrees(18 * ML - left_pl, switch_low) is expected


@books
@given(st.integers(0, 10**14), volumes, volumes)
def test_after_a_restart_as_much_is_left(emitted_pl, fill_pl, pumped_pl):
    reservoir, again = made_reservoir(), made_reservoir()
    reservoir.refill(fill_pl, emitted_pl)
    again.check(reservoir.snapshot(0))
    again.restore(reservoir.snapshot(0), 0)
    assert again.left_pl(emitted_pl + pumped_pl) == fill_pl - pumped_pl


@pytest.mark.parametrize("fill_pl", [-1, True, 1.5, None])
def test_a_snapshot_with_a_fill_that_cannot_be_is_refused(fill_pl):
    with pytest.raises(
        SnapshotError, match=r"reservoir.fill_pl .* allowed is a whole number from 0"
    ):
        made_reservoir().check({"fill_pl": fill_pl, "emitted_at_fill_pl": 0})
