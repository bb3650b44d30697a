"""What the bench's report says in words and tables. CPython only."""

from bench.analyse.boluses import BolusAnalysis
from bench.report import formulas as report_formulas
from bench.shared.say import estimate, lasting, number, within
from host_sim.shared.number_text import significant

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
WINDOW_HEADS = [
    "window, min",
    "Ep(min)",
    "Ep(max)",
    "windows",
    "one display step",
    "balance noise, 2 s",
    "",
]
PLAIN_MG_PER_UL = 1.0
RESIDUALS_NOTE = "delivered less the mean flow, after the stabilisation: a bend is a flow that changes, a hole a time of which nothing is known"
formulas = report_formulas.lines


def description(results):
    set_to = (
        f"{results['set_dose_ul']:g} uL"
        if results["method"] == "bolus"
        else f"{results['set_rate_ul_per_min']:.6g} uL/min"
    )
    return f"A pump set to {set_to}, weighed by the {results['method']} method."


def scope(analysis):
    """What of the log counts."""
    lasts_h = analysis.log.time_s[-1] / 3600
    if isinstance(analysis, BolusAnalysis):
        return f"{len(analysis.doses_ul)} boluses, told by {analysis.how}; the log lasts {lasts_h:.4g} h"
    plan = analysis.plan
    return (
        f"the log lasts {lasts_h:.4g} h; {_left_out(plan.stabilisation_s)}, "
        f"{analysis.weighed.time_s / 3600:.4g} h in {_count(analysis.weighed.pieces, 'piece')} are evaluated"
    )


def _left_out(stabilisation_s):
    return (
        f"the first {lasting(stabilisation_s)} after the start are left out"
        if stabilisation_s
        else "all of it since the start counts"
    )


def _count(n, noun):
    return f"{n} {noun}{'' if n == 1 else 's'}"


def tiles(results):
    """(value, label, note, good) of each key figure."""
    good = {"pass": True, "fail": False}.get(results["verdict"])
    expanded = results["expanded_uncertainty_pct"]
    spread = f"{within(expanded)}, 95 %, k = {number(results['coverage_factor'], '.2f', '')}"
    if results["method"] == "bolus":
        stats = results["bolus"]
        return [
            (estimate(stats["mean_error_pct"], expanded), "mean bolus error", spread, good),
            (f"{stats['n']}", "boluses", "the method weighs 25", None),
            (number(stats["max_pct"]), "largest error", "", None),
            (number(stats["min_pct"]), "smallest error", "", None),
            (number(stats["cv_pct"], ".3g"), "variation", "standard deviation over mean", None),
        ]
    startup = results["startup"]
    first, last = (results[f"error_{name}_period_pct"] for name in ("first", "last"))
    both = [results[f"error_{name}_period_expanded_uncertainty_pct"] for name in ("first", "last")]
    spreads = ["-" if one is None else within(one) for one in both]
    return [
        (estimate(results["flow_error_pct"], expanded), "flow error", spread, good),
        (
            f"{results['mean_flow_ul_per_min']:.5g} uL/min",
            "mean flow",
            f"set: {results['set_rate_ul_per_min']:.5g} uL/min",
            None,
        ),
        (
            ", ".join(map(estimate, (first, last), both)),
            "first and last period",
            f"A {spreads[0]}, B {spreads[1]}",
            None,
        ),
        (
            _reached(startup, 90),
            "to 90 % of the set rate",
            f"to 50 %: {_reached(startup, 50)}; told to {lasting(startup['resolution_s'])}",
            None,
        ),
        (
            _still(results),
            "longest without flow",
            f"less than {lasting(results['no_flow_resolution_s'])} is not seen",
            None,
        ),
    ]


def _reached(startup, share):
    """A time with the resolution that it is told to, or that it never came."""
    at_s = startup[f"time_to_{share}_pct_s"]
    return "never" if at_s is None else f"within {lasting(at_s)}"


def _still(results):
    return (
        "none seen" if results["longest_no_flow_s"] == 0 else lasting(results["longest_no_flow_s"])
    )


def trumpet_note(analysis):
    """What the figure shows, and that all of it stands on one mean."""
    shift = within(analysis.result.expanded)
    return f"largest and smallest mean error in any window of a length; the whole curve may lie higher or lower by {shift}; dash-dotted: the limit"


def budget_note(results):
    dof = results["effective_degrees_of_freedom"]
    freedom = (
        "infinite degrees of freedom"
        if dof is None or dof > 1e4
        else f"{dof:.0f} effective degrees of freedom"
    )
    return f"{freedom}; the interval comes from Monte Carlo with these distributions"


