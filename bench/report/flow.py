"""What the report and the terminal say about a flow, and about nothing else. CPython only."""

from collections.abc import Sequence

from bench.analyse.flow import FlowAnalysis
from bench.analyse.results import Results
from bench.report import flow_figures
from bench.report.kind import Figure, Kind, Row, Tile, group, set_rate, spread, uncertainty
from bench.shared.say import estimate, lasting, number, within
from host_sim.shared.number_text import significant
from host_sim.shared.page_html import table

TRUMPET = (
    "Trumpet curve: Ep of every window P of successive sampling intervals S, as in "
    "IEC 60601-2-24:1998, 50.102 to 50.105; T1 is the first period after the stabilisation, T2 the "
    "last of the run, and the curve over all of it is the bench's own. That standard leaves "
    "implantable pumps out, and this is no test by it."
)
WEIGHED = (
    "A hole in the log is bridged if a pump can have delivered what it holds, for a balance adds "
    "up unread; a step, or a hole with more, cuts the log. A window counts only if both its ends "
    "were read and no cut lies between them. A mean over several pieces is their mass over their "
    "time, and what may have flowed between is in the uncertainty."
)
RESIDUALS_NOTE = (
    "delivered less the mean flow, over what is evaluated: a bend is a flow that changes; shaded: "
    "holes, steps and bumps"
)
NEVER = "never"
CURVES = (("trumpet_t1", "T1"), ("trumpet_t2", "T2"), ("trumpet_whole", "all"))
WINDOW_HEADS = [
    "",
    "window, min",
    "Ep(min)",
    "Ep(max)",
    "windows",
    "one display step",
    "balance noise, k = 2",
    "",
]
WINDOWS_TITLE = (
    "<h2>Observation windows <small>Ep(max) and Ep(min) hold the balance's noise too: see its "
    "column</small></h2>"
)


class FlowKind(Kind[FlowAnalysis]):
    formulas = (TRUMPET, WEIGHED)

    def set_to(self, results: Results) -> str:
        return set_rate(results)

    def scope(self, analysis: FlowAnalysis) -> str:
        first_s, pieces = analysis.basis.plan.stabilisation_s, analysis.weighed.pieces
        left_out = (
            f"the first {lasting(first_s)} after the start are left out"
            if first_s
            else "all of it since the start counts"
        )
        counted = f"{pieces} piece{'' if pieces == 1 else 's'}"
        return (
            f"the log lasts {analysis.log.time_s[-1] / 3600:.4g} h, the run from "
            f"{lasting(analysis.basis.start_s)} to {lasting(analysis.basis.end_s)}; {left_out}, "
            f"{analysis.weighed.time_s / 3600:.4g} h in {counted} are evaluated"
        )

    def tiles(self, results: Results, good: bool | None) -> list[Tile]:
        error = estimate(results["flow_error_pct"], results["expanded_uncertainty_pct"])
        mean, wanted = results["mean_flow_ul_per_min"], results["set_rate_ul_per_min"]
        flow_within = within(flow_uncertainty(results), " uL/min")
        start = results["startup"]
        resolution = f"known to {lasting(start['resolution_s'])}"
        against = results["contradictions"]
        periods = None if not {"first_period", "last_period"} & set(against) else False
        stops = False if "no_flow" in against else None
        if "mean" not in against and good is False:
            good = None  # something else failed
        return [
            (error, "flow error", spread(results), good),
            (f"{mean:.5g} uL/min", "mean flow", f"{flow_within}; set: {wanted:.5g} uL/min", None),
            _periods(results, periods),
            (
                reached(start, 90),
                "to 90 % of the set rate",
                f"to 50 %: {reached(start, 50)}; {resolution}",
                False if reached(start, 90) == NEVER and good is not None else None,
            ),
            (
                _still(results),
                "longest without flow",
                f"less than {lasting(results['no_flow_resolution_s'])} is not seen",
                stops,
            ),
        ]

    def figures(self, analysis: FlowAnalysis) -> list[Figure]:
        shift = within(analysis.result.expanded)
        trumpet_note = (
            "largest and smallest mean error in any window of a length; the whole curve may lie "
            f"higher or lower by {shift}; dash-dotted: the limit"
        )
        return [
            ("Start-up curve", "from the start of the pump", flow_figures.startup(analysis)),
            ("Trumpet curve", trumpet_note, flow_figures.trumpet(analysis)),
            ("Flow", "from the start of the pump to its end", flow_figures.flow(analysis)),
            ("Residuals", RESIDUALS_NOTE, flow_figures.residuals(analysis)),
        ]

    def windows(self, results: Results) -> str:
        return WINDOWS_TITLE + table(WINDOW_HEADS, window_rows(results), "windows")

    def setting_rows(self, analysis: FlowAnalysis) -> list[Row]:
        plan, tidy = analysis.basis.plan, analysis.basis.tidy
        plain_pct, error_pct = analysis.plain_density_error_pct, analysis.result.value
        plain = f"{plain_pct:+.3f} % instead of {error_pct:+.3f} %"
        return [
            ("scatter seen", f"{tidy.noise_mg:.2g} mg from reading to reading"),
            ("sampling", f"every {plan.interval_s:g} s; readings every {tidy.usual_s:.3g} s"),
            ("with 0.998 g/mL", f"{plain}: the density that IEC 60601-2-24 uses, without buoyancy"),
        ]

    def terminal_rows(self, results: Results) -> list[Row]:
        error = estimate(results["flow_error_pct"], results["expanded_uncertainty_pct"])
        periods = "first period (A) {}, last (B) {}".format(
            *(_period(results, which) for which in ("first", "last"))
        )
        spread_ul = flow_uncertainty(results)
        mean = estimate(results["mean_flow_ul_per_min"], spread_ul, "").lstrip("+")
        mean = f"{mean} {within(spread_ul, ' uL/min')}"
        start = results["startup"]
        longest = f"{lasting(results['longest_no_flow_s'])} at the longest"
        unseen = f"less than {lasting(results['no_flow_resolution_s'])} is not seen"
        known = f"known to {lasting(start['resolution_s'])}"
        refused = [_refused(row) for row in results["refused_windows"]]
        curves = [
            row
            for key, name in curves_of(results)
            for row in group(name, [_window(window) for window in results[key]])
        ]
        return [
            ("set", self.set_to(results)),
            ("mean flow", f"{mean} over {results['weighed_s'] / 3600:.4g} h"),
            ("flow error", f"{error} {uncertainty(results)}; {periods}"),
            (
                "start-up",
                f"half of the set rate {reached(start, 50)}, 90 % {reached(start, 90)}; {known}",
            ),
            ("no flow", f"{longest}; {unseen}"),
            *curves,
            *group("refused", refused),
        ]


