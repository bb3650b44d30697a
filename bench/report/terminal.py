"""The results of an analysis as a few plain lines for a terminal. CPython only."""

from bench.shared.say import estimate, lasting, number, within
from host_sim.shared.number_text import significant

MOST_ROWS = 6


def table(results, where):
    """`results` as from results.summarise; `where` says where the output lies."""
    rows = [
        ("method", _method(results)),
        *(_bolus(results) if results["method"] == "bolus" else _flow(results)),
    ]
    rows += _group(
        "budget",
        [_budget(row) for row in results["budget"][:MOST_ROWS] if row["contribution_pct"] >= 0.1]
        or ["nothing counts"],
    )
    rows += _group(
        "found",
        [f"{flag['from_s']:.6g} s: {flag['text']}" for flag in results["flags"]][:MOST_ROWS],
    )
    rows += _group("notes", results["notes"])
    rows += [
        ("output", str(where)),
        ("verdict", f"{results['verdict'] or 'none'}: {results['verdict_reason']}"),
    ]
    rows += _group("change", results["what_to_change"])
    return "\n".join(f"{label:<11} {text}".rstrip() for label, text in rows)


def _group(label, lines):
    return [(label if n == 0 else "", line) for n, line in enumerate(lines)]


def _method(results):
    return f"{results['method']}, Z {results['z_ul_per_mg']:.4f} uL/mg, evaporation {results['evaporation_ug_per_min']:.4g} ug/min"


def _uncertainty(results):
    factor = number(results["coverage_factor"], ".2f", "")
    return f"{within(results['expanded_uncertainty_pct'])} (95 %, k = {factor})"


def _flow(results):
    startup = results["startup"]
    first, last = (_period(results, which) for which in ("first", "last"))
    error = estimate(results["flow_error_pct"], results["expanded_uncertainty_pct"])
    rows = [
        ("set", f"{results['set_rate_ul_per_min']:.6g} uL/min"),
        (
            "mean flow",
            f"{results['mean_flow_ul_per_min']:.6g} uL/min over {results['weighed_s'] / 3600:.4g} h",
        ),
        (
            "flow error",
            f"{error} {_uncertainty(results)}; first period (A) {first}, last (B) {last}",
        ),
        (
            "start-up",
            "half of the set rate within {}, 90 % within {}; told to {}".format(
                *(lasting(value) for value in startup.values())
            ),
        ),
        (
            "no flow",
            f"{lasting(results['longest_no_flow_s'])} at the longest; less than {lasting(results['no_flow_resolution_s'])} is not seen",
        ),
    ]
    return rows + _group(
        "trumpet",
        [_window(row) for row in results["trumpet"]]
        + [_refused(row) for row in results["refused_windows"]],
    )


def _period(results, which):
    return estimate(
        *(results[f"error_{which}_period_{what}"] for what in ("pct", "expanded_uncertainty_pct"))
    )


def _window(row):
    if not row["windows"]:
        return f"{row['window_min']:6g} min   no such window in the log"
    return f"{row['window_min']:6g} min   {row['ep_min_pct']:+8.3f} to {row['ep_max_pct']:+8.3f} %   {row['windows']} windows"


def _refused(row):
    text = f"refused: one step of the display is {row['quantisation_pct']:.3g} % of it, more than {row['limit_pct']:g} %"
    return f"{row['window_min']:6g} min   {text}; {row['window_that_would_do_min']:g} min would do"


def _bolus(results):
    stats = results["bolus"]
    return [
        ("set", f"{results['set_dose_ul']:.6g} uL"),
        (
            "boluses",
            f"{stats['n']}, mean error {estimate(stats['mean_error_pct'], results['expanded_uncertainty_pct'])} {_uncertainty(results)}",
        ),
        (
            "",
            f"from {number(stats['min_pct'])} to {number(stats['max_pct'])}, variation {number(stats['cv_pct'], '.3g')}",
        ),
    ]


def _budget(row):
    size = f"{row['standard_uncertainty']:.2g} {row['unit']}: {significant(row['contribution_of_flow_pct'], 2)} % of flow"
    return f"{row['contribution_pct']:5.1f} %  {row['name']}, {size}"
