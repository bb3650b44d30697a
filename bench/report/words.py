"""The words and tables that every report of the bench has, for each kind of measurement.

CPython only.
"""

import math

from bench.analyse.analyses import Analysis
from bench.analyse.results import Results
from bench.inputs.setup_sections import Blanks
from bench.report.charts import Chart, figure, short
from bench.report.kind import Row
from bench.shared.say import lasting, within
from host_sim.shared.number_text import significant
from host_sim.shared.page_style import BLUE, VERMILION

CORRECTION_HEADS = ["", "flow, uL/min", "error", ""]
BUDGET_HEADS = [
    "input",
    "estimate",
    "standard uncertainty",
    "distribution",
    "degrees of freedom",
    "adds, % of flow (k = 1)",
    "share of variance",
]
PLAIN_MG_PER_UL = 1.0
MOST_BARS = 8
LABELS = 1.3  # of the longest bar: room for its figure
MOST_ALIKE = 5  # flags of one kind that are written out


def budget_note(results: Results) -> str:
    """The line above the table of the budget."""
    dof = results["effective_degrees_of_freedom"]
    freedom = (
        "infinite degrees of freedom"
        if dof is None or dof > 1e4
        else f"{dof:.0f} effective degrees of freedom"
    )
    return f"{freedom}; the interval comes from Monte Carlo with these distributions"


def budget_rows(results: Results) -> list[list[str]]:
    """The rows of BUDGET_HEADS, the sum last."""
    rows = [_budget_row(row) for row in results["budget"] if row["contribution_of_flow_pct"]]
    total = sum(row["contribution_of_flow_pct"] ** 2 for row in results["budget"]) ** 0.5
    return [*rows, ["together", "", "", "", "", f"{significant(total, 2)} %", "100 %"]]


def _budget_row(row: Results) -> list[str]:
    dof = row["degrees_of_freedom"]
    return [
        row["name"],
        f"{row['value']:.5g} {row['unit']}",
        f"{row['standard_uncertainty']:.2g} {row['unit']}",
        row["distribution"],
        "\u221e" if dof is None else f"{dof:.0f}",
        f"{significant(row['contribution_of_flow_pct'], 2)} %",
        f"{row['contribution_pct']:.1f} %",
    ]


def budget_figure(analysis: Analysis) -> Chart | None:
    """What each input adds to the uncertainty, in percent of the flow: one standard uncertainty."""
    rows = [row for row in analysis.result.budget if row.contribution][:MOST_BARS][::-1]
    if not rows:
        return None
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [row.input.name for row in rows],
        "x": short([row.contribution for row in rows]),
        "text": [f"{significant(row.contribution, 2)} %" for row in rows],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": [VERMILION if row.share_pct > 50 else BLUE for row in rows]},
        "hoverinfo": "skip",
    }
    return figure(
        [bars],
        "adds, % of the set value (k = 1)",
        "",
        height=120 + 26 * len(rows),
        yaxis={"automargin": True, "ticks": "", "title": {"text": ""}},
        xaxis={"range": [0, LABELS * max(row.contribution for row in rows)]},
    )


def correction_rows(analysis: Analysis) -> list[list[str]]:
    """From 1 g = 1 mL to the flow, one correction at a time; the rows of CORRECTION_HEADS."""
    weighed, corrections = analysis.weighed, analysis.corrections
    z, tip, lost = corrections.z_ul_per_mg, corrections.tip, corrections.evaporation_mg_per_min
    minutes, set_flow = weighed.time_s / 60, analysis.set_flow_ul_per_min
    plain = weighed.mass_mg / minutes / PLAIN_MG_PER_UL
    measured = f"{weighed.mass_mg:.6g} mg in {minutes:.6g} min"
    immersed = f"/ {tip:.5f}" if tip != 1 else "not immersed"
    steps = [
        ("as the balance shows it, 1 mg = 1 uL", plain, measured),
        ("with evaporation", plain + lost, f"+ {1000 * lost:.4g} ug/min"),
        ("with density and buoyancy", (plain + lost) * z, f"x {z:.5f} uL/mg"),
        ("with the immersed tip", (plain + lost) * z / tip, immersed),
    ]
    return [
        [name, f"{flow:.6g}", f"{100 * (flow / set_flow - 1):+.3f} %", how]
        for name, flow, how in steps
    ]


