"""How far pulses are from their exact instants on the driver's timeline, as a table. CPython only;
`make perf` runs it.

    python -m tests.tools.pulse_error

At each rate the real pump runs on the simulated hardware with a tap on its pulses; the exact
instants are reckoned in fractions from the rate alone. Ends with status 1 if a pulse is missing,
late, or more than 2 us early.
"""

import sys
from fractions import Fraction

from host_sim.machine.step_driver import pulse_ticks
from tests.rigs.recorded_pump import DAY_MS, BenchPump, made_pump_config

TARGET_US = 2
HZ = (
    Fraction(1, 60),
    Fraction(185, 100),
    Fraction(7, 3),
    Fraction(8889, 100),
    Fraction(333),
    Fraction(999),
    Fraction(1000),
)
PULSES = 30_000  # at least 20 stretches at 1 kHz
LONGEST_MS = 2 * 3_600_000
PL_PER_REV, STEPS_PER_REV = 10_000_000, 3200


def measure(hz):
    """(pulses, seams between stretches, largest error in us, pulses late) of a run at constant
    rate.
    """
    rate = int(hz * 86_400 * PL_PER_REV // STEPS_PER_REV)
    config = made_pump_config(
        limits={
            "max_rate_pl_per_day": rate,
            "program_max_rate_pl_per_day": rate,
            "min_rate_pl_per_day": 1,
        },
        program={"mode": "continuous", "rate_pl_per_day": rate},
    )
    duration_ms = min(LONGEST_MS, int(PULSES * 1000 / hz))
    bench = BenchPump(config, [(0, {"do": "start"})], duration_ms, tap=True).run()
    per_us = Fraction(bench.hal.driver.tick_hz, 1_000_000)
    interval = Fraction(PL_PER_REV * DAY_MS * 1000, rate * STEPS_PER_REV) * per_us  # in ticks
    error, late, pulses = Fraction(0), 0, 0
    for number, tick in enumerate(
        pulse_ticks(bench.tap, 0, int(duration_ms * 1000 * per_us) + 1), start=1
    ):
        early = number * interval - tick
        error = max(error, abs(early))
        late += early < 0
        pulses = number
    due = int(duration_ms * 1000 * per_us // interval)
    return pulses, due, len(bench.looks), error / per_us, late


def main():
    print("asked      pulses    exact     passes   largest error   late")
    good = True
    for hz in HZ:
        pulses, due, passes, error_us, late = measure(hz)
        met = pulses == due and not late and error_us <= TARGET_US
        good = good and met
        print(
            f"{float(hz):<8.4g}Hz {pulses:>8,} {due:>8,} {passes:>8,} "
            f"{float(error_us):>12.3f} us {late:>6}{'' if met else '   MISSED'}"
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
