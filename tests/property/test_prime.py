"""S9: how many steps a prime takes, for random lines, heads and rates, against an oracle that
counts exact volumes from the tip. It shares no code with the firmware.
"""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as some

from tests.rigs.pump import UL, Bench

HIGH, LOW = 2_000_000, 500_000
WATER = (0, None)  # what a person may state that it holds no drug
HELD = some.sampled_from([0, None, HIGH, LOW])
ASKED = some.tuples(some.integers(0, 1), some.integers(0, 1))
# ((in the tubing, in the catheter), (tubing, catheter)) that may be primed
GOOD = (
    ((0, 0), (1, 1)),
    ((0, 0), (1, 0)),
    ((HIGH, 0), (0, 1)),
    ((LOW, 0), (0, 1)),
    ((None, None), (1, 1)),
    ((HIGH, None), (0, 1)),
)
HEADS = ((10 * UL, 3200), (10_300_001, 3217), (4 * UL, 12_800), (999_983, 200))


class Oracle:
    """parts: [(pL, ng/mL)] from the tip to the pump as stated at power-up."""

    def __init__(self, parts, head):
        self.parts = parts
        self.step_pl = Fraction(*head)

    def content(self, steps):
        """The same after so many steps of HIGH."""
        gone, left = steps * self.step_pl, []
        for pl, conc in [*self.parts, (gone, HIGH)]:
            passed = min(gone, pl)
            gone -= passed
            if pl > passed:
                left.append((pl - passed, conc))
        return left

    def steps_of(self, steps, tubing, catheter):
        """Whole steps of a prime that is asked for after so many; 0: it must be refused."""
        content = self.content(steps)
        front = sum_until_drug(content)
        catheter_pl = self.parts[0][0]
        if front is None or front == 0 or not (tubing or catheter):
            return 0
        in_tubing = front - catheter_pl
        if (tubing and in_tubing <= 0) or (catheter and not tubing and in_tubing > 0):
            return 0
        missing = front if catheter else in_tubing
        in_all = steps * self.step_pl + missing
        return in_all // self.step_pl - steps


def sum_until_drug(content):
    """pL ahead of the first drug, None if there is none."""
    ahead = 0
    for pl, conc in content:
        if conc not in WATER:
            return ahead
        ahead += pl
    return ahead


def made(tubing_pl, catheter_pl, holds, head, tolerance_ppt, rate):
    return Bench(
        program={"mode": "continuous", "dose_ng_per_day": 300_000},
        drug={"conc_ng_per_ml": HIGH},
        head={"pl_per_rev": head[0], "steps_per_rev": head[1]},
        line={
            "tubing_pl": tubing_pl,
            "catheter_pl": catheter_pl,
            "tolerance_ppt": tolerance_ppt,
            "holds_tubing_ng_per_ml": holds[0],
            "holds_catheter_ng_per_ml": holds[1],
        },
        limits={
            "max_rate_pl_per_day": rate,
            "program_max_rate_pl_per_day": rate,
            "max_prime_ng": 10**12,
            "max_dose_1h_ng": 40_000,
            "max_dose_24h_ng": 400_000,
        },
        start=False,
    )


def ask(bench, tubing, catheter):
    """The steps of the prime that begins, 0 if it is refused for what the line holds."""
    asked = {"tubing": tubing, "catheter": catheter}
    shown = bench.send("prime", **asked)
    if shown["error"] == "NOT_NOW":
        return 0
    reply = bench.ok("prime", counted_ng=shown["consequence_ng"], **asked)
    return reply["steps"]


# trace: S9.2
@settings(max_examples=100, deadline=None)
@given(
    some.integers(UL // 200, 30 * UL),
    some.integers(UL // 200, 30 * UL),
    some.one_of(some.sampled_from(GOOD), some.tuples(some.tuples(HELD, HELD), ASKED)),
    some.sampled_from(HEADS),
    some.sampled_from([0, 0, 100]),
    some.integers(10**9, 24 * 10**9),
    some.sampled_from([0, 1, 100_000, 4_000_000, 12_000_000]),
    some.integers(1, 999),
    some.sampled_from(["stop", "cut", "run"]),
)
def test_a_prime_ends_on_the_step_with_which_nothing_more_is_missing(
    tubing_pl, catheter_pl, holds_and_asked, head, tolerance_ppt, rate, before_ms, share, end
):
    holds, asked = holds_and_asked
    bench = made(tubing_pl, catheter_pl, holds, head, tolerance_ppt, rate)
    oracle = Oracle([(catheter_pl, holds[1]), (tubing_pl, holds[0])], head)
    if before_ms:
        bench.ok("start")
        bench.run_for(ms=before_ms)
    steps = ask(bench, *asked)
    begun = bench.emitted()
    assert steps == oracle.steps_of(begun, *asked)
    if not steps:
        return
    left_ms = bench.pump.demand.overlays.running.end_ms - bench.now_ms()
    if end == "run":
        bench.run_for(ms=left_ms + 1)
        assert bench.status()["by_source"]["prime"] == steps
        assert bench.emitted() - begun in (steps, steps + 1)  # one that the basal still owed
        assert bench.status()["primed_24h_ng"] <= steps * oracle.step_pl * HIGH / 10**9 + 1
        bench.run_for(hours=1)
        assert bench.status()["by_source"]["prime"] == steps and bench.state() == "INFUSING"
        return
    bench.run_for(ms=max(1, left_ms * share // 1000))
    bench.ok("stop")
    first = bench.status()["by_source"]["prime"]
    assert first <= steps
    if end == "cut":
        bench = bench.restart()
    bench.start_again()
    bench.run_for(s=1)
    assert bench.status()["by_source"]["prime"] == first  # it never goes on by itself
    if first == steps:
        return
    in_all = bench.status()["emitted_steps"]
    asked = (int(oracle.steps_of(in_all, 1, 1) > 0), 1) if asked[1] else asked
    again = oracle.steps_of(in_all, *asked)
    assert ask(bench, *asked) == again
    bench.run_for(hours=2)  # 60 uL at 1 mL/d are over in 1.5 h
    assert bench.status()["by_source"]["prime"] == first + again
