"""The whole pump over the real backend of each board, on fake chips: every step that is due leaves,
near its instant.
"""

import json
from fractions import Fraction

import pytest

from firmware import config
from firmware.books.memory import RamMemory
from firmware.link.frames import encode
from firmware.pump import Pump
from tests.contract.faked import BOARDS
from tests.rigs.recorded_pump import made_pump_config

BURSTS = [
    name for name, bench in BOARDS.items() if hasattr(bench, "generator")
]  # between two bursts Python has to be there
# RMT: the stretch, a late burst's interval in whole us 256 times, a pulse's length. Timers: the
# stretch, 12 ns 668 times.
EARLY_US = {"RmtPulses": 64 + 128 + 10, "TimerPulses": 2 + 8}
STEPS_PER_REV = 3200


class Case:
    def __init__(self, pl_per_day, run_ms, pl_per_rev=10_000_000):
        self.pl_per_day = pl_per_day
        self.run_ms = run_ms
        self.pl_per_rev = pl_per_rev
        self.interval_us = Fraction(pl_per_rev * 86_400_000_000, pl_per_day * STEPS_PER_REV)


CASES = {
    "0.05 mL/d": Case(50_000_000, 7_200_000),
    "0.5 mL/d": Case(500_000_000, 1_800_000),
    "24 mL/d": Case(24_000_000_000, 120_000),
    "889 Hz": Case(24_000_000_000, 20_000, 1_000_000),
}


class Over(BaseException):
    """The time of the test is over."""


def run_pump(bench, case, garbage_ms=0):
    """Start it and let it run; with garbage_ms the CPU is away for so long 3 times in 2 s."""
    program = {"mode": "continuous", "rate_pl_per_day": case.pl_per_day}
    bench.hal.store.write(
        "config.json", json.dumps(made_pump_config(case.pl_per_rev, program=program)).encode()
    )
    pump = Pump(bench.hal, config.read(bench.hal.store), RamMemory())
    bench.send(encode({"id": 1, "do": "start"}))

    def end():
        raise Over

    def collect(at_ms):
        bench.hang(garbage_ms)
        bench.later(700 - garbage_ms, lambda: collect(at_ms + 700))

    bench.later(case.run_ms, end)
    if garbage_ms:
        bench.later(333, lambda: collect(333))
    with pytest.raises(Over):
        pump.run()


def check_run(bench, case):
    """All the pulses that are due have left, and are counted; returns (earliest, latest) against
    their instants, us.
    """
    ticks = bench.pulse_ticks(0, 10**9)
    late = [
        Fraction(tick * 1_000_000, bench.hal.driver.tick_hz) - number * case.interval_us
        for number, tick in enumerate(ticks, start=1)
    ]
    assert abs(len(late) - case.run_ms * 1000 // case.interval_us) <= 1
    assert bench.hal.driver.emitted() == len(late)
    assert bench.hal.driver.underruns() == 0
    return min(late), max(late)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("board", BOARDS)
def test_every_step_that_is_due_leaves_is_counted_and_is_on_its_instant(board, case):
    bench = BOARDS[board](0)
    run_pump(bench, case)
    earliest, latest = check_run(bench, case)
    assert latest - earliest <= max(
        2, 65_000_000 // bench.hal.driver.tick_hz
    )  # firmware/motion/timeline.py


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("board", BURSTS)
def test_where_a_burst_starts_half_a_ms_late_no_pulse_is_later_than_twice_that_in_the_end(
    board, case
):
    bench = BOARDS[board](0)
    bench.before_each_burst(lambda: bench.chip.busy(bench.chip.ms(1) // 2))
    run_pump(bench, case)
    earliest, latest = check_run(bench, case)
    assert -EARLY_US[bench.generator[1]] <= earliest <= latest <= 1000


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("board", BURSTS)
def test_with_a_cpu_that_is_away_for_50_ms_again_and_again_no_step_is_lost_and_none_later_than_that(
    board, case
):
    bench = BOARDS[board](0)
    run_pump(bench, case, garbage_ms=50)
    earliest, latest = check_run(bench, case)
    assert -EARLY_US[bench.generator[1]] <= earliest <= latest <= 51_000


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_turn_of_the_rmts_loop_takes_beside_its_levels_does_not_add_up(case):
    bench = BOARDS["esp32_s3_devkitc"](0)
    bench.loaded["hal.esp32_pulses"].RMT.turn_ticks = (
        bench.chip.hz // 1_000_000
    )  # a whole tick of the RMT
    run_pump(bench, case)
    earliest, latest = check_run(bench, case)
    assert -EARLY_US["RmtPulses"] <= earliest <= latest <= 2 * 256
