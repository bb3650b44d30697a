"""The whole pump over the real backend of each board, on fake chips: every step that is due leaves, near its instant."""

import json
from fractions import Fraction

import pytest

from firmware.link import encode
from firmware.pump import Pump
from tests.contract.faked import BOARDS
from tests.unit.bench_pump import made_pump_config

BURSTS = [name for name, bench in BOARDS.items() if hasattr(bench, "generator")]  # between two bursts Python has to be there
PL_PER_DAY = {"0.05 mL/d": 50_000_000, "0.5 mL/d": 500_000_000, "24 mL/d": 24_000_000_000}
RUN_MS = {"0.05 mL/d": 7_200_000, "0.5 mL/d": 1_800_000, "24 mL/d": 120_000}
STEPS_PER_REV, PL_PER_REV = 3200, 10_000_000


class Over(BaseException):
    """The time of the test is over."""


def run_pump(bench, rate_pl_per_day, run_ms, garbage_ms=0):
    """Start it, let it run so long; with garbage_ms the CPU is away for so long 3 times in 2 s. Returns the pump."""
    program = {"mode": "continuous", "rate_pl_per_day": rate_pl_per_day}
    bench.hal.store.write("config.json", json.dumps(made_pump_config(program=program)).encode())
    pump = Pump(bench.hal)
    bench.send(encode({"id": 1, "do": "start"}))

    def end():
        raise Over

    def collect(at_ms):
        bench.hang(garbage_ms)
        bench.later(700 - garbage_ms, lambda: collect(at_ms + 700))

    bench.later(run_ms, end)
    if garbage_ms:
        bench.later(333, lambda: collect(333))
    with pytest.raises(Over):
        pump.run()
    return pump


def errors_us(bench, rate_pl_per_day):
    """How late each pulse was, us; early is negative. The run starts with the pump's clock."""
    interval = Fraction(PL_PER_REV * 86_400_000_000, rate_pl_per_day * STEPS_PER_REV)
    ticks = bench.pulse_ticks(0, 10**9)
    return [Fraction(tick * 1_000_000, bench.hal.driver.tick_hz) - number * interval for number, tick in enumerate(ticks, start=1)]


def check_run(bench, rate):
    """All the pulses that are due have left, and are counted; returns (earliest, latest) against their instants, us."""
    late = errors_us(bench, PL_PER_DAY[rate])
    due = Fraction(PL_PER_DAY[rate] * STEPS_PER_REV * RUN_MS[rate], PL_PER_REV * 86_400_000)
    assert abs(len(late) - due) <= 1
    assert bench.hal.driver.emitted() == len(late)
    assert bench.hal.driver.underruns() == 0
    return min(late), max(late)


@pytest.mark.parametrize("rate", PL_PER_DAY)
@pytest.mark.parametrize("board", BOARDS)
def test_every_step_that_is_due_leaves_is_counted_and_is_on_its_instant(board, rate):
    bench = BOARDS[board](0)
    run_pump(bench, PL_PER_DAY[rate], RUN_MS[rate])
    earliest, latest = check_run(bench, rate)
    assert latest - earliest <= max(2, 65_000_000 // bench.hal.driver.tick_hz)  # firmware/timeline.py


@pytest.mark.parametrize("rate", PL_PER_DAY)
@pytest.mark.parametrize("board", BURSTS)
def test_a_python_that_takes_half_a_ms_to_start_a_burst_makes_no_pulse_later_than_twice_that_and_it_does_not_add_up(board, rate):
    bench = BOARDS[board](0)
    bench.before_each_burst(lambda: bench.chip.busy(bench.chip.ms(1) // 2))
    run_pump(bench, PL_PER_DAY[rate], RUN_MS[rate])
    earliest, latest = check_run(bench, rate)
    early_us = 64 + 128 + 10 if bench.generator[1] == "RmtPulses" else 2  # its stretches, whole us over 256 intervals, a pulse's length
    assert -early_us <= earliest <= latest <= 1000


@pytest.mark.parametrize("rate", PL_PER_DAY)
@pytest.mark.parametrize("board", BURSTS)
def test_with_a_cpu_that_is_away_for_50_ms_again_and_again_no_step_is_lost_and_none_later_than_that(board, rate):
    bench = BOARDS[board](0)
    run_pump(bench, PL_PER_DAY[rate], RUN_MS[rate], garbage_ms=50)
    earliest, latest = check_run(bench, rate)
    assert -80 <= earliest <= latest <= 51_000
