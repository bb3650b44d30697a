"""One verdict from several: the mean, and what else the log shows that speaks for or against it.
CPython only.

A mean within its limit is no pass while the first or the last period, a stop or a window of the
trumpet contradicts it. What the setup has a limit for is judged by it and can fail the run; what it
has none for can only take the pass away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.metrology.verdict import FAIL, PASS, UNDECIDED, Verdict
from bench.shared.say import estimate, within


@dataclass(frozen=True)
class Finding:
    """What one figure says: `word` is pass, fail, undecided, or None if nothing speaks against a
    pass. `reason` is a clause, `advice` what to do, `name` the figure's.
    """

    word: str | None
    reason: str = ""
    advice: str = ""
    name: str = ""


def together(mean: Verdict, findings: Sequence[Finding]) -> Verdict:
    """The Verdict on all. A fail of any limit is a fail; a pass needs all that is judged."""
    word = mean.word
    judged = [finding for finding in findings if finding.word]
    against = [finding for finding in judged if finding.word != PASS]
    if word is None and not judged:
        return mean
    if any(finding.word == FAIL for finding in judged):
        word = FAIL
    elif against and word in (PASS, None):
        word = UNDECIDED
    elif word is None:
        word = PASS
    if not against:
        return replace(mean, word=word)
    # What decides stands first
    decisive = sorted(against, key=lambda finding: finding.word != word)
    clauses = [finding.reason for finding in decisive]
    link = "; but " if mean.word == PASS else "; "
    reason = mean.reason + link + "; and ".join(clauses)
    # Beside a mean that fails there is no pass to win back
    helps = [finding for finding in decisive if mean.word != FAIL or finding.word == FAIL]
    advice = [finding.advice for finding in helps if finding.advice]
    names = [*mean.against, *(finding.name for finding in decisive)]
    return Verdict(word, reason, (*dict.fromkeys([*advice, *mean.advice]),), (*names,))


def of_error(
    name: str, error_pct: float, expanded_pct: float, own_pct: float | None, usual_pct: float | None
) -> Finding:
    """The Finding on an error: by its own limit, or without one by the limit of the mean."""
    said = f"{name} is {estimate(error_pct, expanded_pct)} {within(expanded_pct)}"
    limit = own_pct if own_pct is not None else usual_pct
    if limit is None:
        return Finding(None)
    if abs(error_pct) - expanded_pct > limit:
        if own_pct is None:
            advice = f"find out why the flow changed, or state a limit of its own for {name}"
            return Finding(UNDECIDED, f"{said}, beyond \u00b1{limit:g} %", advice)
        return Finding(FAIL, f"{said}, beyond its limit of \u00b1{limit:g} %")
    if own_pct is None:
        return Finding(None)
    if abs(error_pct) + expanded_pct > limit:
        return Finding(UNDECIDED, f"{said}, too near its limit of \u00b1{limit:g} %")
    return Finding(PASS)
