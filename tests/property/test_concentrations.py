"""S1: no concentration change alters a prescribed ng.

A random life of refills with concentrations, programs, stops and power cuts. While no bridge is
left out the dose that leaves the tip in a run is the prescribed one, and each number of the program
stays as it was stated.
"""

from hypothesis import given, settings
from hypothesis import strategies as some

from tests.rigs.lined_pump import lined_pump
from tests.rigs.pump import ML, UL

CONCS = [250_000, 500_000, 1_000_000, 2_000_000]
DAY_MS = 86_400_000
PL_PER_ML = 10**9

lives = some.lists(
    some.one_of(
        some.tuples(some.just("refill"), some.sampled_from(CONCS)),
        some.tuples(some.just("program"), some.integers(100_000, 400_000)),
        some.tuples(some.sampled_from(["pause", "cut"]), some.just(0)),
        some.tuples(some.just("run"), some.integers(1, 40_000_000)),
    ),
    min_size=2,
    max_size=8,
)


# trace: S1.1, S1.2
@settings(max_examples=60, deadline=None)
@given(some.sampled_from(CONCS), some.integers(100_000, 400_000), lives, some.booleans())
def test_no_concentration_change_alters_a_prescribed_ng(conc, dose, life, with_line):
    path = 28 * UL if with_line else 0
    bench = lined_pump(conc, dose, path)
    at_tip = dose  # the dose that is to come out: a bridge holds the one of its refill
    for what, much in life:
        if what == "refill":
            reply = bench.send(
                "refill",
                withdrawn_pl=20 * ML,
                fill_pl=18 * ML,
                conc_ng_per_ml=much,
                **({} if much == conc else {"bridge_ng_per_day": 0}),
            )
            assert reply["ok"] == 1, reply
            conc, at_tip = much, at_tip if much == conc else dose
        elif what == "program":
            dose = much
            bench.ok("set_program", program={"mode": "continuous", "dose_ng_per_day": dose})
        elif what == "pause":
            bench.ok("stop")
            bench.ok("start")
        elif what == "cut":
            bench.ok("stop")  # nothing is in doubt
            bench = bench.restart()
            bench.start_again()
        else:
            before = bench.status()
            bench.run_for(ms=much)
            after = bench.status()
            held = before["bridge"] is not None and after["bridge"] is not None
            if held or (after["bridge"] is None and before["bridge"] is None):
                want = (at_tip if held else dose) * much / DAY_MS
                # What leaves is whole steps, at a rate in whole pL/day, at each end within one.
                slack = 3125 * max(CONCS) / PL_PER_ML + 1 + much * max(CONCS) / PL_PER_ML / DAY_MS
                assert abs(after["tip_ng"] - before["tip_ng"] - want) <= slack
        program = bench.pump.settings.config["program"]
        assert program == {"mode": "continuous", "dose_ng_per_day": dose}
        assert bench.pump.books.epoch.conc_ng_per_ml == conc
        rate = dose * PL_PER_ML // conc
        assert bench.pump.demand.program.rate_at(None) == (rate, None)
