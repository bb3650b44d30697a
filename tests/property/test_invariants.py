"""Random treatment of the whole pump, commands, stalls and hangs, near its caps and its residual:
what must never be, never is.

CPython only. The seeds are fixed, so that a failure comes again; `make fuzz-properties` moves on
from there.
"""

import os
import random

import pytest

from firmware import events
from firmware.guard.gate import Limits
from tests.rigs.pump import HOUR_MS, ML, MONDAY_S, PL_PER_STEP, UL, Bench

RESIDUAL_PL = 500 * UL
NG_PER_1000_STEPS = PL_PER_STEP * 2  # at 2 mg/mL


def program(chance):
    if chance.random() < 0.5:
        return {
            "mode": "continuous",
            "rate_pl_per_day": chance.choice(
                [0, 1, 5 * UL, 20 * UL, 150 * UL, 500 * UL, 3 * ML, 24 * ML]
            ),
        }
    steps = [
        [hour * 3600 + chance.randrange(3600), chance.choice([0, 100 * UL, 500 * UL, 2 * ML])]
        for hour in range(0, 24, 3)
    ]
    return {"mode": "flex", "safe_rate_pl_per_day": 10 * UL, "steps": steps}


def made_bench(chance):
    limits = {
        "max_dose_1h_ng": chance.choice([None, chance.randrange(2000, 200_000)]),
        "max_dose_24h_ng": chance.choice([None, chance.randrange(20_000, 2_000_000)]),
        "min_rate_pl_per_day": chance.choice([0, 6 * UL, 100 * UL]),
        "bolus_lockout_s": chance.choice([0, 600]),
        "blind_pl": chance.choice([UL, UL // 10, 20 * UL]),
    }
    fill_pl = chance.choice([20 * ML, 510 * UL, 600 * UL, 2100 * UL])
    return Bench(
        program=program(chance),
        limits=limits,
        reservoir={"fill_pl": fill_pl, "low_pl": RESIDUAL_PL, "residual_pl": RESIDUAL_PL},
    )


def do_something(bench, chance):
    what = chance.random()
    if what < 0.25:
        volume_pl, duration_ms = (
            chance.randrange(1, 60 * UL),
            chance.choice([1000, 60_000, 600_000, 2 * HOUR_MS, 5 * HOUR_MS]),
        )
        bench.send("bolus", volume_pl=volume_pl, duration_ms=duration_ms)
    elif what < 0.3:
        bench.send("stop")
    elif what < 0.45:
        bench.send("start")
    elif what < 0.5:
        bench.send("set_program", program=program(chance))
    elif what < 0.55:
        bench.fault("stall", lasts_ms=chance.randrange(1, 20 * 60_000))
    elif what < 0.6:
        bench.hang(chance.randrange(1, 8000))
    elif what < 0.62:
        bench.fault("clock_lost")
    elif what < 0.66:
        bench.send("set_clock", wall_s=MONDAY_S + chance.randrange(10**6), confirm_jump=1)


def check_books(bench, limits):
    status = bench.status()
    check_boluses(bench)
    assert sum(status["by_source"].values()) == status["emitted_steps"] == bench.emitted()
    assert min(status["by_source"].values()) >= 0
    assert status["booked_steps"] >= status["emitted_steps"] + status["missed_steps"]
    assert status["residual_pl"] >= RESIDUAL_PL
    assert status["state"] != "FAULT", bench.events("STATE", "ALARM_RAISED")
    for window, cap in (
        ("dose_1h_ng", limits.max_dose_1h_ng),
        ("dose_24h_ng", limits.max_dose_24h_ng),
    ):
        assert cap is None or status[window] <= cap, (window, status[window], cap)


def check_boluses(bench):
    """A bolus that was accepted is given whole, unless the run it belongs to ends: no cap cuts it
    off.
    """
    told = bench.far_end.events
    for event, next_event in zip(told, told[1:]):
        assert (
            event.code != events.BOLUS_ENDED or event.c == 1 or next_event.code == events.RUN_END
        ), event


def check_pulses(emitted, window_ms, cap):
    """Of no window more than the cap has left the pin, whatever the books say."""
    first = 0
    for at_ms, steps in emitted:
        while emitted[first][0] < at_ms - window_ms:
            first += 1
        assert (steps - emitted[first][1]) * NG_PER_1000_STEPS <= cap * 1000, (at_ms, cap)


def walk(seed):
    chance = random.Random(seed)
    bench = made_bench(chance)
    limits = Limits(bench.config["limits"], bench.config["drug"]["conc_ng_per_ml"])
    emitted = []
    for _ in range(60):
        do_something(bench, chance)
        for _ in range(chance.randrange(1, 40)):
            bench.run_for(ms=chance.choice([777, 60_000, 60_000, 180_000]))
            emitted.append((bench.now_ms(), bench.emitted()))
        check_books(bench, limits)
    for window_ms, cap in (
        (HOUR_MS, limits.max_dose_1h_ng),
        (24 * HOUR_MS, limits.max_dose_24h_ng),
    ):
        if cap is not None:
            check_pulses(emitted, window_ms, cap)


FIRST_SEED = int(os.environ.get("FUZZ_SEED", "0"))


@pytest.mark.parametrize("seeds", range(FIRST_SEED, FIRST_SEED + 60, 10))
def test_whatever_is_done_to_the_pump_its_books_add_up_and_no_cap_is_passed(seeds):
    for seed in range(seeds, seeds + 10):
        walk(seed)
