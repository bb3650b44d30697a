"""The whole bench without a bench: pump, balance, wire, driver, log, analysis, and the verdict
beside the truth.

    results = [rehearse(case, Path("build/bench/rehearsal/1"), 1, analyse) for case in CASES]
    judge(results)

A simulated pump is run by its own command in its own process, as a person would; all that passes
from it to here is its delivery file. The analysis is `bench analyse` on the files, and is not told
the truth.
"""

import math
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.rehearse import delivery_file
from bench.rehearse.cases import (
    BEFALL,
    GAIN_PCT,
    HOUR_S,
    TUBE_SPREAD_MM,
    VESSEL_SPREAD_MM,
    Case,
    draw,
)
from bench.rehearse.weighing import weigh_simulated
from bench.shared import measured_quantities
from bench.shared.errors import BenchError

SCENARIOS = Path(__file__).parent / "scenarios"
BLANK_S, BLANK_EVERY_S = 2 * HOUR_S, 5.0
TURN_S, RIPPLE = 20.0, 0.3  # of a flow without a pump: much as a peristaltic head's
FAR_OFF = 2.5  # times the stated 95 % uncertainty: for a normal error once in a million
IMPROBABLE = 0.001
OUTSIDE, WRONG = (
    0.05,
    0.025,
)  # how often an honest interval misses the truth, and a guard-banded verdict is wrong


@dataclass(frozen=True)
class Rehearsed:
    """Flow errors in percent of the set rate: the true one over the evaluated span, and what was
    found with its uncertainty.
    """

    case: Case
    true_pct: float
    found_pct: float
    expanded_pct: float
    verdict: str
    masses: int

    @property
    def inside(self):
        return abs(self.found_pct - self.true_pct) <= self.expanded_pct

    @property
    def far_off(self):
        return abs(self.found_pct - self.true_pct) > FAR_OFF * self.expanded_pct

    @property
    def wrong(self):
        """A pass that should not be, or a fail; `undecided` is never wrong."""
        good = abs(self.true_pct) <= self.case.limit_pct
        return (self.verdict == "pass" and not good) or (self.verdict == "fail" and good)


def rehearse(case, out_dir, seed, analyse):
    """Run one case into `out_dir`. The same seed gives the same.

    analyse(log_path, setup_path, out_dir): returns (results, what it prints), raises BenchError
    """
    out_dir = out_dir.resolve()  # the simulated pump is run in the folder of the project
    out_dir.mkdir(parents=True, exist_ok=True)
    chance = random.Random(f"{seed} {case.name} {case.protocol}")
    delivered = _delivery(case, out_dir, chance)
    world = draw(case.stated, case.evaporation_pct, chance)
    log = weigh_simulated(
        out_dir,
        case.protocol,
        world,
        delivered,
        case.for_s,
        case.every_s,
        chance.random(),
        _mishap(case, chance),
    )
    if case.blanks:
        nothing = delivery_file.even(0.0, BLANK_S)
        for name in ("blank_before", "blank_after"):
            weigh_simulated(
                out_dir / name,
                case.protocol,
                world,
                nothing,
                BLANK_S,
                BLANK_EVERY_S,
                chance.random(),
            )
    (out_dir / "setup.toml").write_text(setup_text(case), encoding="utf-8")
    found = _analyse(log, out_dir, analyse)
    set_ul_per_min = measured_quantities.flow_ul_per_min(case.rate)
    true_ul_per_min = (
        delivered.between_ul(case.left_out_s, case.for_s) / (case.for_s - case.left_out_s) * 60
    )
    masses = log.read_text(encoding="ascii").count("\n") - 1
    error_pct = 100 * (true_ul_per_min / set_ul_per_min - 1)
    return Rehearsed(
        case,
        error_pct,
        found["flow_error_pct"],
        found["expanded_uncertainty_pct"],
        found["verdict"],
        masses,
    )


def _mishap(case, chance):
    """What befalls the weighing, somewhat later than the case says, so that it meets the pump in
    any position; None for nothing.
    """
    if case.befall is None:
        return None
    later_s = chance.uniform(0, 2 * TURN_S)
    return lambda wire, pan, at_s: BEFALL[case.befall](case, wire, pan, lambda t: at_s(t + later_s))


