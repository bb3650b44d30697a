"""The figures of a certificate, for each kind of measurement. CPython only."""

from bench.analyse.analyses import Analysis
from bench.analyse.results import Results
from bench.report.boluses import noise
from bench.report.flow import (
    CURVES,
    WINDOW_HEADS,
    flow_uncertainty,
    one_period,
    reached,
    window_rows,
)
from bench.report.kind import Row, set_rate, uncertainty
from bench.shared.say import estimate, lasting, number, within
from host_sim.shared.page_html import table


def quantity(results: Results) -> str:
    """What the uncertainty is of."""
    return "the mean bolus" if results["bolus"] else "the mean flow"


def result_rows(analysis: Analysis, results: Results) -> list[Row]:
    """(label, text) of each result, with its uncertainty."""
    if results["bolus"]:
        return _of_boluses(results)
    return _of_flow(analysis, results)


def _of_boluses(results: Results) -> list[Row]:
    stats = results["bolus"]
    mean = estimate(stats["mean_error_pct"], results["expanded_uncertainty_pct"])
    return [
        ("set dose", f"{results['set_dose_ul']:.6g} uL"),
        ("boluses", f"{stats['n']}"),
        ("mean error", f"{mean} {uncertainty(results)}"),
        (
            "largest, smallest",
            f"{number(stats['max_pct'])}, {number(stats['min_pct'])}; {noise(stats)}",
        ),
        ("variation", number(stats["cv_pct"], ".3g")),
    ]


def _of_flow(analysis: Analysis, results: Results) -> list[Row]:
    expanded = results["expanded_uncertainty_pct"]
    flow = results["mean_flow_ul_per_min"]
    spread = flow_uncertainty(results)
    error = f"{estimate(results['flow_error_pct'], expanded)} {uncertainty(results)}"
    span = f"{lasting(results['evaluated_from_s'])} to {lasting(results['evaluated_to_s'])}"
    longest, least = results["longest_no_flow_s"], results["no_flow_resolution_s"]
    still = f"{lasting(longest)}" if longest else "none seen"
    limit_pct = analysis.setup.limits.error_pct
    limit = "none stated" if limit_pct is None else f"\u00b1{limit_pct:g} %"
    return [
        ("set rate", set_rate(results)),
        ("mean flow", f"{_positive(flow, spread)} {within(spread, ' uL/min')}"),
        ("flow error", error),
        ("limit", limit),
        ("evaluated", f"{span} after the first line, {lasting(results['weighed_s'])} weighed"),
        ("first period (A)", _period(results, "first")),
        ("last period (B)", "the same as A" if one_period(results) else _period(results, "last")),
        ("longest without flow", f"{still}; less than {lasting(least)} is not seen"),
        ("start-up", _start_up(results["startup"])),
    ]


def _start_up(start: Results) -> str:
    known = lasting(start["resolution_s"])
    return f"50 % {reached(start, 50)}, 90 % {reached(start, 90)}, known to {known}"


def _positive(flow: float, spread: float) -> str:
    return estimate(flow, spread, " uL/min").lstrip("+")


def _period(results: Results, which: str) -> str:
    error = results[f"error_{which}_period_pct"]
    expanded = results[f"error_{which}_period_expanded_uncertainty_pct"]
    if error is None or expanded is None:
        return "not weighed well enough"
    return f"{estimate(error, expanded)} {within(expanded)}"


def window_tables(results: Results) -> str:
    """The trumpet curves as a table; none with boluses."""
    if results["bolus"]:
        return ""
    names = ", ".join(name for _, name in CURVES)
    title = f"<h2>Observation windows: {names}, percent of the set rate</h2>"
    return title + table(WINDOW_HEADS, window_rows(results), "figures")
