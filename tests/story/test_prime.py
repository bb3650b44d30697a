"""Stories of S9, the prime: fast, by volume, never more than is missing. The golden cases of the
formula: a tubing of 140 uL, a catheter of 132 uL, 24 mL/day, 500 or 2000 ug/mL.
"""

from firmware.guard import gate
from firmware.therapy import bridge
from tests.rigs.pump import UL, Bench, at_any_tick

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
    return bench.ok(
        "prime", tubing=tubing, catheter=catheter, counted_ng=shown["consequence_ng"]
    )


def given(bench):
    return bench.status()["by_source"]["prime"]


def golden(conc, tubing, holds, volume_pl, lasts_ms, counted_ng):
    bench = made(tubing=holds, conc=conc, start=False)
    shown = ask(bench, tubing, 1)
    assert (shown["volume_pl"], shown["lasts_ms"]) == (volume_pl, lasts_ms)
    assert shown["consequence_ng"] == counted_ng
    begun_ms = bench.now_ms()
    prime(bench, tubing, 1)
    assert bench.state() == "INFUSING"
    bench.run_for(ms=lasts_ms - 1)
    steps = volume_pl // 3125
    assert bench.emitted() == given(bench) == steps - 1
    bench.run_for(ms=1)
    assert bench.emitted() == given(bench) == steps
    (ended,) = bench.events("PRIME_ENDED")
    assert (ended.at_ms, ended.a, ended.b, ended.c) == (begun_ms + lasts_ms, steps, steps, 1)
    status = bench.status()
    assert status["tip_ng"] == 0 and status["line"] == [[272 * UL, conc]]
    assert status["counted_ng"] == status["primed_24h_ng"] == counted_ng
    bench.run_for(ms=DAY_MS)
    status = bench.status()
    assert status["tip_ng"] == DOSE and status["counted_ng"] == DOSE + counted_ng
    assert given(bench) == steps and bench.alarms() == []


@at_any_tick
def test_a_new_pump_and_catheter_take_272_ul_in_979_s_of_which_half_count():
    golden(LOW, 1, 0, 272 * UL, 979_200, 68_000)
    golden(HIGH, 1, 0, 272 * UL, 979_200, 272_000)


@at_any_tick
def test_after_a_back_table_prime_the_catheter_alone_takes_132_ul_in_475_s():
    golden(LOW, 0, LOW, 132 * UL, 475_200, 33_000)
    golden(HIGH, 0, HIGH, 132 * UL, 475_200, 132_000)
