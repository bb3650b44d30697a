"""results.json: every figure of an analysis under its name, null where it does not apply. CPython
only.

docs/bench.md says what each key is. Percentages of flow are of the set rate or dose.
"""

import json
import math
from pathlib import Path
from typing import Any

from bench.analyse.analyses import Analysis
from bench.metrology.uncertainty import Row

Results = dict[str, Any]  # what results.json holds


def summarise(analysis: Analysis) -> Results:
    """All results as a dict of plain values, in the order of the page."""
    return _common(analysis) | analysis.own_results() | _judged(analysis)


def _common(analysis: Analysis) -> Results:
    setup, result, corrections = analysis.setup, analysis.result, analysis.corrections
    return {
        "name": setup.name,
        "record": setup.record.stated(),
        "method": setup.method,
        "set_rate_ul_per_min": setup.set_rate_ul_per_min,
        "set_dose_ul": setup.set_dose_ul,
        "z_ul_per_mg": corrections.z_ul_per_mg,
        "tip_factor": corrections.tip,
        "evaporation_ug_per_min": 1000 * corrections.evaporation_mg_per_min,
        "weighed_mg": analysis.weighed.mass_mg,
        "weighed_s": analysis.weighed.time_s,
        "expanded_uncertainty_pct": result.expanded,
        "coverage_factor": None if math.isnan(result.coverage_factor) else result.coverage_factor,
        "effective_degrees_of_freedom": result.dof if math.isfinite(result.dof) else None,
        "budget": [_budget_row(row) for row in result.budget],
    }


def _budget_row(row: Row) -> Results:
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


def _judged(analysis: Analysis) -> Results:
    judged = analysis.verdict
    return {
        "notes": list(analysis.notes),
        "verdict": judged.word,
        "verdict_reason": judged.reason,
        "contradictions": list(judged.against),
        "what_to_change": list(judged.advice),
    }


def write(results: Results, path: Path) -> None:
    """Write results.json: plain JSON, so no NaN and no infinity."""
    text = json.dumps(results, indent=2, allow_nan=False, default=float)
    path.write_text(text + "\n", encoding="utf-8")
