"""The therapies whose every flash operation is cut, by their names. Together they have each command
that changes what is kept: test_every_cut.py looks at what was carried out.

    therapy = THERAPIES["line"]
"""

import random
from collections import namedtuple

from firmware import syringe_geometry
from firmware.link.commands import TABLE
from firmware.link.far_end import ONLY_READ, SET_PROGRAM
from tests.cuts.script import (
    AFTER_OUTAGE,
    AGAIN,
    CONC_NG_PER_ML,
    CONFIG,
    EVERY_KIND,
    START,
    drawn,
    minutes,
    refill,
    send,
)
from tests.cuts.truth import DAY_MS, MINUTE_MS
from tests.rigs.config import ML, UL, made_config
from tests.rigs.pump import MONDAY_S

# config: in the store; script: what is done; again: after a cut that is cut again;
# tip_ng_per_ml: (least, most) that passes the tip; truth: where the world is another
Therapy = namedtuple("Therapy", ("config", "script", "again", "tip_ng_per_ml", "truth"))

# Changes what is kept, and is cut elsewhere: no other truth than a person's holds after it.
PAIRING = "tests/property/test_pairing_cuts.py"
ELSEWHERE = {
    "accept_books": "tests/property/test_lost_books.py",
    "pair": PAIRING,
    "unpair": PAIRING,
}
# `set_program` is refused: the far end makes of it what is put, staged and confirmed. `bye` ends a
# session, which nobody keeps.
KEEPING = set(TABLE) - set(ONLY_READ) - {SET_PROGRAM, "bye"} - set(ELSEWHERE)

UG = 1000
LOW, HIGH = 500_000, CONC_NG_PER_ML
DOSE = 300 * UG
CATHETER_PL = 13_200_000
CAPS = {"max_dose_1h_ng": 150 * UG, "max_dose_24h_ng": 400 * UG}


def _dose(ug):
    return {"mode": "continuous", "dose_ng_per_day": ug * UG}


LINE = made_config(
    _dose(300),
    drug={"conc_ng_per_ml": LOW},
    line={"tubing_pl": 14 * UL, "catheter_pl": CATHETER_PL, "tolerance_ppt": 0},
    limits=dict(CAPS, max_prime_ng=100 * UG),
    reservoir={"residual_pl": 0},
)


def other_drug(conc_ng_per_ml, **fields):
    return dict(
        do="refill", withdrawn_pl=20 * ML, fill_pl=18 * ML, conc_ng_per_ml=conc_ng_per_ml, **fields
    )


