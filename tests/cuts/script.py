"""The therapies that are cut: what a person does to a pump in a few hours, drawn from a seed.

A script is a list of (what, argument):

    ("wait", ms), ("uncut", ms)       # time passes; nothing in it is cut
    ("send", {"do": ...})
    ("confirm", (field, {"do": ...})) # sent, and again with the consequence that the refusal shows
    ("start", {...})                  # with these fields, and the dose of the program
    ("leave", {"do": ...})            # after it the pump comes up anew
    ("store", name)                   # a configuration of another name is put and staged
    ("occlude", True), ("outage", None)

This is a pump with one concentration, no line and no plan; therapies.py has the others. It has a
refill to the last drop, and caps at their edge.
"""

import random

from tests.cuts.truth import MINUTE_MS
from tests.rigs.config import ML, UL, made_config
from tests.rigs.pump import MONDAY_S

RATE = 500 * UL
CONC_NG_PER_ML = 2_000_000
CAP_1H_NG, CAP_24H_NG = 80_000, 1_000_000  # the basal rate is 42,000 in an hour, 1,000,000 in a day
RESIDUAL_PL = 500 * UL
FLEX = {
    "mode": "flex",
    "steps": [[0, RATE], [6 * 3600, RATE // 4], [7 * 3600, 2 * RATE]],
    "safe_rate_pl_per_day": RATE // 4,
}

CONFIG = made_config(
    {"mode": "continuous", "rate_pl_per_day": RATE},
    drug={"name": "baclofen", "conc_ng_per_ml": CONC_NG_PER_ML},
    limits={
        "max_dose_1h_ng": CAP_1H_NG,
        "max_dose_24h_ng": CAP_24H_NG,
        "bolus_lockout_s": 1200,
    },
    reservoir={"residual_pl": RESIDUAL_PL, "capacity_pl": 20 * ML},
)


def send(do, **fields):
    return "send", dict(fields, do=do)


def refill(fill_pl):
    """All but the residual is drawn off."""
    return send("refill", fill_pl=fill_pl, withdrawn_pl=20 * ML)


START = "start", {}  # the dose is stated with it


def minutes(count):
    return "wait", count * MINUTE_MS + 137


def continuous(rate_pl_per_day):
    return send("set_program", program={"mode": "continuous", "rate_pl_per_day": rate_pl_per_day})


def bolus(ul, over_min):
    return send("bolus", volume_pl=ul * UL, duration_ms=over_min * MINUTE_MS)


AFTER_OUTAGE = [send("set_clock", wall_s=MONDAY_S + 20_000), START]
EVERY_KIND = [
    send("set_clock", wall_s=MONDAY_S),
    START,
    minutes(8),
    bolus(8, 5),
    minutes(3),
    send("cancel_bolus"),
    continuous(2 * RATE),
    minutes(6),
    ("outage", None),
    send("acknowledge"),
    *AFTER_OUTAGE,
    minutes(4),
    send("set_program", program=FLEX),
    minutes(9),
    refill(9 * UL),
    minutes(4),
    send("audio_pause", duration_ms=MINUTE_MS),
    minutes(25),  # EMPTY by now
    refill(5 * ML - RESIDUAL_PL),
    START,
    minutes(2),
    ("occlude", True),
    minutes(1),
    ("occlude", False),
    send("status"),
    send("reset_fault"),
    send("alarm_test"),
    START,
    minutes(20),
    bolus(15, 10),
    minutes(4),
    ("outage", None),
    *AFTER_OUTAGE,
    bolus(15, 10),  # refused: locked out
    minutes(20),
    bolus(15, 10),
    minutes(30),
    send("stop"),
    minutes(40),
    ("outage", None),
    send("accept_books", fill_pl=5 * ML),  # refused: they are not lost
    minutes(2),
]
AGAIN = [*AFTER_OUTAGE, minutes(3), bolus(4, 2), minutes(3), send("stop")]


def drawn(seed, length):
    """A script of every kind, and `length` more drawn ones."""
    draw = random.Random(seed)
    script = list(EVERY_KIND)
    choices = (
        lambda: [minutes(draw.randint(1, 40))],
        lambda: [bolus(draw.randint(1, 20), draw.randint(1, 20))],
        lambda: [continuous(draw.choice((RATE // 20, RATE, 3 * RATE, 8 * RATE)))],
        lambda: [send("stop"), minutes(draw.randint(1, 30)), START],
        lambda: [refill(draw.choice((6 * UL, 30 * UL, 4 * ML)))],
        lambda: [send("acknowledge")],
        lambda: [send("cancel_bolus")],
        lambda: [send("set_program", program=FLEX)],
        lambda: [("occlude", True), ("occlude", False), send("reset_fault"), START],
        lambda: [("outage", None), *AFTER_OUTAGE],
    )
    while len(script) < len(EVERY_KIND) + length:
        script += [*AFTER_OUTAGE, minutes(draw.randint(1, 12)), *draw.choice(choices)()]
    return script
