"""A pump with a line that is to be primed: a tubing of 140 uL, a catheter of 132 uL, 24 mL/day. On
CPython and MicroPython.
"""

from tests.rigs.pump import UL, Bench

LOW, HIGH = 500_000, 2_000_000  # ng/mL
DOSE = 300_000  # ng/day
DAY_MS = 86_400_000
TUBING, CATHETER = 140 * UL, 132 * UL
CAPS = {"max_dose_1h_ng": 40_000, "max_dose_24h_ng": 400_000, "max_prime_ng": 300_000}


def made(tubing=0, catheter=0, conc=HIGH, start=True, tolerance_ppt=0, **changes):
    limits = dict(CAPS, **changes.pop("limits", {}))
    line = {
        "tubing_pl": TUBING,
        "catheter_pl": CATHETER,
        "tolerance_ppt": tolerance_ppt,
        "holds_tubing_ng_per_ml": tubing,
        "holds_catheter_ng_per_ml": catheter,
    }
    return Bench(
        program={"mode": "continuous", "dose_ng_per_day": DOSE},
        drug={"conc_ng_per_ml": conc},
        line=line,
        limits=limits,
        start=start,
        **changes,
    )


def ask(bench, tubing, catheter):
    """The reply to a prime that nobody has confirmed."""
    return bench.send("prime", tubing=tubing, catheter=catheter)


def prime(bench, tubing, catheter):
    """The prime is confirmed with what it counts."""
    shown = ask(bench, tubing, catheter)
    assert shown["error"] == "BAD_FIELD", shown
    return bench.ok("prime", tubing=tubing, catheter=catheter, counted_ng=shown["consequence_ng"])


def given(bench):
    return bench.status()["by_source"]["prime"]


def flushed(bench):
    """The catheter of a pump with old drug was flushed, and it was refilled with another."""
    bench.ok("stop")
    bench.ok("catheter_flushed", aspirated_pl=CATHETER, injected_pl=CATHETER, with_ng_per_ml=0)
    bench.ok(
        "refill",
        withdrawn_pl=19_000 * UL,
        fill_pl=18_000 * UL,
        conc_ng_per_ml=HIGH,
        bridge_ng_per_day=DOSE,
    )
