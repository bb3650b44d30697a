"""From the weighings of a verification to its verdict and its certificate. CPython only.

found = judged_steps(steps, folder)
path = certify(found, folder)
"""

from collections.abc import Sequence
from pathlib import Path

from bench.analyse import results as result_files
from bench.report import certificate, certificate_of_rates, page
from bench.report.judged import Judged, judge
from bench.shared.errors import BenchError
from clepsydra.errors import ClepsydraError
from clepsydra.on_balance.rate_steps import Step
from clepsydra.on_balance.rate_weighing import LOG, SETUP
from host_sim.shared import ending

CERTIFICATE = "certificate.html"
ANALYSIS = "analysis"


class NotJudged(ClepsydraError):
    """A log that was weighed bears no verdict, or its setup does not fit."""

    status = ending.NOT_JUDGED


def judged_steps(steps: Sequence[Step], folder: Path) -> list[Judged]:
    """Each rate, with its results.json and report.html written. NotJudged."""
    found = []
    for step in steps:
        here = folder / step.folder
        try:
            one = judge(here / LOG, here / SETUP)
        except BenchError as error:
            raise NotJudged(
                f"{step.rate} was weighed, and cannot be judged: {error}; the logs are kept"
            ) from error
        out = here / ANALYSIS
        out.mkdir(exist_ok=True)
        result_files.write(one.results, out / "results.json")
        page.write(one.analysis, one.results, out, one.identity)
        found.append(one)
    return found


def certify(found: Sequence[Judged], folder: Path) -> Path:
    """The certificate, of one rate or of several; its path."""
    path = folder / CERTIFICATE
    if len(found) == 1:
        certificate.write(found[0].analysis, found[0].results, found[0].identity, path)
    else:
        certificate_of_rates.write(found, path)
    return path


def word_of(found: Sequence[Judged]) -> str | None:
    """The verdict on all of them; None without a limit."""
    return certificate_of_rates.verdict(found)
