"""The formulas behind every report, with where each comes from. CPython only."""

from bench.analyse.analyses import Analysis
from bench.inputs.setup_sections import Blanks

FLOW_FORMULA = (
    "Flow: Q = Z (m / t + e) / tip. Gravimetric method, EURAMET Calibration Guide 19 and "
    "ISO 8655-6, for a flow."
)
Z_FORMULA = (
    "Z = (rho_b - rho_a) / (rho_b (rho_w - rho_a)), rho_b = 8000 kg/m3; water: Tanaka et al., "
    "Metrologia 38 (2001) 301; air: CIPM simplified, OIML R 111-1."
)
UNCERTAINTY = (
    "Uncertainty: budget by the law of propagation (JCGM 100, GUM), effective degrees of freedom "
    "by Welch and Satterthwaite; 95 % interval by Monte Carlo with 200 000 draws (JCGM 101)."
)
VERDICT = (
    "Verdict: guard band of one expanded uncertainty on either side of the limit (JCGM 106, "
    "ILAC-G8)."
)
STATED = (
    "Evaporation: as stated in the setup, any value within its half-width as likely as any other."
)
BLANKS = (
    "Evaporation: least-squares slopes of the blanks before and after, their mean, and what "
    "changed between them as a rectangular term."
)
IMMERSED = (
    "Immersed tube: tip = 1 / (1 - (d / D)^2), the water that the tube displaces as the level "
    "rises."
)


def common(analysis: Analysis) -> list[str]:
    """A sentence for each method that this analysis used, for each kind of measurement."""
    lost = BLANKS if isinstance(analysis.setup.evaporation, Blanks) else STATED
    immersed = [IMMERSED] if analysis.setup.immersion else []
    return [FLOW_FORMULA, Z_FORMULA, UNCERTAINTY, VERDICT, lost, *immersed]
