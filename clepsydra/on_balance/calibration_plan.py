"""The runs of a calibration: at which rate, how many steps, in which order. CPython only.

    plan = plan_of(asked, base, config)
    plan.runs[0].rate, plan.runs[0].steps

Two sizes at each rate tell what every run has in addition to its steps, as a drop that falls; rates
and sizes come in an order that a trend over time does not look like.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from bench.calibrate.volume_per_rev import LEAST_RUNS
from bench.plan.weighing_times import mass_mg
from clepsydra.amounts import volume_text
from clepsydra.errors import BadInput
from clepsydra.on_balance.pump_limits import Stretch
from clepsydra.on_balance.rate_steps import Base, program_at
from clepsydra.prescription.outlook import Outlook
from host_sim.shared.quantities import format_volume

PL_PER_UL, S_PER_DAY = 10**6, 86_400
LEAST_TURNS = 10  # the flow of a part of a turn is not that of all of it
WEIGHED = 1000  # times what one reading is known by
SIZES = (1, 2)
PRIME_TURNS = 20


class AskedRuns(NamedTuple):
    """As typed. rates: empty for the pump's highest and half of it; turns: None for as many as the
    balance wants; prime_pl: None for the line and some turns
    """

    rates: tuple[str, ...]
    runs: int
    turns: int | None
    prime_pl: int | None


class PlannedRun(NamedTuple):
    rate: str
    meant: Outlook
    steps: int
    lasts_s: float


class CalibrationPlan(NamedTuple):
    """prime: pumped before the first run and not weighed, None without one; mg_per_step: as the
    pump believes by now
    """

    runs: list[PlannedRun]
    prime: PlannedRun | None
    pl_per_rev: int
    steps_per_rev: int
    mg_per_step: float

    def stretches(self, done: int) -> list[Stretch]:
        """Of what is still to be pumped behind so many runs: the prime, too."""
        every = [*([self.prime] if self.prime else []), *self.runs[done:]]
        return [Stretch(run.meant.rate_at(None)[0], run.lasts_s) for run in every]

    def volume_pl(self, steps: int) -> int:
        """As the pump believes by now."""
        return steps * self.pl_per_rev // self.steps_per_rev


def plan_of(asked: AskedRuns, base: Base, config: dict[str, Any]) -> CalibrationPlan:
    """BadInput."""
    head = config["head"]
    if config["syringe"]["diameter_um"]:
        raise BadInput(
            "the head is a syringe: its volume of a revolution follows from diameter and pitch; "
            "measure those, and store them: clepsydra config push; nothing was sent"
        )
    if asked.runs < LEAST_RUNS:
        raise BadInput(f"--count: {asked.runs}; allowed: {LEAST_RUNS} and more, better 10")
    rates = asked.rates or _usual_rates(config)
    mg_per_turn = mass_mg(base.setup, head["pl_per_rev"] / PL_PER_UL)
    per_rev = head["steps_per_rev"]
    plan = CalibrationPlan([], None, head["pl_per_rev"], per_rev, mg_per_turn / per_rev)
    turns = _turns(base, plan) if asked.turns is None else asked.turns
    if turns < 1:
        raise BadInput(f"--turns: {turns}; allowed: 1 and more, better {LEAST_TURNS}")
    meant = {rate: program_at(rate, config) for rate in rates}
    fastest = max(rates, key=lambda rate: meant[rate].rate_at(None)[0])
    order = _in_order(rates, asked.runs)
    runs = [_run(plan, rate, meant[rate], size * turns) for rate, size in order]
    return plan._replace(runs=runs, prime=_prime(asked, plan, fastest, meant[fastest], config))


def _usual_rates(config: dict[str, Any]) -> tuple[str, ...]:
    """The highest that a program may have, and half of it."""
    most_pl = config["limits"]["program_max_rate_pl_per_day"]
    return tuple(f"{format_volume(pl)}/d" for pl in (most_pl, most_pl // 2))


def _turns(base: Base, plan: CalibrationPlan) -> int:
    """So many that what one reading is known by is a thousandth."""
    held = base.setup.balance
    known_mg = held.readability_mg + held.repeatability_mg
    mg_a_turn = mass_mg(base.setup, plan.pl_per_rev / PL_PER_UL)
    return max(LEAST_TURNS, math.ceil(WEIGHED * known_mg / mg_a_turn))


def _in_order(rates: Sequence[str], count: int) -> list[tuple[str, int]]:
    """The rates in turn, and each with either size in turn: a drift falls on all alike."""
    n = len(rates)
    return [(rates[k % n], SIZES[(k + k // n) % len(SIZES)]) for k in range(count)]


def _run(plan: CalibrationPlan, rate: str, meant: Outlook, turns: int) -> PlannedRun:
    steps = turns * plan.steps_per_rev
    lasts_s = plan.volume_pl(steps) * S_PER_DAY / meant.rate_at(None)[0]
    return PlannedRun(rate, meant, steps, lasts_s)


def _prime(
    asked: AskedRuns, plan: CalibrationPlan, rate: str, meant: Outlook, config: dict[str, Any]
) -> PlannedRun | None:
    volume_pl = asked.prime_pl
    if volume_pl is None:
        line = config["line"]
        volume_pl = line["tubing_pl"] + line["catheter_pl"] + PRIME_TURNS * plan.pl_per_rev
    if not volume_pl:
        return None
    return _run(plan, rate, meant, max(1, math.ceil(volume_pl / plan.pl_per_rev)))


def run_text(plan: CalibrationPlan, run: PlannedRun) -> str:
    """A run in words."""
    turns = run.steps // plan.steps_per_rev
    return f"{turns} turns, {volume_text(plan.volume_pl(run.steps))} at {run.rate}"