ON_A_LINE = [
    send("set_clock", wall_s=MONDAY_S),
    send("line_confirmed", holds_ng_per_ml=LOW),
    START,
    minutes(4),
    send("stop"),
    send("catheter_flushed", aspirated_pl=20 * UL, injected_pl=20 * UL, with_ng_per_ml=0),
    ("confirm", ("counted_ng", {"do": "prime", "tubing": 0, "catheter": 1})),
    minutes(3),
    ("send", other_drug(HIGH, bridge_ng_per_day=DOSE)),
    minutes(12),
    send("bridge_dose", dose_ng_per_day=DOSE // 2),
    minutes(5),
    ("outage", None),
    *AFTER_OUTAGE,
    minutes(6),
    ("confirm", ("no_bridge_ng", {"do": "bridge_dose"})),
    minutes(4),
    ("confirm", ("no_bridge_ng", other_drug(LOW))),
    minutes(3),
    send("stop"),
    send("catheter_flushed", aspirated_pl=20 * UL, injected_pl=0, with_ng_per_ml=0),
    ("confirm", ("counted_ng", {"do": "prime", "tubing": 0, "catheter": 1})),
    ("wait", 3000),
    ("outage", None),
    *AFTER_OUTAGE,
    minutes(2),
]

LADDER = made_config(
    _dose(20),
    limits=CAPS,
    patient_bolus={"dose_ng": 2 * UG, "duration_ms": 60_000, "lockout_s": 60, "per_day": 4},
    service={"tube_revs": 100_000},
)
PLAN = {
    "mode": "plan",
    "advance": "confirm",
    "origin": "spinal",
    "stages": [{"days": 1, "program": _dose(20)}, {"days": 3, "program": _dose(25)}],
}
LADDER_AND_PLAN = [
    send("set_clock", wall_s=MONDAY_S, offset_s=3600),
    START,
    minutes(2),
    send("confirm_dose", confirm_dose_ng_per_day=20 * UG),
    send("test_bolus", dose_ng=50 * UG, duration_ms=10 * MINUTE_MS),
    minutes(12),
    send("screening_response", effective=1, lasted_min=60, note="less tone"),
    send("patient_bolus"),
    minutes(2),
    send("set_program", program=PLAN),
    ("uncut", DAY_MS - 2 * MINUTE_MS),
    minutes(4),
    send("plan_confirm", dose_ng_per_day=25 * UG),
    minutes(3),
    send("plan_pause"),
    minutes(2),
    send("plan_resume"),
    minutes(2),
    ("outage", None),
    *AFTER_OUTAGE,
    send("plan_resume"),
    minutes(2),
    send("plan_end"),
    send("stop"),
    send("tube_replaced", first_use_day=MONDAY_S // 86_400, revs=3),
    START,
    minutes(2),
    send("empty", withdrawn_pl=20 * ML),
    minutes(2),
    refill(4 * ML),
    send("acknowledge"),
    START,
    minutes(2),
]

PLAY_STEPS = 80
SYRINGE = made_config(
    {"mode": "continuous", "rate_pl_per_day": 20 * ML},
    head={"pl_per_rev": syringe_geometry.volume_pl(14_430, 2000), "rollers": 0},
    syringe={
        "diameter_um": 14_430,
        "pitch_um": 2000,
        "travel_um": 60_000,
        "backlash_um": PLAY_STEPS * 2000 // 3200,
    },
    reservoir={"capacity_pl": 9 * ML, "fill_pl": 5 * ML},
)
LINE_ON = {"confirm_line": 1}
ON_A_SCREW = [
    send("set_clock", wall_s=MONDAY_S),
    START,
    minutes(4),
    send("stop"),
    send("withdraw", volume_pl=ML, line_off=1),
    minutes(2),
    ("start", LINE_ON),
    minutes(4),
    send("stop"),
    send("withdraw", volume_pl=ML, line_off=1),
    ("wait", 3000),
    ("outage", None),
    send("set_clock", wall_s=MONDAY_S + 20_000),
    ("start", LINE_ON),
    minutes(3),
    send("stop"),
    ("leave", {"do": "maintenance"}),
    ("store", "another"),
    minutes(1),
    *AFTER_OUTAGE,
    minutes(2),
]
AGAIN_ON_A_SCREW = [AFTER_OUTAGE[0], ("start", LINE_ON), minutes(2), send("stop")]

THERAPIES = {
    "basal": Therapy(CONFIG, EVERY_KIND, AGAIN, (HIGH, HIGH), {}),
    # What is primed counts for nothing up to half of it; test_bridge_cuts.py and test_prime.py have
    # the dose at the tip to the step.
    "line": Therapy(LINE, ON_A_LINE, AGAIN, (0, HIGH), {}),
    "ladder and plan": Therapy(LADDER, LADDER_AND_PLAN, AGAIN, (HIGH, HIGH), {}),
    "syringe": Therapy(
        SYRINGE,
        ON_A_SCREW,
        AGAIN_ON_A_SCREW,
        (HIGH, HIGH),
        {"backlash_steps": PLAY_STEPS, "barrel_pl": 9 * ML},
    ),
}


MORE_ACTIONS = 20  # of a drawn basal therapy
OTHERS_EVERY = 2  # therapies: so many are of the basal kind for each other one


def drawn_one(seed):
    """The basal therapy with drawn actions behind it, or one of the others with drawn waits."""
    others = [name for name in sorted(THERAPIES) if name != "basal"]
    turn, basal = divmod(seed, OTHERS_EVERY)
    if basal:
        return THERAPIES["basal"]._replace(script=drawn(seed, MORE_ACTIONS))
    therapy, draw = THERAPIES[others[turn % len(others)]], random.Random(seed)
    script = [
        (what, argument * draw.randint(50, 150) // 100 if what == "wait" else argument)
        for what, argument in therapy.script
    ]
    return therapy._replace(script=script)
