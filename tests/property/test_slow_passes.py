"""Time passes inside a pass: a slow link, slow sensors, a driver chip that takes its time, up to
0.5 s in sum. No count is then compared with an instant that is not its own.
"""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware import events, states
from firmware.alarms import alarm_table
from tests.rigs.recorded_pump import HOUR_MS, MONDAY_S, BenchPump, made_pump_config
from tests.rigs.therapies import therapies

many = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
LATE_MS = 600  # what a pass may cost, and what its pulses may be late
PUMP_HZ = (1, 20, 88)  # 88 Hz is 24 mL/day, the pump's maximum


def names(bench):
    return [alarm_table.TABLE[event.a].name for event in bench.events(events.ALARM_RAISED)]


# trace: synchronisation
@many
@given(therapies(hz=PUMP_HZ, pulses=8000), st.integers(0, 2**32))
def test_no_slow_pass_makes_a_healthy_pump_stall_or_fault(therapy, seed):
    bench = therapy.bench(slow=random.Random(seed)).run()
    for look in bench.looks:
        assert look.booked == look.emitted + look.missed + look.pending, look
        assert sum(look.by_source) <= look.emitted, "the books are of the beginning of the pass"
    entered = {event.a for event in bench.events(events.STATE)}
    assert not entered & {states.FAULT, states.STALLED}, names(bench)
    assert not {"OVER_DELIVERY", "MOTOR_STALL", "DRIVER_FAULT"} & set(names(bench))


@pytest.mark.parametrize("ml_per_day", [2, 6, 12, 23])
def test_one_reply_that_takes_half_a_second_is_no_over_delivery(ml_per_day):
    """hal/board_link.py: a host that does not read costs 0.5 s once."""
    rate = ml_per_day * 10**9
    program = {"mode": "continuous", "rate_pl_per_day": rate}
    sent = [(0, {"do": "set_clock", "wall_s": MONDAY_S}), (0, {"do": "start"})]
    sent += [
        (60_000 + 7_000 * n, command)
        for n, command in enumerate(
            [
                {"do": "set_program", "program": dict(program, rate_pl_per_day=5 * 10**9)},
                {"do": "status"},
                {"do": "bolus", "volume_pl": 1_000_000, "duration_ms": 60_000},
                {"do": "set_clock", "wall_s": MONDAY_S + 500},
                {"do": "stop"},
                {"do": "start"},
            ]
        )
    ]
    for seed in range(12):
        bench = BenchPump(made_pump_config(program=program), sent, 180_000, slow=Half(seed)).run()
        assert names(bench) == []
        assert bench.pump.state.now == states.INFUSING


class Half(random.Random):
    """Draws the whole half second at one of the calls of a pass."""

    def randrange(self, *arguments):
        return 0 if self.random() < 0.3 else 1

    def randint(self, least, most):
        return most


@many
@given(therapies(hz=PUMP_HZ, pulses=4000, most_commands=0), st.integers(0, 2**32))
def test_nothing_more_leaves_than_is_due_and_what_is_due_comes_within_the_delay(therapy, seed):
    # A clock that is lost is seen in the next pass, which comes at another instant in a slow run:
    # before the clock was set, even. From then on both follow another program.
    therapy.faults = []
    quick = therapy.bench().run()
    slow = therapy.bench(slow=random.Random(seed)).run()
    most_hz = 1 + max(
        quick.pump.settings.epoch.steps_of(event.b) // 86_400 for event in quick.events(events.RATE)
    )
    # The last pass of the slow run may have ended later.
    later_ms = slow.hal.clock.now_ms() - quick.hal.clock.now_ms()
    assert slow.emitted() <= quick.emitted() + 1 + -(-most_hz * later_ms // 1000)
    assert quick.emitted() - slow.emitted() <= most_hz * (LATE_MS * 2) // 1000 + 2


def test_a_pass_that_is_slow_throughout_a_day_changes_no_count():
    bench = BenchPump(
        made_pump_config(), [(0, {"do": "start"})], 24 * HOUR_MS, slow=random.Random(7)
    ).run()
    assert names(bench) == []
    assert abs(bench.emitted() - 500_000_000 // 3125) <= 2
