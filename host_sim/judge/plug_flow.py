"""Plug flow: an oracle of what passed the tip, from the steps alone. CPython
only.

    tip_ng(scenario, record)      # must equal what the pump says

It shares no code with the firmware. What the line held at first stands in the scenario; a refill of
another concentration begins a slug at the step at which the pump reported it.
"""

from fractions import Fraction

from firmware import events
from host_sim.run.records import Record
from host_sim.scenario.load import Scenario

PL_PER_ML = 10**9


def tip_ng(scenario: Scenario, record: Record) -> int | None:
    """ng past the tip in the whole run, by the steps in the pump's books, rounded down; None where
    the rotor has turned without a pulse: then no count of pulses says what came.
    """
    if record.status["unexplained_steps"]:
        return None
    entered = _entered(scenario, record)
    left_pl = sum(volume_pl for volume_pl, _ in entered)
    dose = 0
    for volume_pl, conc in [*_at_first(scenario), *entered]:
        piece_pl = min(left_pl, volume_pl)
        dose += piece_pl * conc
        left_pl -= piece_pl
    return dose // PL_PER_ML


def _at_first(scenario: Scenario) -> list[tuple[int, int]]:
    """(pL, ng/mL) from the tip to the pump. What nobody knows counts as what is in the reservoir,
    or in the other part if that is more.
    """
    line, conc = scenario.config["line"], scenario.config["drug"]["conc_ng_per_ml"]
    held = [line["holds_catheter_ng_per_ml"], line["holds_tubing_ng_per_ml"]]
    most = max(conc, *(part or 0 for part in held))
    volumes = (line["catheter_pl"], line["tubing_pl"])
    return [
        (volume_pl, most if part is None else part)
        for volume_pl, part in zip(volumes, held, strict=True)
    ]


def _entered(scenario: Scenario, record: Record) -> list[tuple[int, int]]:
    """(pL, ng/mL) of what came from the reservoir, each rounded down as the books do."""
    head = scenario.config["head"]
    step_pl = Fraction(head["pl_per_rev"], head["steps_per_rev"])
    concs, counts = [scenario.config["drug"]["conc_ng_per_ml"]], [0]
    steps = 0
    for event in record.events:
        if event.code == events.RUN_START:
            steps = event.b
        elif event.code == events.RUN_END:
            steps += event.a
        elif event.code == events.CONCENTRATION:
            concs.append(event.a)
            counts.append(steps)
    counts.append(record.status["emitted_steps"])
    taken = [after - before for before, after in zip(counts, counts[1:], strict=False)]
    return [(int(n * step_pl), conc) for n, conc in zip(taken, concs, strict=True)]
