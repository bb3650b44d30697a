"""What a pump is set to, for a person: the rows of the report's table of settings. CPython only."""

from typing import Any

from host_sim.report.program_text import program_text
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text
from host_sim.shared.quantities import format_rate, format_share, format_volume


def setting_rows(scenario: Scenario) -> list[list[str]]:
    """[[what, the pump believes, the bench knows]]: a run is about what differs."""
    config, truth = scenario.config, scenario.job.truth
    head, section, limits = config["head"], config["reservoir"], config["limits"]
    conc_ng_per_ml = config["drug"]["conc_ng_per_ml"]
    named = f"{config['drug']['name']} {conc_ng_per_ml / 1000:g} ug/mL"
    program = program_text(config["program"], conc_ng_per_ml) + _further(scenario)
    revolution = number_text.volume(head["pl_per_rev"]), number_text.volume(truth.pl_per_rev)
    steps = f"{head['steps_per_rev']:,}", f"{truth.steps_per_rev:,}"
    low = format_volume(section["low_pl"]), format_volume(truth.level_switch_pl)
    residual = format_volume(section["residual_pl"]), format_volume(truth.residual_pl)
    swelling = f"{number_text.volume(truth.compliance_pl_per_pa * 100_000)} per bar"
    return [
        ["drug", named if conc_ng_per_ml else "not stated", ""],
        ["program", program, ""],
        ["volume of a revolution", *revolution],
        ["its calibration", _calibration(scenario.calibration), ""],
        ["steps of a revolution", *steps],
        ["fill", format_volume(section["fill_pl"]), format_volume(truth.fill_pl)],
        ["low", *low],
        ["residual volume", *residual],
        ["highest rate", format_rate(limits["max_rate_pl_per_day"]), ""],
        ["dose caps", _caps(limits), ""],
        *_line_rows(scenario),
        ["the line swells by", "", swelling],
        ["pressure switch closes at", "", f"{truth.occlusion_pa / 1000:g} kPa"],
        ["the pump's clock is fast by", "0 ppm", f"{truth.crystal_ppb / 1000:g} ppm"],
    ]


def _line_rows(scenario: Scenario) -> list[list[str]]:
    """What lies between the reservoir and the tip, if anything does."""
    line, truth = scenario.line, scenario.job.truth
    if line is None:
        return []
    told = (
        ("tubing", line.tubing_pl, line.holds_tubing_ng_per_ml),
        ("catheter", line.catheter_pl, line.holds_catheter_ng_per_ml),
    )
    known = (
        (truth.tubing_pl, truth.holds_tubing_ng_per_ml),
        (truth.catheter_pl, truth.holds_catheter_ng_per_ml),
    )
    return [
        [part, _held_text(pl, held), _held_text(true_pl, true_held)]
        for (part, pl, held), (true_pl, true_held) in zip(told, known, strict=True)
    ]


def _held_text(pl: int, ng_per_ml: int | None) -> str:
    held = "unknown" if ng_per_ml is None else f"{ng_per_ml / 1000:g} ug/mL"
    return f"{number_text.volume(pl)} of {held if ng_per_ml != 0 else 'no drug'}"


def _caps(limits: dict[str, Any]) -> str:
    spans = (("max_dose_1h_ng", "1 h"), ("max_dose_24h_ng", "24 h"))
    caps = [
        f"{number_text.dose(limits[key])} in {span}"
        for key, span in spans
        if limits[key] is not None
    ]
    return ", ".join(caps) or "none"


def _calibration(found: dict[str, Any] | None) -> str:
    if found is None:
        return "not stated"
    known = f"\u00b1 {format_share(found['uncertainty'])} (95 %)"
    runs = f"from {found['n']} runs that scatter by {format_share(found['residual'])}"
    return f"{known} {runs}; {found['tube']}, {found['temperature']}, {found['date']}"


def _further(scenario: Scenario) -> str:
    changes = sum(payload["do"] == "set_program" for _, payload in scenario.job.commands)
    return f"; {changes} more by command" if changes else ""
