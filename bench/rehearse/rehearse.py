"""The whole bench without a bench: pump, balance, wire, driver, log and analysis, and its verdict
against the truth. CPython only.

    results = [rehearse(case, Path("build/bench/rehearsal/1"), 1, analyse) for case in CASES]
    judge(results)

The simulated pump is run by its own command in its own process, as a person would; only its
delivery file passes from it to here. The analysis works on the files of a rehearsal and does not
know the truth.
"""

import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench.rehearse import delivery_file
from bench.rehearse.cases import (
    GAIN_PCT,
    HOUR_S,
    MISHAPS,
    TUBE_SPREAD_MM,
    VESSEL_SPREAD_MM,
    AtS,
    Case,
    draw,
    half_widths,
)
from bench.rehearse.delivery_file import Delivery
from bench.rehearse.simulated_balance import SimBalance, World
from bench.rehearse.weighing import Mishap, weigh_simulated
from bench.rehearse.wire import SimWire
from bench.shared import measured_quantities
from bench.shared.errors import BenchError

SCENARIOS = Path(__file__).parent / "scenarios"
BLANK_S, BLANK_EVERY_S = 2 * HOUR_S, 5.0
TURN_S, RIPPLE = 20.0, 0.3  # of a flow without a pump: much as a peristaltic head's
FAR_OFF = 2.5  # times the stated 95 % uncertainty: for a normal error once in a million
IMPROBABLE = 0.001
OUTSIDE = 0.05  # how often an honest interval misses the truth
WRONG = 0.025  # how often a guard-banded verdict is wrong

# (path of the log, path of the setup, folder for the output) -> (results, what it prints)
Analyse = Callable[[Path, Path, str], tuple[dict[str, Any], str]]


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
    def inside(self) -> bool:
        """Whether the interval holds the truth."""
        return abs(self.found_pct - self.true_pct) <= self.expanded_pct

    @property
    def far_off(self) -> bool:
        """Whether the error is beyond what chance explains."""
        return abs(self.found_pct - self.true_pct) > FAR_OFF * self.expanded_pct

    @property
    def wrong(self) -> bool:
        """Whether a pass should be a fail, or a fail a pass; `undecided` is never wrong."""
        good = abs(self.true_pct) <= self.case.limit_pct
        return (self.verdict == "pass" and not good) or (self.verdict == "fail" and good)


def rehearse(case: Case, out_dir: Path, seed: int, analyse: Analyse) -> Rehearsed:
    """Run one case into `out_dir`. The same seed gives the same.

    Raises BenchError if the simulated pump fails or `analyse` refuses its input.
    """
    out_dir = out_dir.resolve()  # the simulated pump is run in the folder of the project
    out_dir.mkdir(parents=True, exist_ok=True)
    chance = Random(f"{seed} {case.name} {case.protocol}")
    delivered = _delivery(case, out_dir, chance)
    world = draw(case.stated, half_widths(case.stated, case.evaporation_pct), chance)
    log = weigh_simulated(
        out_dir,
        case.protocol,
        world,
        delivered,
        for_s=case.for_s,
        every_s=case.every_s,
        seed=chance.random(),
        mishap=_mishap(case, chance),
    )
    if case.blanks:
        for name in ("blank_before", "blank_after"):
            _weigh_blank(case, out_dir / name, world, chance)
    (out_dir / "setup.toml").write_text(setup_text(case), encoding="utf-8")
    results = _analyse(log, out_dir, analyse)
    return Rehearsed(
        case=case,
        true_pct=_true_pct(case, delivered),
        found_pct=results["flow_error_pct"],
        expanded_pct=results["expanded_uncertainty_pct"],
        verdict=results["verdict"],
        masses=log.read_text(encoding="ascii").count("\n") - 1,
    )


def _weigh_blank(case: Case, out_dir: Path, world: World, chance: Random) -> None:
    weigh_simulated(
        out_dir,
        case.protocol,
        world,
        delivery_file.even(0.0, BLANK_S),
        for_s=BLANK_S,
        every_s=BLANK_EVERY_S,
        seed=chance.random(),
    )


def _true_pct(case: Case, delivered: Delivery) -> float:
    """The true flow error over the evaluated span, in percent of the set rate."""
    lasts_s = case.for_s - case.left_out_s
    true_ul_per_min = delivered.between_ul(case.left_out_s, case.for_s) / lasts_s * 60
    return 100 * (true_ul_per_min / measured_quantities.flow_ul_per_min(case.rate) - 1)


def _mishap(case: Case, chance: Random) -> Mishap | None:
    """The mishap of a case, somewhat later than the case says, so that it meets the pump in any
    position; None if it has none.
    """
    if case.mishap is None:
        return None
    arrange = MISHAPS[case.mishap]
    later_s = chance.uniform(0, 2 * TURN_S)

    def later(wire: SimWire, pan: SimBalance, at_s: AtS) -> None:
        arrange(case, wire, pan, lambda t: at_s(t + later_s))

    return later


