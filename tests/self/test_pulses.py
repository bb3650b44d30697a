"""The pulses of a therapy, counted at once, are those that are counted one by one."""

from bisect import bisect_right

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from host_sim.machine.step_driver import pulse_ticks
from tests.property.test_flipped_bits import most_within
from tests.rigs.pulses import ticks_of


@st.composite
def taps(draw):
    """[(start tick, pulses, ticks)], each behind the one before."""
    tap, at_tick = [], 0
    rows = st.tuples(st.integers(0, 50), st.integers(-9, 9), st.integers(1, 70))
    for gap, pulses, ticks in draw(st.lists(rows, max_size=9)):
        tap.append((at_tick + gap, pulses, ticks))
        at_tick += gap + abs(pulses or 1) * ticks
    return tap


@given(taps(), st.integers(0, 3000))
def test_pulses_made_at_once_are_those_made_one_by_one(tap, to_tick):
    assert ticks_of(tap, to_tick).tolist() == list(pulse_ticks(tap, 0, to_tick))


@given(taps(), st.integers(0, 3000))
def test_the_most_within_a_window_is_the_most_that_counting_finds(tap, window_ms):
    instants = list(pulse_ticks(tap, 0, 1 << 40))
    counts = [n + 1 - bisect_right(instants, at - window_ms) for n, at in enumerate(instants)]
    assert most_within(np.array(instants, dtype=float), window_ms) == max(counts, default=0)
