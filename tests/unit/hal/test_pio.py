"""The PIO programs, cycle by cycle, on an emulator that shares no code with the fakes
(rp2040-pio-emulator).
"""

import itertools
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.faked import load
from tests.fakes.chip import Chip
from tests.fakes.rp2 import rp2_module

pioemu = pytest.importorskip(
    "pioemu",
    reason="rp2040-pio-emulator has the `out_base` this needs for Python 3.10.18 and later",
)
State, emulate = pioemu.State, pioemu.emulate

ALL_ONES = 0xFFFF_FFFF
STEP, DIRECTION = 2, 3
pio = load("hal.rp2_pio", {"rp2": rp2_module(Chip(125_000_000, 0, range(30)))})["hal.rp2_pio"]

pulses = st.tuples(st.integers(-4, 4).filter(bool), st.integers(39, 200))
waits = st.tuples(st.just(0), st.integers(10, 300))


def words(segments):
    """As the step driver writes them, forward being high."""
    for count, ticks in segments:
        yield abs(count) << 1 | int(count > 0)
        yield ticks - (39 if count else 10)


def run(segments, cycles):
    """[(cycle, level of STEP, level of DIR)] after each instruction."""
    start = State(transmit_fifo=deque(words(segments)), x_register=ALL_ONES)
    steps = emulate(
        list(pio.steps.words),
        stop_when=lambda _, state: state.clock > cycles,
        initial_state=start,
        shift_osr_right=True,
        out_base=DIRECTION,
        out_count=1,
        side_set_base=STEP,
        side_set_count=1,
        wrap_target=pio.steps.wrap_target,
        wrap_top=pio.steps.wrap,
    )
    return [
        (before.clock, after.pin_values >> STEP & 1, after.pin_values >> DIRECTION & 1)
        for before, after in steps
    ]


def rising(seen):
    """[(cycle, level of DIR)] of each rising edge."""
    return [
        (later[0], later[2])
        for earlier, later in itertools.pairwise([(0, 0, 0), *seen])
        if later[1] > earlier[1]
    ]


def instants(segments):
    """[(cycle, forward?)] of each pulse that the segments ask for.

    The first instruction, at 0, comes a cycle after the start.
    """
    at, found = -1, []
    for count, ticks in segments:
        for _ in range(abs(count)):
            at += ticks
            found.append((at, int(count > 0)))
        at += 0 if count else ticks
    return found, at


@settings(max_examples=60)
@given(st.lists(pulses | waits, min_size=1, max_size=4))
def test_every_pulse_is_on_its_cycle_within_segments_over_seams_and_after_waits(segments):
    due, end = instants(segments)
    assert rising(run(segments, end + 10)) == due


def test_a_pulse_is_high_for_30_cycles_whatever_the_interval():
    for ticks in (39, 40, 125, 1000):
        seen = run([(3, ticks)], 5 * ticks)
        edges = [later[0] for earlier, later in itertools.pairwise(seen) if later[1] != earlier[1]]
        assert [edges[n + 1] - edges[n] for n in (0, 2, 4)] == [30, 30, 30]


def test_the_direction_is_there_5_cycles_before_the_pulse_and_until_it_is_over():
    seen = run([(1, 39), (-1, 39), (1, 39)], 200)
    turns = [later[0] for earlier, later in itertools.pairwise(seen) if later[2] != earlier[2]]
    edges = [cycle for cycle, _ in rising(seen)]
    assert all(edge - 30 < turn <= edge - 5 for turn, edge in zip(turns, edges))


def test_with_nothing_left_it_goes_to_raise_its_flag_with_step_low():
    flag = pio.steps.words.index(0xC010)
    start = State(x_register=ALL_ONES, program_counter=pio.steps.wrap_target)
    steps = emulate(
        list(pio.steps.words),
        stop_when=lambda _, state: state.program_counter == flag or state.clock > 100,
        initial_state=start,
        side_set_base=STEP,
        side_set_count=1,
        wrap_target=pio.steps.wrap_target,
        wrap_top=pio.steps.wrap,
    )
    last = deque(steps, maxlen=1)[0][1]
    assert (last.program_counter, last.pin_values) == (flag, 0)


def count_edges(levels):
    """(X down, Y down) of the counter after it was shown [(cycles, STEP, DIR)]."""
    ends = list(itertools.accumulate(cycles for cycles, _, _ in levels))

    def pads(clock: int):
        at = min(sum(end <= clock for end in ends), len(levels) - 1)
        return levels[at][1] << STEP | levels[at][2] << DIRECTION

    steps = emulate(
        list(pio.edges.words),
        stop_when=lambda _, state: state.clock > ends[-1] + 10,
        input_source=pads,
        jmp_pin=DIRECTION,
        initial_state=State(x_register=ALL_ONES, y_register=ALL_ONES),
        wrap_target=pio.edges.wrap_target,
        wrap_top=pio.edges.wrap,
    )
    last = deque(steps, maxlen=1)[0][1]
    return ALL_ONES - last.x_register, ALL_ONES - last.y_register


@pytest.mark.parametrize("high, low", [(30, 9), (30, 10), (30, 1000), (1000, 9)])
def test_the_counter_sees_every_edge_once_and_its_direction(high, low):
    levels = [(20, 0, 0)]
    for turn in (0, 0, 1, 0, 1, 1, 1):
        levels += [(high, 1, turn), (low, 0, turn)]
    words = [
        word & ~0x1F | STEP if word >> 13 == 1 else word for word in pio.edges.words
    ]  # `pin 0` is STEP by the in base
    assert words != list(pio.edges.words)
    pio.edges.words[:], kept = words, list(pio.edges.words)
    try:
        assert count_edges(levels) == (3, 4)
    finally:
        pio.edges.words[:] = kept
