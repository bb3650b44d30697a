"""The words and tables that every report of the bench has, for each kind of measurement.

CPython only.
"""

from bench.analyse.analyses import Analysis
from bench.analyse.results import Results
from bench.inputs.setup_sections import Blanks
from bench.report.charts import Chart, figure, short
from bench.report.kind import Row
from bench.shared.say import lasting
from host_sim.shared.number_text import significant
from host_sim.shared.page_style import BLUE, VERMILION

CORRECTION_HEADS = ["", "flow, uL/min", "error", ""]
BUDGET_HEADS = [
    "input",
    "estimate",
    "standard uncertainty",
    "distribution",
    "degrees of freedom",
    "adds, % of flow",
    "share of variance",
]
PLAIN_MG_PER_UL = 1.0
MOST_BARS = 8


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
        "contribution, % of the set value (one standard uncertainty)",
        "",
        height=120 + 26 * len(rows),
        yaxis={"automargin": True, "ticks": "", "title": {"text": ""}},
        xaxis={"rangemode": "tozero"},
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
    flags = [f"after {lasting(flag['from_s'])}: {flag['text']}" for flag in results["flags"]]
    return flags + results["notes"]


def setting_rows(analysis: Analysis) -> list[Row]:
    """What was stated and measured about balance, room and vessel."""
    setup, room = analysis.setup, analysis.corrections.surroundings
    balance = setup.balance
    n = balance.repeatability_n
    known = f"from {n} weighings" if n else "taken as well known"
    repeats = f"repeatability {balance.repeatability_mg:.3g} mg ({known})"
    steps = f"readability {balance.readability_mg:g} mg"
    drift = balance.drift_mg_per_min
    air = f"air {room.air_c:.4g} degC, {room.pressure_hpa:.5g} hPa"
    air += f", {room.humidity_pct:.3g} % humidity"
    return [
        ("method", setup.method),
        ("balance", f"{steps}, {repeats}, linearity {balance.linearity_mg:.3g} mg"),
        ("drift", f"{60 * drift:.3g} mg/h" if drift else "none stated: taken as nothing"),
        ("environment", f"water {room.water_c:.4g} degC, {air}"),
        ("Z factor", f"{analysis.corrections.z_ul_per_mg:.5f} uL/mg"),
        ("evaporation", _evaporation(analysis)),
        ("outlet", "immersed" if setup.immersion else "not immersed"),
    ]


def _evaporation(analysis: Analysis) -> str:
    lost = analysis.setup.evaporation
    how = f"from the blanks {', '.join(lost.paths)}" if isinstance(lost, Blanks) else "stated"
    return f"{1000 * analysis.corrections.evaporation_mg_per_min:.4g} ug/min, {how}"