def _delivery(case: Case, out_dir: Path, chance: Random) -> Delivery:
    if case.scenario is None:
        gain = 1 + chance.uniform(-GAIN_PCT, GAIN_PCT) / 100
        flow = measured_quantities.flow_ul_per_min(case.rate) * gain
        made = delivery_file.even(flow, case.for_s, TURN_S, RIPPLE)
        delivery_file.write(made, out_dir / "delivery.csv")
        return made
    pump, scenario = out_dir / "pump", str(SCENARIOS / f"{case.scenario}.toml")
    command = [
        sys.executable, "-m", "host_sim", "run", scenario,
        "--delivery", "500 ms", "--no-report", "--out", str(pump),
        "--seed", str(chance.randrange(1000)),
    ]  # fmt: skip
    run = subprocess.run(command, cwd=SCENARIOS.parents[2], capture_output=True, text=True)
    if run.returncode != 0:
        said = run.stderr.strip() or run.stdout.strip()
        fault = f"the simulated pump ended with status {run.returncode}"
        raise BenchError(f"{scenario}: {fault}: {said}")
    return delivery_file.read(pump / "delivery.csv")


def _analyse(log: Path, out_dir: Path, analyse: Analyse) -> dict[str, Any]:
    """What `analyse` finds in the files; what it prints is kept in analyse.txt."""
    try:
        results, said = analyse(log, out_dir / "setup.toml", str(out_dir / "analysis"))
    except BenchError as error:
        raise BenchError([f"{out_dir}: the analysis refused its input", *error.problems]) from error
    (out_dir / "analyse.txt").write_text(said + "\n", encoding="utf-8")
    return results


def setup_text(case: Case) -> str:
    """The text of SETUP.toml for a case."""
    stated = case.stated
    lines = [
        f'name = "{case.name}"',
        f'set_rate = "{case.rate}"',
        f'method = "{case.method}"',
        "[sampling]",
        f'interval = "{case.interval_s:g} s"',
        f'stabilisation = "{case.left_out_s:g} s"',
        "[balance]",
        f'readability = "{stated.readability_mg:g} mg"',
        f'repeatability = "{stated.noise_mg:g} mg"',
        f'linearity = "{stated.linearity_mg:g} mg"',
        f'drift = "{stated.drift_mg_per_h:g} mg/h"',
        "[environment]",
        f'water = "{stated.water_c:g} degC"',
        f'air = "{stated.air_c:g} degC"',
        f'pressure = "{stated.pressure_hpa:g} hPa"',
        f'humidity = "{stated.humidity_pct:g} %"',
        *_evaporation_lines(case),
    ]
    if stated.tube_mm:
        lines += [
            "[immersion]",
            f'tube_outer_diameter = "{stated.tube_mm:g} mm"',
            f'vessel_inner_diameter = "{stated.vessel_mm:g} mm"',
            f'tube_uncertainty = "{TUBE_SPREAD_MM:g} mm"',
            f'vessel_uncertainty = "{VESSEL_SPREAD_MM:g} mm"',
        ]
    if stated.drop_ul:
        lines += ["[outlet]", f'hanging_drop = "{stated.drop_ul:g} mg"']
    return "\n".join([*lines, "[limits]", f'flow_error = "{case.limit_pct:g} %"']) + "\n"


def _evaporation_lines(case: Case) -> list[str]:
    if case.blanks:
        blanks = [f'{name} = "{name}/run.csv"' for name in ("blank_before", "blank_after")]
        return ["[evaporation]", *blanks]
    return [
        "[evaporation]",
        f'rate = "{case.stated.evaporation_mg_per_min:g} mg/min"',
        f'uncertainty = "{case.evaporation_pct:g} %"',
    ]


def judge(results: Sequence[Rehearsed]) -> list[str]:
    """What is more than chance allows, as sentences; an empty list if nothing is."""
    n = len(results)
    faults = [
        f"{one.case.name}, {one.case.protocol}: off by more than {FAR_OFF:g} times the stated "
        "uncertainty"
        for one in results
        if one.far_off
    ]
    for count, share, what in (
        (sum(not one.inside for one in results), OUTSIDE, "intervals miss the truth"),
        (sum(one.wrong for one in results), WRONG, "verdicts are wrong"),
    ):
        chance = at_least(count, n, share)
        if chance < IMPROBABLE:
            once = f"by chance that happens once in {1 / chance:.3g} rehearsals"
            faults.append(f"{count} of {n} {what}: {once}")
    return faults


def at_least(count: int, n: int, share: float) -> float:
    """The chance of `count` or more out of n when each comes with that share; binomial."""
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(count, n + 1))
