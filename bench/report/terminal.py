"""The results of an analysis as a few plain lines for a terminal. CPython only."""

from pathlib import Path

from bench.analyse.results import Results
from bench.report import words
from bench.report.kind import group
from bench.report.kinds import KINDS
from host_sim.shared.number_text import significant

MOST_ROWS = 6


def table(results: Results, where: "str | Path") -> str:
    """`results` as from results.summarise; `where` says where the output lies."""
    budget = [
        _budget(row) for row in results["budget"][:MOST_ROWS] if row["contribution_pct"] >= 0.1
    ]
    flags = [f"{at_s:.6g} s: {text}" for at_s, text in words.flags(results)]
    rows = [
        ("method", _method(results)),
        *KINDS[results["method"]].terminal_rows(results),
        *group("budget", budget or ["nothing counts"]),
        *group("found", flags),
        *group("notes", results["notes"]),
        ("output", str(where)),
        ("verdict", f"{results['verdict'] or 'none'}: {results['verdict_reason']}"),
        *group("change", results["what_to_change"]),
    ]
    return "\n".join(f"{label:<11} {text}".rstrip() for label, text in rows)


def _method(results: Results) -> str:
    z = f"Z {results['z_ul_per_mg']:.4f} uL/mg"
    lost = f"evaporation {results['evaporation_ug_per_min']:.4g} ug/min"
    return f"{results['method']}, {z}, {lost}"


def _budget(row: Results) -> str:
    size = f"u = {row['standard_uncertainty']:.2g} {row['unit']}"
    flow = f"{significant(row['contribution_of_flow_pct'], 2)} % of flow"
    return f"{row['contribution_pct']:5.1f} % of the variance: {row['name']}, {size} or {flow}"
