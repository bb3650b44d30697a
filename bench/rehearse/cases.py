"""The weighings of `make bench`: a pump, a balance, a room and what goes wrong, each with what the
setup states about it.

What is stated is an estimate with a half-width or a standard deviation; what is true is drawn from
just that, so that an interval that claims 95 % has to hold the truth 95 times in 100.
"""

from dataclasses import dataclass, replace

from bench.rehearse.replies import SPEAKERS, Shown
from bench.rehearse.simulated_balance import World

MIN_S, HOUR_S = 60.0, 3600.0
GAIN_PCT = 6.0  # a pump without a scenario is off by up to so much
SPREAD = {
    "water_c": 0.5,
    "air_c": 1.0,
    "pressure_hpa": 5.0,
    "humidity_pct": 10.0,
}  # half-widths; the setup's defaults are the same
TUBE_SPREAD_MM, VESSEL_SPREAD_MM = 0.05, 0.5


@dataclass(frozen=True)
class Case:
    """rate: as the pump is set; scenario: of a simulated pump in bench/rehearse/scenarios, or None
    for even flow with an error that is drawn

    stated: the World as the setup states it; evaporation_pct: how well its evaporation is known;
        blanks: measured, not stated
    for_s, every_s: of the weighing; left_out_s: at its start; interval_s: sampling; method: of the
        setup
    befall: a name in BEFALL; limit_pct: what the verdict is about
    """

    name: str
    rate: str
    protocol: str
    stated: World
    for_s: float
    every_s: float
    left_out_s: float
    scenario: "str | None" = None
    evaporation_pct: float = 30.0
    blanks: bool = False
    interval_s: float = 30.0
    method: str = "volumetric"
    befall: "str | None" = None
    limit_pct: float = 5.0


def draw(stated, evaporation_pct, random):
    """What is true, drawn from what is stated: a World."""

    def within(value, half_width):
        return random.uniform(value - half_width, value + half_width)

    room = {key: within(getattr(stated, key), half_width) for key, half_width in SPREAD.items()}
    evaporation = within(
        stated.evaporation_mg_per_min, stated.evaporation_mg_per_min * evaporation_pct / 100
    )
    drift = within(0.0, stated.drift_mg_per_h)
    tube = within(stated.tube_mm, TUBE_SPREAD_MM) if stated.tube_mm else 0.0
    return replace(
        stated,
        **room,
        evaporation_mg_per_min=evaporation,
        drift_mg_per_h=drift,
        tube_mm=tube,
        vessel_mm=within(stated.vessel_mm, VESSEL_SPREAD_MM),
    )


def _cable(case, wire, pan, at_s):
    wire.pull(at_s(0.55 * case.for_s), 5 * MIN_S)


def _silent(case, wire, pan, at_s):
    wire.mute(at_s(0.6 * case.for_s), 2 * MIN_S)


def _tare(case, wire, pan, at_s):
    pan.put(at_s(0.6 * case.for_s), 10 * case.for_s, -25.0)


def _bump(case, wire, pan, at_s):
    pan.put(at_s(0.7 * case.for_s), 3.0, 2.0)


def _overload(case, wire, pan, at_s):
    pan.put(at_s(0.7 * case.for_s), 20.0, 300.0)


def _print_key(case, wire, pan, at_s):
    for part in range(4, 20):
        wire.say(
            at_s(part / 20 * case.for_s), SPEAKERS[case.protocol].print_key(Shown("stable", 99.0))
        )


def _noisy_wire(case, wire, pan, at_s):
    for part in range(1, 100):
        wire.spoil(
            at_s(part / 100 * case.for_s),
            lambda answer, at=part: answer[: at % len(answer)] + answer[at % len(answer) + 1 :],
        )


BEFALL = {
    "cable out for 5 min": _cable,
    "silent for 2 min": _silent,
    "tared": _tare,
    "bumped": _bump,
    "overloaded for 20 s": _overload,
    "print key pressed": _print_key,
    "characters lost": _noisy_wire,
}

