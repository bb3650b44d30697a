"""What a scenario asks for, as a few lines for a terminal. CPython only."""

from host_sim.judge.basal import MS_PER_DAY
from host_sim.judge.foresight import Foresight
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text


def table(scenario: Scenario, seen: Foresight) -> str:
    """The dose a day read back, the most in the windows of the caps, the reservoir, warnings."""
    start, duration_ms = scenario.job.start_wall_s, scenario.job.duration_ms
    total_pl = seen.basal_pl + seen.bolus_pl
    a_day = f"{number_text.volume(total_pl * MS_PER_DAY / duration_ms)}/d"
    dose = ""
    if scenario.config["drug"]["conc_ng_per_ml"]:
        basal, bolus, both = (
            f"{_amount(scenario, pl * MS_PER_DAY / duration_ms)}/d"
            for pl in (seen.basal_pl, seen.bolus_pl, total_pl)
        )
        dose = f"{both} (basal {basal}, boluses {bolus}), "
    rows = [
        ("scenario", f"{scenario.name}, {number_text.span(duration_ms)}: no mistake in the file"),
        ("drug", _drug(scenario)),
        ("programmed", f"{dose}{a_day}; {_boluses(seen.boluses)}"),
        ("most", f"{_most(scenario, seen, '1h')}; {_most(scenario, seen, '24h')}"),
        ("reservoir", _reservoir(scenario, seen, start)),
    ]
    rows += [("warning", text) for text in seen.warnings]
    return "\n".join(f"{label:<11} {text}" for label, text in rows)


def _drug(scenario: Scenario) -> str:
    drug = scenario.config["drug"]
    conc = drug["conc_ng_per_ml"]
    return f"{drug['name']} {conc / 1000:,.10g} ug/mL" if conc else "none, volumes only"


def _boluses(count: int) -> str:
    return "1 bolus" if count == 1 else f"{count:,} boluses"


def _amount(scenario: Scenario, pl: float) -> str:
    conc = scenario.config["drug"]["conc_ng_per_ml"]
    return number_text.dose(pl * conc / 10**9) if conc else number_text.volume(pl)


def _most(scenario: Scenario, seen: Foresight, span: str) -> str:
    cap = scenario.config["limits"][f"max_dose_{span}_ng"]
    told = "no cap" if cap is None else f"the cap is {number_text.dose(cap)}"
    most = _amount(scenario, seen.most_1h_pl if span == "1h" else seen.most_24h_pl)
    return f"{most} in {span.replace('h', ' h')}, {told}"


def _reservoir(scenario: Scenario, seen: Foresight, start_wall_s: int) -> str:
    fill = number_text.volume(scenario.config["reservoir"]["fill_pl"])
    if seen.low_ms is None:
        section = scenario.config["reservoir"]
        total_pl = seen.basal_pl + seen.bolus_pl
        if not total_pl:
            return f"{fill}; nothing is taken from it"
        spare_pl = max(0, section["fill_pl"] - section["low_pl"])
        lasts = number_text.span(spare_pl * scenario.job.duration_ms // total_pl)
        return f"{fill}; never low in this run, from the fill at this dose after {lasts}"
    low = f"{fill}; low after {number_text.span(seen.low_ms)}, "
    return low + number_text.civil(seen.low_ms, start_wall_s)