def _delivery(case, out_dir, chance):
    if case.scenario is None:
        flow = measured_quantities.flow_ul_per_min(case.rate) * (
            1 + chance.uniform(-GAIN_PCT, GAIN_PCT) / 100
        )
        made = delivery_file.even(flow, case.for_s, TURN_S, RIPPLE)
        delivery_file.write(made, out_dir / "delivery.csv")
        return made
    pump = out_dir / "pump"
    scenario = str(SCENARIOS / f"{case.scenario}.toml")
    command = [
        sys.executable,
        "-m",
        "host_sim",
        "run",
        scenario,
        "--delivery",
        "500 ms",
        "--no-report",
        "--out",
        str(pump),
    ]
    command += ["--seed", str(chance.randrange(1000))]
    run = subprocess.run(command, cwd=SCENARIOS.parents[2], capture_output=True, text=True)
    if run.returncode != 0:
        raise BenchError(
            f"{scenario}: the simulated pump ended with status {run.returncode}: {run.stderr.strip() or run.stdout.strip()}"
        )
    return delivery_file.read(pump / "delivery.csv")


def _analyse(log, out_dir, analyse):
    """What `analyse` finds in the files; what it prints is kept in analyse.txt."""
    try:
        found, said = analyse(log, out_dir / "setup.toml", str(out_dir / "analysis"))
    except BenchError as error:
        raise BenchError([f"{out_dir}: the analysis refused its input", *error.problems]) from error
    (out_dir / "analyse.txt").write_text(said + "\n", encoding="utf-8")
    return found


def setup_text(case):
    """SETUP.toml for a case: what its person would state."""
    stated = case.stated
    lines = [
        f'name = "{case.name}"', f'set_rate = "{case.rate}"', f'method = "{case.method}"',
        "[sampling]", f'interval = "{case.interval_s:g} s"', f'stabilisation = "{case.left_out_s:g} s"',
        "[balance]", f'readability = "{stated.readability_mg:g} mg"', f'repeatability = "{stated.noise_mg:g} mg"',
        f'linearity = "{stated.linearity_mg:g} mg"', f'drift = "{stated.drift_mg_per_h:g} mg/h"',
        "[environment]", f'water = "{stated.water_c:g} degC"', f'air = "{stated.air_c:g} degC"',
        f'pressure = "{stated.pressure_hpa:g} hPa"', f'humidity = "{stated.humidity_pct:g} %"',
        "[evaporation]",
    ]  # fmt: skip
    if case.blanks:
        lines += ['blank_before = "blank_before/run.csv"', 'blank_after = "blank_after/run.csv"']
    else:
        lines += [
            f'rate = "{stated.evaporation_mg_per_min:g} mg/min"',
            f'uncertainty = "{case.evaporation_pct:g} %"',
        ]
    if stated.tube_mm:
        lines += [
            "[immersion]",
            f'tube_outer_diameter = "{stated.tube_mm:g} mm"',
            f'vessel_inner_diameter = "{stated.vessel_mm:g} mm"',
        ]
        lines += [
            f'tube_uncertainty = "{TUBE_SPREAD_MM:g} mm"',
            f'vessel_uncertainty = "{VESSEL_SPREAD_MM:g} mm"',
        ]
    if stated.drop_ul:
        lines += ["[outlet]", f'hanging_drop = "{stated.drop_ul:g} mg"']
    return "\n".join([*lines, "[limits]", f'flow_error = "{case.limit_pct:g} %"']) + "\n"


def judge(results):
    """What is more than chance allows, as sentences; an empty list if nothing is."""
    n = len(results)
    outside, wrong = sum(not one.inside for one in results), sum(one.wrong for one in results)
    found = [
        f"{one.case.name}, {one.case.protocol}: off by more than {FAR_OFF:g} times the stated uncertainty"
        for one in results
        if one.far_off
    ]
    for count, share, what in (
        (outside, OUTSIDE, "intervals miss the truth"),
        (wrong, WRONG, "verdicts are wrong"),
    ):
        chance = at_least(count, n, share)
        if chance < IMPROBABLE:
            found.append(
                f"{count} of {n} {what}: by chance that happens once in {1 / chance:.3g} rehearsals"
            )
    return found


def at_least(count, n, share):
    """The chance of `count` or more out of n when each comes with that share; binomial."""
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(count, n + 1))
