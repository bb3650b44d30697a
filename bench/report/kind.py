"""What a kind of measurement brings to the report and the terminal. CPython only."""

from typing import Any, Generic, TypeVar

from bench.analyse.results import Results
from bench.report.charts import Chart
from bench.shared.say import number, within

MIN_PER_DAY, UL_PER_ML = 1440, 1000
Found = TypeVar("Found")  # the analysis of the kind
Tile = tuple[str, str, str, bool | None]  # value, label, note, whether it is good
Row = tuple[str, str]  # label, text
Figure = tuple[str, str, Chart | None]  # title, a line below it, what is drawn or nothing


class Kind(Generic[Found]):
    """One kind of measurement. `formulas` are the sentences that only its reports need."""

    formulas: tuple[str, ...] = ()

    def set_to(self, results: Results) -> str:
        """What the pump was set to, with its unit."""
        raise NotImplementedError

    def scope(self, analysis: Found) -> str:
        """What of the log counts."""
        raise NotImplementedError

    def tiles(self, results: Results, good: bool | None) -> list[Tile]:
        """Each key figure; the one that is judged is `good`."""
        raise NotImplementedError

    def figures(self, analysis: Found) -> list[Figure]:
        raise NotImplementedError

    def windows(self, results: Results) -> str:
        """The table of observation windows as HTML; none unless the kind has them."""
        return ""

    def setting_rows(self, analysis: Found) -> list[Row]:
        """What the table of the setting has in addition."""
        return []

    def terminal_rows(self, results: Results) -> list[Row]:
        raise NotImplementedError


AnyKind = Kind[Any]


def uncertainty(results: Results) -> str:
    """The expanded uncertainty for a line of the terminal."""
    factor = number(results["coverage_factor"], ".2f", "")
    return f"{within(results['expanded_uncertainty_pct'])} (95 %, k = {factor})"


def spread(results: Results) -> str:
    """The expanded uncertainty for the note of a tile."""
    factor = number(results["coverage_factor"], ".2f", "")
    return f"{within(results['expanded_uncertainty_pct'])}, 95 %, k = {factor}"


def set_rate(results: Results) -> str:
    """The set rate in the unit of all figures, and in that of pumps."""
    ul_per_min = results["set_rate_ul_per_min"]
    return f"{ul_per_min:.6g} uL/min = {MIN_PER_DAY / UL_PER_ML * ul_per_min:.6g} mL/d"


def group(label: str, lines: list[str]) -> list[Row]:
    """Rows of which only the first bears the label."""
    return [(label if n == 0 else "", line) for n, line in enumerate(lines)]
