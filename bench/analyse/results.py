"""results.json: every figure of an analysis under its name, null where it does not apply. CPython
only.

docs/bench.md says what each key is. Percentages of flow are of the set rate or dose.
"""

import json
import math

from bench.analyse.boluses import BolusAnalysis

OF_FLOW_ONLY = (
    "mean_flow_ul_per_min", "flow_error_pct", "flow_error_by_plain_density_pct",
    "error_first_period_pct", "error_first_period_expanded_uncertainty_pct",
    "error_last_period_pct", "error_last_period_expanded_uncertainty_pct",
)  # fmt: skip


def summarise(analysis):
    """All results of an Analysis or a BolusAnalysis as a dict of plain values, in the order of the
    page.
    """
    return (
        _common(analysis)
        | (_of_boluses(analysis) if isinstance(analysis, BolusAnalysis) else _of_flow(analysis))
        | _judged(analysis)
    )


def _common(analysis):
    setup, result = analysis.setup, analysis.result
    return {
        "name": setup.name,
        "method": setup.method,
        "set_rate_ul_per_min": setup.rate_ul_per_min,
        "set_dose_ul": setup.dose_ul,
        "z_ul_per_mg": analysis.z_ul_per_mg,
        "tip_factor": analysis.tip,
        "evaporation_ug_per_min": 1000 * analysis.evaporation_mg_per_min,
        "weighed_mg": analysis.weighed.mass_mg,
        "weighed_s": analysis.weighed.time_s,
        "expanded_uncertainty_pct": result.expanded,
        "coverage_factor": None if math.isnan(result.coverage_factor) else result.coverage_factor,
        "effective_degrees_of_freedom": result.dof if math.isfinite(result.dof) else None,
        "budget": [_budget_row(row) for row in result.budget],
    }


def _budget_row(row):
    source = row.input
    return {
        "name": source.name,
        "value": source.value,
        "unit": source.unit,
        "standard_uncertainty": source.standard,
        "distribution": source.distribution,
        "degrees_of_freedom": source.dof if math.isfinite(source.dof) else None,
        "contribution_of_flow_pct": row.contribution,
        "contribution_pct": row.share_pct,
    }


def _of_flow(analysis):
    startup, no_flow = analysis.startup, analysis.no_flow
    return {
        "mean_flow_ul_per_min": analysis.mean_flow_ul_per_min,
        "flow_error_pct": analysis.result.value,
        "flow_error_by_plain_density_pct": analysis.plain_density_error_pct,
        "error_first_period_pct": analysis.first["error_pct"],
        "error_first_period_expanded_uncertainty_pct": analysis.first["expanded_uncertainty_pct"],
        "error_last_period_pct": analysis.last["error_pct"],
        "error_last_period_expanded_uncertainty_pct": analysis.last["expanded_uncertainty_pct"],
        "trumpet": analysis.windows,
        "refused_windows": analysis.refused,
        "startup": {
            "time_to_50_pct_s": startup.reached_s[50],
            "time_to_90_pct_s": startup.reached_s[90],
            "resolution_s": startup.resolution_s,
        },
        "longest_no_flow_s": None if no_flow is None else no_flow.longest_s,
        "no_flow_resolution_s": None if no_flow is None else no_flow.resolution_s,
        "bolus": None,
        "flags": [
            {"kind": flag.kind, "from_s": flag.from_s, "to_s": flag.to_s, "text": flag.text}
            for flag in analysis.tidy.flags
        ],
    }


def _of_boluses(analysis):
    return {
        **dict.fromkeys(OF_FLOW_ONLY),
        "trumpet": None,
        "refused_windows": None,
        "startup": None,
        "longest_no_flow_s": None,
        "no_flow_resolution_s": None,
        "bolus": {**analysis.statistics, "mean_error_pct": analysis.result.value},
        "flags": [],
    }


def _judged(analysis):
    judged = analysis.verdict
    return {
        "notes": list(analysis.notes),
        "verdict": judged.word,
        "verdict_reason": judged.reason,
        "what_to_change": list(judged.advice),
    }


def write(results, path):
    """Write results.json: plain JSON, so no NaN and no infinity."""
    path.write_text(
        json.dumps(results, indent=2, allow_nan=False, default=float) + "\n", encoding="utf-8"
    )
