"""Local time as the oracle has it: by hand, and against the pump's own over random jumps."""

from hypothesis import given
from hypothesis import strategies as st

from firmware import events
from firmware.therapy.revision import Revision
from firmware.therapy.wall_clock import WallClock
from host_sim.judge.local_time import LocalTime, Wait
from host_sim.machine.clock import SimClock
from host_sim.run.records import Event

HOUR_MS = 3_600_000
MONDAY_S = 1_767_571_200


def told(*rows):
    """Events of (ms, code, a, c)."""
    return [Event(n, at, -1, code, a, 0, c, 0) for n, (at, code, a, c) in enumerate(rows, 1)]


def clock_set(at_ms, wall_s, offset_s):
    return at_ms, events.CLOCK_SET, wall_s, offset_s


def test_where_the_offset_falls_local_time_waits_and_a_lost_clock_ends_the_wait():
    nine = MONDAY_S + 9 * 3600
    rows = (
        clock_set(0, MONDAY_S, 0),
        clock_set(9 * HOUR_MS, nine, -3600),
        (9 * HOUR_MS + 60_000, events.CLOCK_LOST, 0, 0),
    )
    history, waits = LocalTime().read(told(*rows[:2]))
    assert history[-1] == (9 * HOUR_MS, MONDAY_S * 1000 - HOUR_MS)
    assert waits == [Wait(9 * HOUR_MS, 10 * HOUR_MS, nine * 1000)]
    history, waits = LocalTime().read(told(*rows))
    assert history[-1] == (9 * HOUR_MS + 60_000, None)
    assert waits == [Wait(9 * HOUR_MS, 9 * HOUR_MS + 60_000, nine * 1000)]


def test_a_rising_offset_waits_for_nothing():
    rows = (clock_set(0, MONDAY_S, 0), clock_set(HOUR_MS, MONDAY_S + 3600, 7200))
    assert LocalTime().read(told(*rows))[1] == []


changes = st.lists(
    st.tuples(
        st.integers(1, 20 * HOUR_MS),
        st.integers(-100_000, 100_000),
        st.sampled_from([0, 3600, -3600, 7200, -6 * 3600, 50_400, -50_400]),
    ),
    max_size=8,
)


@given(
    power_ups=st.lists(changes, min_size=1, max_size=3), look_every_ms=st.integers(60_000, HOUR_MS)
)
def test_it_is_that_of_the_pump_over_jumps_and_power_cuts(power_ups, look_every_ms):
    oracle, kept, wall_s = LocalTime(), None, MONDAY_S
    for steps in power_ups:
        wall = WallClock(SimClock(), Revision())
        if kept is not None:
            wall.check(kept)
            wall.restore(kept, 0)
        now_ms, rows, looks = 0, [], []
        for after_ms, by_s, offset_s in steps:
            at = range(now_ms, now_ms + after_ms, look_every_ms)
            looks += [(at_ms, wall.local_ms(at_ms)) for at_ms in at]
            now_ms += after_ms
            wall_s += after_ms // 1000 + by_s
            wall.set(wall_s, now_ms, offset_s)
            rows.append(clock_set(now_ms, wall_s, offset_s))
            looks.append((now_ms, wall.local_ms(now_ms)))
        kept = wall.snapshot(now_ms)
        history, waits = oracle.read(told(*rows))
        for at_ms, local_ms in looks:
            assert local_ms == of_oracle(history, waits, at_ms)


def of_oracle(history, waits, at_ms):
    less_ms = [value for from_ms, value in history if from_ms <= at_ms][-1]
    standing = [wait.local_ms for wait in waits if wait.from_ms <= at_ms < wait.to_ms]
    return standing[-1] if standing else None if less_ms is None else at_ms + less_ms
