"""A pump that is reset again and again: a thousand power-ups of five seconds, each with a start.

The time behind its last record a pump forgets, so that its hour holds more than 720 of them.
"""

import io

from firmware.books.windows import AHEAD_MS
from host_sim.machine.sim_flash import SimFlash
from tests.cuts.bounds import dose_ng
from tests.rigs.pump import MONDAY_S, UL, Bench

POWER_UPS, LASTS_MS = 1000, 5000
SECTORS = 32  # as on a board
RATE = 24_000 * UL
BLIND_STEPS = 320
MOST_BOOKED_STEPS = 3 * (BLIND_STEPS + 2)  # too much, by one cut (decision 0130)
HOUR_MS = 3_600_000
# What is booked too much would fill the monitor's own volumes (decision 0084).
LIMITS = {"max_dose_1h_ng": 10**9, "monitor_1h_pl": 10**12, "monitor_24h_pl": 10**13}


def test_a_thousand_power_ups_of_5_s_count_no_more_than_their_bound_and_wear_the_flash_evenly():
    flash = SimFlash(io.BytesIO(), SECTORS)
    bench = Bench(RATE, flash=flash, start=False, limits=LIMITS)
    left, ends_ms = [], []  # steps of each power-up, and its end by the pump's own time
    for _ in range(POWER_UPS):
        bench.ok("set_clock", wall_s=MONDAY_S)
        bench.start_again()
        bench.run_for(ms=LASTS_MS)
        left.append(bench.emitted())
        bench = bench.restart()
        booked = bench.pump.books.ledger.emitted_steps
        assert sum(left) <= booked <= sum(left) + len(left) * MOST_BOOKED_STEPS
        ends_ms.append(bench.pump.memory._found.last_ms)
        hour_ng = bench.pump.books.windows.hour.total_ng(bench.now_ms())
        within = -(-HOUR_MS // LASTS_MS)
        assert hour_ng >= dose_ng(sum(left[-within:])) - 1
        since_ms = ends_ms[-1] - HOUR_MS - AHEAD_MS - 120_000
        counted = [steps for steps, end_ms in zip(left, ends_ms, strict=True) if end_ms > since_ms]
        assert hour_ng <= dose_ng(sum(counted) + len(counted) * MOST_BOOKED_STEPS) + 1
    assert min(left) > 400
    assert max(flash.erases_of) - min(flash.erases_of) <= 1
    assert sum(flash.erases_of) <= 1.1 * POWER_UPS
