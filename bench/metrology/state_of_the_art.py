"""What a national standard of micro-flow states, as a measure of what a bench may claim. CPython
only.

NIST's gravimetric standard for liquid micro-flow states 0.1 ug/s + 0.2 % of the flow (k = 2), from
0.16 ug/s to 16 mg/s. A bench that states less leaves something out, unless it has evidence.
"""

ABSOLUTE_MG_PER_MIN = 0.1e-3 * 60
SHARE_PCT = 0.2


def expanded_pct(mg_per_min: float) -> float:
    """Its expanded uncertainty in percent of a flow."""
    return SHARE_PCT + 100 * ABSOLUTE_MG_PER_MIN / mg_per_min