def _periods(results: Results, good: bool | None) -> Tile:
    errors = [results[f"error_{name}_period_pct"] for name in ("first", "last")]
    both = [results[f"error_{name}_period_expanded_uncertainty_pct"] for name in ("first", "last")]
    first, last = ("-" if one is None else within(one) for one in both)
    text = ", ".join(map(estimate, errors, both))
    return text, "first and last period", f"A {first}, B {last}", good


def flow_uncertainty(results: Results) -> float:
    """The expanded uncertainty of the mean flow, uL/min."""
    return float(results["set_rate_ul_per_min"] * results["expanded_uncertainty_pct"] / 100)


def reached(start: Results, share_pct: int) -> str:
    """When the flow came to that share of the set rate; it is not known where the log has parts
    without a weighing.
    """
    at_s = start[f"time_to_{share_pct}_pct_s"]
    if at_s is not None:
        return f"within {lasting(at_s)}"
    return NEVER if start["weighed_throughout"] else "not seen"


def _still(results: Results) -> str:
    longest_s = results["longest_no_flow_s"]
    return "none seen" if longest_s == 0 else lasting(longest_s)


def one_period(results: Results) -> bool:
    """Whether the run is so short that A and B, T1 and T2 are about the same time."""
    first, last = results["error_first_period_pct"], results["error_last_period_pct"]
    curves = [results[key] for key, _ in CURVES]
    return first is not None and first == last and all(curve == curves[0] for curve in curves)


def curves_of(results: Results) -> Sequence[tuple[str, str]]:
    """(key, name) of the trumpets, one that is the same as the others once."""
    return [("trumpet_whole", "T1, T2, all")] if one_period(results) else CURVES


def window_rows(results: Results) -> list[list[str]]:
    """The rows of WINDOW_HEADS, the windows that are refused last."""
    rows = []
    for key, name in curves_of(results):
        rows += [_window_row(name, row) for row in results[key]]
    for row in results["refused_windows"]:
        enough = f"a window of {row['window_that_would_do_min']:g} min would do"
        note = f"refused: more than {row['limit_pct']:g} %; {enough}"
        step = f"{significant(row['quantisation_pct'], 2)} %"
        rows.append(["", f"{row['window_min']:g}", "-", "-", "-", step, "-", note])
    return rows


def _window_row(name: str, row: Results) -> list[str]:
    note = "" if row["windows"] else "longer than what was weighed without a break"
    ends = (number(row["ep_min_pct"], "+.3f"), number(row["ep_max_pct"], "+.3f"))
    balance = (f"{significant(row[key], 2)} %" for key in ("quantisation_pct", "balance_noise_pct"))
    return [name, f"{row['window_min']:g}", *ends, row["windows"], *balance, note]


def _period(results: Results, which: str) -> str:
    error, expanded = (
        results[f"error_{which}_period_{what}"] for what in ("pct", "expanded_uncertainty_pct")
    )
    return (
        "-"
        if error is None or expanded is None
        else f"{estimate(error, expanded)} {within(expanded)}"
    )


def _window(row: Results) -> str:
    if not row["windows"]:
        return f"{row['window_min']:6g} min   no such window in the log"
    ends = f"{row['ep_min_pct']:+8.3f} to {row['ep_max_pct']:+8.3f} %"
    return f"{row['window_min']:6g} min   {ends}   {row['windows']} windows"


def _refused(row: Results) -> str:
    step = f"one step of the display is {row['quantisation_pct']:.3g} % of it"
    enough = f"{row['window_that_would_do_min']:g} min would do"
    text = f"refused: {step}, more than {row['limit_pct']:g} %; {enough}"
    return f"{row['window_min']:6g} min   {text}"
