"""The formulas behind a report, with where each comes from. CPython only."""

from bench.analyse.boluses import BolusAnalysis

FLOW_FORMULA = "Flow: Q = Z (m / t + e) / tip. Gravimetric method, EURAMET Calibration Guide 19 and ISO 8655-6, for a flow."
Z_FORMULA = (
    "Z = (rho_b - rho_a) / (rho_b (rho_w - rho_a)), rho_b = 8000 kg/m3; water: Tanaka et al., Metrologia 38 (2001) 301; "
    "air: CIPM simplified, OIML R 111-1."
)
UNCERTAINTY = (
    "Uncertainty: budget by the law of propagation (JCGM 100, GUM), effective degrees of freedom by Welch and Satterthwaite; "
    "95 % interval by Monte Carlo with 200 000 draws (JCGM 101)."
)
VERDICT = "Verdict: guard band of one expanded uncertainty on either side of the limit (JCGM 106, ILAC-G8)."
STATED = (
    "Evaporation: as stated in the setup, any value within its half-width as likely as any other."
)
BLANKS = "Evaporation: least-squares slopes of the blanks before and after, their mean, and what changed between them as a rectangular term."
IMMERSED = "Immersed tube: tip = 1 / (1 - (d / D)^2), the water that the tube displaces as the level rises."
TRUMPET = (
    "Trumpet curve: Ep of every window P of successive sampling intervals S, as in IEC 60601-2-24:1998, 50.102 to 50.105; that "
    "standard leaves implantable pumps out, and this is no test by it."
)
WEIGHED = (
    "A window counts only if it was weighed without a gap or a step. A mean over several pieces is their mass over their time; "
    "what happened between is not assumed."
)
BOLUS = (
    "Boluses: differences between successive plateaus, corrected for evaporation, as in IEC 60601-2-24:1998, 50.106; that standard "
    "leaves implantable pumps out."
)


def lines(analysis):
    """A sentence for each method that this analysis used."""
    found = [
        FLOW_FORMULA,
        Z_FORMULA,
        UNCERTAINTY,
        VERDICT,
        STATED if "rate" in analysis.setup.evaporation else BLANKS,
    ]
    if analysis.setup.immersion:
        found.append(IMMERSED)
    return [*found, BOLUS] if isinstance(analysis, BolusAnalysis) else [*found, TRUMPET, WEIGHED]
