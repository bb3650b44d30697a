"""What the report and the terminal say about boluses, and about nothing else. CPython only."""

import numpy as np

from bench.analyse.boluses import BolusAnalysis
from bench.analyse.results import Results
from bench.report.charts import Chart, figure, levels, line, short
from bench.report.kind import Figure, Kind, Row, Tile, spread, uncertainty
from bench.shared.say import estimate, number, within
from host_sim.shared.page_style import BLUE, VERMILION

BOLUS = (
    "Boluses: differences between successive plateaus, corrected for evaporation, as in "
    "IEC 60601-2-24:1998, 50.106; that standard leaves implantable pumps out."
)


class BolusKind(Kind[BolusAnalysis]):
    formulas = (BOLUS,)

    def set_to(self, results: Results) -> str:
        return f"{results['set_dose_ul']:g} uL"

    def scope(self, analysis: BolusAnalysis) -> str:
        lasts = f"the log lasts {analysis.log.time_s[-1] / 3600:.4g} h"
        return f"{len(analysis.doses.volumes_ul)} boluses, recognised by {analysis.how}; {lasts}"

    def tiles(self, results: Results, good: bool | None) -> list[Tile]:
        stats = results["bolus"]
        mean = estimate(stats["mean_error_pct"], results["expanded_uncertainty_pct"])
        variation = number(stats["cv_pct"], ".3g")
        return [
            (mean, "mean bolus error", spread(results), good),
            (f"{stats['n']}", "boluses", "the method weighs 25", None),
            (number(stats["max_pct"]), "largest error", noise(stats), None),
            (number(stats["min_pct"]), "smallest error", noise(stats), None),
            (variation, "variation", "standard deviation over mean", None),
        ]

    def figures(self, analysis: BolusAnalysis) -> list[Figure]:
        note = "error of each, in order; dash-dotted: the limit of the mean"
        return [("Boluses", note, each_bolus(analysis))]

    def terminal_rows(self, results: Results) -> list[Row]:
        stats = results["bolus"]
        mean = estimate(stats["mean_error_pct"], results["expanded_uncertainty_pct"])
        ends = f"from {number(stats['min_pct'])} to {number(stats['max_pct'])}"
        return [
            ("set", f"{results['set_dose_ul']:.6g} uL"),
            ("boluses", f"{stats['n']}, mean error {mean} {uncertainty(results)}"),
            ("", f"{ends}, {noise(stats)}; variation {number(stats['cv_pct'], '.3g')}"),
        ]


def noise(stats: Results) -> str:
    """What of one bolus' error the balance alone makes."""
    return f"balance noise {within(stats['balance_noise_pct'])} (k = 2)"


def each_bolus(analysis: BolusAnalysis) -> Chart:
    """The error of each bolus."""
    errors = 100 * (analysis.doses.volumes_ul / analysis.setup.dose_ul - 1)
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": short(np.arange(1, len(errors) + 1)),
        "y": short(errors),
        "name": "a bolus",
        "marker": {"color": BLUE, "size": 8},
    }
    ends, mean = [0.5, len(errors) + 0.5], analysis.result.value
    return figure(
        [dots, line(ends, [mean, mean], "mean", VERMILION, width=1.6)],
        "bolus",
        "error, %",
        shapes=levels(analysis.setup.limits.error_pct),
        xaxis={"range": ends},
    )