def found(results: Results) -> list[str]:
    """The flags with their times, then the notes."""
    return [f"after {lasting(at_s)}: {text}" for at_s, text in flags(results)] + results["notes"]


def flags(results: Results) -> list[tuple[float, str]]:
    """(when, what) of what was found; of each kind the first few, and how many more there are."""
    seen: dict[str, int] = {}
    said = []
    for flag in results["flags"]:
        kind = flag["kind"]
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= MOST_ALIKE:
            said.append((flag["from_s"], flag["text"]))
    for kind, count in seen.items():
        if count > MOST_ALIKE:
            last = next(flag for flag in reversed(results["flags"]) if flag["kind"] == kind)
            more = f"the last of {count - MOST_ALIKE} more of this kind ({kind}), all of which are"
            said.append((last["from_s"], f"{more} in results.json"))
    return sorted(said)


def setting_rows(analysis: Analysis) -> list[Row]:
    """What was stated and measured about balance, room and vessel."""
    setup, room = analysis.setup, analysis.corrections.surroundings
    balance = setup.balance
    n = balance.repeatability_n
    known = f"from {n} weighings" if n else "taken as well known"
    repeats = f"repeatability {balance.repeatability_mg:.3g} mg ({known})"
    steps = f"readability {balance.readability_mg:g} mg"
    drift = balance.drift_mg_per_min
    stated = setup.environment
    water = f"water {room.water_c:.4g} {within(stated.water_c.half_width, ' degC')}"
    air = (
        f"air {room.air_c:.4g} {within(stated.air_c.half_width, ' degC')}",
        f"{room.pressure_hpa:.5g} {within(stated.pressure_hpa.half_width, ' hPa')}",
        f"{room.humidity_pct:.3g} {within(stated.humidity_pct.half_width)} humidity (half-widths)",
    )
    return [
        ("method", setup.method),
        ("balance", f"{steps}, {repeats}, linearity {within(balance.linearity_mg, ' mg')}"),
        ("drift", f"{60 * drift:.3g} mg/h" if drift else "none stated: taken as nothing"),
        ("liquid", _liquid(analysis)),
        ("on the pan", _vessel(analysis)),
        ("environment", ", ".join((water, *air))),
        ("Z factor", f"{analysis.corrections.z_ul_per_mg:.5f} uL/mg"),
        ("evaporation", _evaporation(analysis)),
        ("outlet", _outlet(analysis)),
        ("time", _time(analysis)),
    ]


def _liquid(analysis: Analysis) -> str:
    liquid = analysis.setup.liquid
    if liquid is None:
        return "taken as pure water, no [liquid] being stated"
    half = within(liquid.half_width_mg_per_ul, " g/mL (half-width)")
    return f"{liquid.density_mg_per_ul:g} {half} at {liquid.at_c:g} degC"


def _vessel(analysis: Analysis) -> str:
    vessel = analysis.setup.vessel
    if vessel.volume_ml is None:
        return "volume not stated: taken as 100 cm3, give or take all of it"
    return f"{vessel.volume_ml:g} {within(vessel.half_width_ml, ' cm3 (half-width)')}"


def _evaporation(analysis: Analysis) -> str:
    lost, found = analysis.setup.evaporation, analysis.corrections
    how = f"from the blanks {', '.join(lost.paths)}" if isinstance(lost, Blanks) else "stated"
    standard = math.hypot(*(one.standard for one in found.evaporation))
    known = f"standard uncertainty {significant(1000 * standard, 2)} ug/min"
    return f"{1000 * found.evaporation_mg_per_min:.4g} ug/min, {known}, {how}"


def _outlet(analysis: Analysis) -> str:
    dipped = analysis.setup.immersion
    if dipped is None:
        return "not immersed"
    tube = f"{dipped.tube_outer_mm:g} {within(dipped.tube_half_width_mm, ' mm')}"
    vessel = f"{dipped.vessel_inner_mm:g} {within(dipped.vessel_half_width_mm, ' mm')}"
    return f"immersed: a tube of {tube} in a vessel of {vessel} (half-widths)"


def _time(analysis: Analysis) -> str:
    timing = analysis.setup.timing
    clock = f"clock {within(1e4 * timing.clock_half_width_pct, ' ppm')}"
    return f"{clock}, each reading's stamp {within(timing.stamp_half_width_s, ' s')} (half-widths)"
