"""Where a walk begins, and what there is to do.

The sizes are such that what takes long is interrupted by what comes next: DWELL_MS pass after each
action, a bolus takes 10 min, a patient's 6, a prime up to 8, a bridge 29 or 115.
"""

from tests.rigs.pump import ML, UL, Bench

# In the order in which they are tried
ACTIONS = (
    "bolus",
    "patient",
    "prime",
    "bridge",
    "stop",
    "start",
    "stall",
    "refill",
    "program",
    "cut",
)
LOW, HIGH = 500_000, 2_000_000  # ng/mL
DOSES = (300_000, 240_000)  # ng a day, of the two programs
BRIDGE_DOSE = 300_000
TUBING, CATHETER = 4 * UL, 8 * UL
PATH = TUBING + CATHETER
BOLUS = {"dose_ng": 5_000, "duration_ms": 600_000}
PATIENT = {"dose_ng": 3_000, "duration_ms": 360_000, "lockout_s": 700, "per_day": 3}
MAX_RATE = 2200 * UL
MIN_RATE = 6 * UL
CAP_1H, CAP_24H = 26_000, 400_000
DWELL_MS = 240_137
STALL_MS = 90_000  # so long the rotor is held: it comes back within the dwell
CAPACITY = 20 * ML

STOP, RESUME = "stop", "resume"  # after a cut
# name: (ng/mL in the tubing, in the catheter, in the reservoir, after a cut)
SCENES = {
    "full of 2000 ug/mL": (HIGH, HIGH, HIGH, STOP),
    "water in the line": (0, 0, HIGH, STOP),
    "full of 500 ug/mL": (LOW, LOW, LOW, STOP),
    "goes on after a cut": (HIGH, HIGH, HIGH, RESUME),
}


def begun(name):
    """The pump of a scene, infusing."""
    tubing, catheter, conc, after_reset = SCENES[name]
    return Bench(
        program={"mode": "continuous", "dose_ng_per_day": DOSES[0]},
        drug={"conc_ng_per_ml": conc},
        line={
            "tubing_pl": TUBING,
            "catheter_pl": CATHETER,
            "tolerance_ppt": 0,
            "holds_tubing_ng_per_ml": tubing,
            "holds_catheter_ng_per_ml": catheter,
        },
        limits={
            "max_rate_pl_per_day": MAX_RATE,
            "min_rate_pl_per_day": MIN_RATE,
            "program_max_rate_pl_per_day": MAX_RATE,
            "max_dose_1h_ng": CAP_1H,
            "max_dose_24h_ng": CAP_24H,
            "max_prime_ng": 100_000,
        },
        patient_bolus=PATIENT,
        pump={"after_reset": after_reset},
        reservoir={"residual_pl": 0, "capacity_pl": CAPACITY, "fill_pl": CAPACITY},
    )
