"""The weighings of `make bench`: pump, balance, room and mishap of each, and the statements of its
setup. CPython only.

A setup states an estimate with a half-width or a standard deviation. The truth is drawn from
exactly that distribution, so that an interval that claims 95 % has to hold the truth 95 times in
100.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from bench.rehearse.replies import SPEAKERS, Shown
from bench.rehearse.simulated_balance import SimBalance, World
from bench.rehearse.wire import SimWire

MIN_S, HOUR_S = 60.0, 3600.0
GAIN_PCT = 6.0  # a pump without a scenario is off by up to this much
# Half-widths; the defaults of the setup are the same
SPREAD = {
    "water_c": 0.5,
    "air_c": 1.0,
    "pressure_hpa": 5.0,
    "humidity_pct": 10.0,
}
TUBE_SPREAD_MM, VESSEL_SPREAD_MM = 0.05, 0.5


@dataclass(frozen=True)
class Case:
    """rate: as the pump is set
    stated: the World as the setup states it
    for_s, every_s: of the weighing; left_out_s: at its start; interval_s: of the sampling
    scenario: of a simulated pump in bench/rehearse/scenarios, or None for even flow with an error
        that is drawn
    evaporation_pct: half-width of the stated evaporation; blanks: it is measured, not stated
    mishap: a name in MISHAPS
    limit_pct: of the verdict
    """

    name: str
    rate: str
    protocol: str
    stated: World
    for_s: float
    every_s: float
    left_out_s: float
    scenario: str | None = None
    evaporation_pct: float = 30.0
    blanks: bool = False
    interval_s: float = 30.0
    method: str = "volumetric"
    mishap: str | None = None
    limit_pct: float = 5.0


def half_widths(stated: World, evaporation_pct: float) -> dict[str, float]:
    """How far the truth may lie from what is stated, by the fields of a World: the defaults of a
    setup.
    """
    return {
        **SPREAD,
        "evaporation_mg_per_min": stated.evaporation_mg_per_min * evaporation_pct / 100,
        "drift_mg_per_h": stated.drift_mg_per_h,
        "tube_mm": TUBE_SPREAD_MM if stated.tube_mm else 0.0,
        "vessel_mm": VESSEL_SPREAD_MM,
    }


def draw(stated: World, spread: Mapping[str, float], random: Random) -> World:
    """The truth, drawn from what is stated and the half-widths of it; the drift is about zero. One
    draw for each half-width that is not zero, in their order.
    """
    middle = replace(stated, drift_mg_per_h=0.0)

    def within(key: str, half_width: float) -> float:
        value: float = getattr(middle, key)
        return random.uniform(value - half_width, value + half_width)

    return replace(middle, **{key: within(key, half) for key, half in spread.items() if half})


AtS = Callable[[float], float]  # the instant on the clock of a time of the delivery, s


def _cable(case: Case, wire: SimWire, pan: SimBalance, at_s: AtS) -> None:
    wire.pull(at_s(0.55 * case.for_s), 5 * MIN_S)


def _silent(case: Case, wire: SimWire, pan: SimBalance, at_s: AtS) -> None:
    wire.mute(at_s(0.6 * case.for_s), 2 * MIN_S)


def _tare(case: Case, wire: SimWire, pan: SimBalance, at_s: AtS) -> None:
    pan.put(at_s(0.6 * case.for_s), 10 * case.for_s, -25.0)


def _bump(case: Case, wire: SimWire, pan: SimBalance, at_s: AtS) -> None:
    pan.put(at_s(0.7 * case.for_s), 3.0, 2.0)


def _overload(case: Case, wire: SimWire, pan: SimBalance, at_s: AtS) -> None:
    pan.put(at_s(0.7 * case.for_s), 20.0, 300.0)


def _print_key(case: Case, wire: SimWire, pan: SimBalance, at_s: AtS) -> None:
    printed = SPEAKERS[case.protocol].print_key(Shown("stable", 99.0))
    for part in range(4, 20):
        wire.say(at_s(part / 20 * case.for_s), printed)


def _noisy_wire(case: Case, wire: SimWire, pan: SimBalance, at_s: AtS) -> None:
    for part in range(1, 100):
        wire.spoil(at_s(part / 100 * case.for_s), _without_character(part))


def _without_character(at: int) -> Callable[[bytes], bytes]:
    return lambda answer: answer[: at % len(answer)] + answer[at % len(answer) + 1 :]


MISHAPS: dict[str, Callable[[Case, SimWire, SimBalance, AtS], None]] = {
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


def _open(balance: World, evaporation_mg_per_min: float) -> World:
    return replace(balance, evaporation_mg_per_min=evaporation_mg_per_min)


def _slowly(case: Case) -> Case:
    return replace(case, interval_s=15 * MIN_S, method="ambulatory")


CASES = (
    Case(
        name="pump, 24 mL/d", rate="24 mL/d", protocol="mt-sics", stated=_open(SEMIMICRO, 0.02),
        for_s=4 * HOUR_S, every_s=1.0, left_out_s=HOUR_S, scenario="pump_24_ml_d",
    ),
    Case(
        name="pump, 24 mL/d", rate="24 mL/d", protocol="sbi", stated=_open(ANALYTICAL, 0.02),
        for_s=4 * HOUR_S, every_s=1.0, left_out_s=HOUR_S, scenario="pump_24_ml_d",
        mishap="cable out for 5 min",
    ),
    _slowly(Case(
        name="pump, 0.5 mL/d", rate="0.5 mL/d", protocol="mt-sics", stated=_open(SEMIMICRO, 0.002),
        for_s=12 * HOUR_S, every_s=5.0, left_out_s=HOUR_S, scenario="pump_half_ml_d",
    )),
    _slowly(Case(
        name="pump, 0.5 mL/d, open", rate="0.5 mL/d", protocol="a-and-d",
        stated=_open(ANALYTICAL, 0.3), for_s=12 * HOUR_S, every_s=5.0, left_out_s=HOUR_S,
        scenario="pump_half_ml_d",
    )),
    _slowly(Case(
        name="trickle", rate="0.03 uL/min", protocol="mt-sics", stated=_open(MICRO, 0.001),
        for_s=8 * HOUR_S, every_s=5.0, left_out_s=HOUR_S, blanks=True,
    )),
    Case(
        name="1 uL/min", rate="1 uL/min", protocol="sbi", stated=_open(SEMIMICRO, 0.005),
        for_s=6 * HOUR_S, every_s=2.0, left_out_s=HOUR_S, mishap="print key pressed",
    ),
    Case(
        name="10 uL/min", rate="10 uL/min", protocol="ohaus", stated=_open(ANALYTICAL, 0.02),
        for_s=3 * HOUR_S, every_s=1.0, left_out_s=HOUR_S, mishap="characters lost",
    ),
    Case(
        name="10 uL/min, open", rate="10 uL/min", protocol="ohaus", stated=_open(ANALYTICAL, 0.3),
        for_s=3 * HOUR_S, every_s=1.0, left_out_s=HOUR_S, blanks=True, mishap="silent for 2 min",
    ),
    Case(
        name="100 uL/min", rate="100 uL/min", protocol="a-and-d", stated=_open(ANALYTICAL, 0.3),
        for_s=2 * HOUR_S, every_s=1.0, left_out_s=30 * MIN_S, mishap="tared",
    ),
    Case(
        name="1 mL/min", rate="1 mL/min", protocol="mt-sics", stated=_open(ANALYTICAL, 0.3),
        for_s=HOUR_S, every_s=0.5, left_out_s=10 * MIN_S, mishap="bumped",
    ),
    Case(
        name="1 mL/min, dripping", rate="1 mL/min", protocol="sbi",
        stated=replace(_open(ANALYTICAL, 0.3), drop_ul=20.0, tube_mm=0.0),
        for_s=HOUR_S, every_s=0.5, left_out_s=10 * MIN_S,
    ),
    Case(
        name="10 mL/min", rate="10 mL/min", protocol="ohaus", stated=_open(PRECISION, 1.0),
        for_s=30 * MIN_S, every_s=0.2, left_out_s=5 * MIN_S, mishap="overloaded for 20 s",
    ),
)  # fmt: skip