def budget_rows(results):
    rows = [_budget_row(row) for row in results["budget"]]
    total = sum(row["contribution_of_flow_pct"] ** 2 for row in results["budget"]) ** 0.5
    return [*rows, ["together", "", "", "", "", f"{significant(total, 2)} %", "100 %"]]


def _budget_row(row):
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


def window_rows(results):
    rows = []
    for row in results["trumpet"]:
        note = "" if row["windows"] else "longer than what was weighed without a break"
        ends = (number(row["ep_min_pct"], "+.3f"), number(row["ep_max_pct"], "+.3f"))
        balance = (
            f"{significant(row[key], 2)} %" for key in ("quantisation_pct", "balance_noise_pct")
        )
        rows.append([f"{row['window_min']:g}", *ends, row["windows"], *balance, note])
    for row in results["refused_windows"]:
        note = f"refused: more than {row['limit_pct']:g} %; a window of {row['window_that_would_do_min']:g} min would do"
        rows.append(
            [
                f"{row['window_min']:g}",
                "-",
                "-",
                "-",
                f"{significant(row['quantisation_pct'], 2)} %",
                "-",
                note,
            ]
        )
    return rows


def correction_rows(analysis):
    """From 1 g = 1 mL to the flow, one correction at a time."""
    weighed, tip = analysis.weighed, analysis.tip
    minutes = weighed.time_s / 60
    bolus = isinstance(analysis, BolusAnalysis)
    set_flow = (
        analysis.setup.dose_ul * len(analysis.doses_ul) / minutes
        if bolus
        else analysis.setup.rate_ul_per_min
    )
    plain = weighed.mass_mg / minutes / PLAIN_MG_PER_UL
    lost = analysis.evaporation_mg_per_min
    steps = [
        (
            "as the balance shows it, 1 mg = 1 uL",
            plain,
            f"{weighed.mass_mg:.6g} mg in {minutes:.6g} min",
        ),
        ("with evaporation", plain + lost, f"+ {1000 * lost:.4g} ug/min"),
        (
            "with density and buoyancy",
            (plain + lost) * analysis.z_ul_per_mg,
            f"x {analysis.z_ul_per_mg:.5f} uL/mg",
        ),
        (
            "with the immersed tip",
            (plain + lost) * analysis.z_ul_per_mg / tip,
            f"/ {tip:.5f}" if tip != 1 else "not immersed",
        ),
    ]
    return [
        [name, f"{flow:.6g}", f"{100 * (flow / set_flow - 1):+.3f} %", how]
        for name, flow, how in steps
    ]


def found(results):
    return [f"{_when(flag)}: {flag['text']}" for flag in results["flags"]] + results["notes"]


def _when(flag):
    return f"after {lasting(flag['from_s'])}"


def setting_rows(analysis):
    setup, state = analysis.setup, analysis.surroundings
    balance = setup.balance
    known = (
        f"from {balance['repeatability_n']} weighings"
        if balance["repeatability_n"]
        else "taken as well known"
    )
    repeats = f"repeatability {balance['repeatability']:.3g} mg ({known})"
    air = f"air {state['air']:.4g} degC, {state['pressure']:.5g} hPa, {state['humidity']:.3g} % humidity"
    rows = [
        ("method", setup.method),
        (
            "balance",
            f"readability {balance['readability']:g} mg, {repeats}, linearity {balance['linearity']:.3g} mg",
        ),
        (
            "drift",
            f"{60 * balance['drift']:.3g} mg/h"
            if balance["drift"]
            else "none stated: taken as nothing",
        ),
        ("environment", f"water {state['water']:.4g} degC, {air}"),
        ("Z factor", f"{analysis.z_ul_per_mg:.5f} uL/mg"),
        ("evaporation", _evaporation(analysis)),
        ("outlet", "immersed" if setup.immersion else "not immersed"),
    ]
    if not isinstance(analysis, BolusAnalysis):
        plan = analysis.plan
        rows.append(("scatter seen", f"{analysis.tidy.noise_mg:.2g} mg from reading to reading"))
        rows.append(
            (
                "sampling",
                f"every {plan.interval_s:g} s; readings every {analysis.tidy.usual_s:.3g} s",
            )
        )
        plain = (
            f"{analysis.plain_density_error_pct:+.3f} % instead of {analysis.result.value:+.3f} %"
        )
        rows.append(
            ("with 0.998 g/mL", f"{plain}: the density that IEC 60601-2-24 uses, without buoyancy")
        )
    return rows


def _evaporation(analysis):
    section = analysis.setup.evaporation
    how = (
        "stated"
        if "rate" in section
        else f"from the blanks {section['blank_before']} and {section['blank_after']}"
    )
    return f"{1000 * analysis.evaporation_mg_per_min:.4g} ug/min, {how}"