ANALYTICAL = World(
    readability_mg=0.1, noise_mg=0.1, linearity_mg=0.2, drift_mg_per_h=0.1, tube_mm=1.6
)
SEMIMICRO = replace(
    ANALYTICAL,
    readability_mg=0.01,
    noise_mg=0.015,
    linearity_mg=0.05,
    drift_mg_per_h=0.02,
    tube_mm=0.8,
)
MICRO = replace(
    SEMIMICRO,
    readability_mg=0.001,
    noise_mg=0.003,
    linearity_mg=0.01,
    drift_mg_per_h=0.01,
    vessel_g=5.0,
    capacity_g=22.0,
)
PRECISION = replace(
    ANALYTICAL,
    readability_mg=1.0,
    noise_mg=1.0,
    linearity_mg=2.0,
    drift_mg_per_h=1.0,
    capacity_g=2000.0,
)


def _open(balance, evaporation_mg_per_min):
    return replace(balance, evaporation_mg_per_min=evaporation_mg_per_min)


def _slowly(case):
    return replace(case, interval_s=15 * MIN_S, method="ambulatory")


CASES = (
    Case(
        "pump, 24 mL/d",
        "24 mL/d",
        "mt-sics",
        _open(SEMIMICRO, 0.02),
        4 * HOUR_S,
        1.0,
        HOUR_S,
        "pump_24_ml_d",
    ),
    Case(
        "pump, 24 mL/d",
        "24 mL/d",
        "sbi",
        _open(ANALYTICAL, 0.02),
        4 * HOUR_S,
        1.0,
        HOUR_S,
        "pump_24_ml_d",
        befall="cable out for 5 min",
    ),
    _slowly(
        Case(
            "pump, 0.5 mL/d",
            "0.5 mL/d",
            "mt-sics",
            _open(SEMIMICRO, 0.002),
            12 * HOUR_S,
            5.0,
            HOUR_S,
            "pump_half_ml_d",
        )
    ),
    _slowly(
        Case(
            "pump, 0.5 mL/d, open",
            "0.5 mL/d",
            "a-and-d",
            _open(ANALYTICAL, 0.3),
            12 * HOUR_S,
            5.0,
            HOUR_S,
            "pump_half_ml_d",
        )
    ),
    _slowly(
        Case(
            "trickle",
            "0.03 uL/min",
            "mt-sics",
            _open(MICRO, 0.001),
            8 * HOUR_S,
            5.0,
            HOUR_S,
            blanks=True,
        )
    ),
    Case(
        "1 uL/min",
        "1 uL/min",
        "sbi",
        _open(SEMIMICRO, 0.005),
        6 * HOUR_S,
        2.0,
        HOUR_S,
        befall="print key pressed",
    ),
    Case(
        "10 uL/min",
        "10 uL/min",
        "ohaus",
        _open(ANALYTICAL, 0.02),
        3 * HOUR_S,
        1.0,
        HOUR_S,
        befall="characters lost",
    ),
    Case(
        "10 uL/min, open",
        "10 uL/min",
        "ohaus",
        _open(ANALYTICAL, 0.3),
        3 * HOUR_S,
        1.0,
        HOUR_S,
        blanks=True,
        befall="silent for 2 min",
    ),
    Case(
        "100 uL/min",
        "100 uL/min",
        "a-and-d",
        _open(ANALYTICAL, 0.3),
        2 * HOUR_S,
        1.0,
        30 * MIN_S,
        befall="tared",
    ),
    Case(
        "1 mL/min",
        "1 mL/min",
        "mt-sics",
        _open(ANALYTICAL, 0.3),
        HOUR_S,
        0.5,
        10 * MIN_S,
        befall="bumped",
    ),
    Case(
        "1 mL/min, dripping",
        "1 mL/min",
        "sbi",
        replace(_open(ANALYTICAL, 0.3), drop_ul=20.0, tube_mm=0.0),
        HOUR_S,
        0.5,
        10 * MIN_S,
    ),
    Case(
        "10 mL/min",
        "10 mL/min",
        "ohaus",
        _open(PRECISION, 1.0),
        30 * MIN_S,
        0.2,
        5 * MIN_S,
        befall="overloaded for 20 s",
    ),
)
