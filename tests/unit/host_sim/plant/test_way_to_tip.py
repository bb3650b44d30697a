"""The drug on its way to the tip, against an oracle that lays every pL in a row."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.plant import dispersion
from host_sim.plant.plant import Plant
from host_sim.plant.way_to_tip import AG_PER_NG, AIR
from tests.contract.simulated import TRUTH

UL, ML = 10**6, 10**9
DRUG, OLD = 2_000_000, 500_000
TUBING, CATHETER = 140 * UL, 132 * UL
PATH = TUBING + CATHETER
DAY_MS = 86_400_000
# No step of the head is worked out here: it pushes a pL a step, and the line does not stretch.
SMOOTH = {"pl_per_rev": 1000, "steps_per_rev": 1000, "pulsation_ppt": 0, "roller_spread_ppt": 0}


def make_plant(tubing=DRUG, catheter=DRUG, **truth):
    line = {"tubing_pl": TUBING, "catheter_pl": CATHETER, "conc_ng_per_ml": DRUG}
    line.update(holds_tubing_ng_per_ml=tubing, holds_catheter_ng_per_ml=catheter, line_tau_ms=1)
    plant = Plant(TRUTH._replace(**{**SMOOTH, **line, **truth}))
    plant.motor.enable(True)
    return plant


def pump(plant, pl, over_ms, pieces=200):
    """Let a volume go by, evenly."""
    start_ms, before = plant.now_ms, plant.rotor_steps
    for n in range(1, pieces + 1):
        plant.advance(start_ms + over_ms * n // pieces, before + pl * n // pieces)


def sigma_of(plant, front=1):
    plant.tip_ng()
    return math.sqrt(plant.way.slugs()[front][2])


# Plug flow: no dispersion, exact to the ng


class Row:
    """The oracle: a row of pL, from the tip to the head, each with its concentration."""

    def __init__(self, tubing, catheter, tubing_conc, catheter_conc):
        self.catheter = [catheter_conc] * catheter
        self.tubing = [tubing_conc] * tubing
        self.tip = self.lost = self.strayed = 0

    def push(self, concs, lost, left, strays):
        self.tubing += concs
        self.lost += sum(self.tubing[:lost])
        del self.tubing[:lost]
        self.catheter += self.tubing[:left]
        del self.tubing[:left]
        gone = sum(self.catheter[:left])
        del self.catheter[:left]
        self.strayed += gone if strays else 0
        self.tip += 0 if strays else gone


events = st.lists(
    st.tuples(
        st.sampled_from(["pump", "pump", "refill", "air", "part", "join", "dislodge", "back"]),
        st.integers(1, 90),
        st.integers(1, 10**4),
    ),
    max_size=25,
)


@given(st.integers(0, 60), st.integers(0, 60), events)
def test_by_plug_flow_each_attogram_is_where_a_row_of_pl_has_it(tubing, catheter, happenings):
    plant = make_plant(
        tubing_pl=tubing,
        catheter_pl=catheter,
        bore_nm=0,  # in no bore no front grows
        fill_pl=100_000,
        residual_pl=0,
        holds_tubing_ng_per_ml=11,
        holds_catheter_ng_per_ml=7,
        conc_ng_per_ml=2000,
    )
    row = Row(tubing, catheter, 11, 7)
    conc, air, drawn, lost, left = 2000, 0, 0, 0, 0
    for what, pl, other in happenings:
        if what == "refill":
            plant.refill(pl + 5000, plant.reservoir.volume_pl, other)
            conc = other
        elif what == "air":
            plant.let_air_in(pl)
            air += pl
        elif what in ("part", "join"):
            plant.line.part(what == "part")
        elif what in ("dislodge", "back"):
            plant.line.dislodge(what == "dislodge")
        else:
            pump(plant, pl, 10_000, pieces=1)
            line = plant.line
            came = plant.reservoir.drawn_pl() - drawn
            drawn += came
            bubble = min(air, came)
            air -= bubble
            gone = line.outlet_pl + line.strayed_pl
            row.push(
                [0] * bubble + [conc] * (came - bubble),
                line.leaked_pl - lost,
                gone - left,
                line.dislodged,
            )
            lost, left = line.leaked_pl, gone
        plant.tip_ng()
        way = plant.way
        assert (way.tip_ag, way.lost_ag, way.strayed_ag) == (row.tip, row.lost, row.strayed)
        assert way.held_ag() == sum(row.tubing) + sum(row.catheter)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["pump", "rest", "refill", "air", "leak", "tight", "back", "astray"]),
            st.integers(1, 300 * UL),
            st.integers(1000, DAY_MS),
        ),
        max_size=20,
    ),
    st.sampled_from([0, OLD, DRUG]),
    st.sampled_from([0, OLD, DRUG]),
)
def test_with_dispersion_too_all_drug_is_somewhere(happenings, tubing, catheter):
    plant = make_plant(tubing, catheter, residual_pl=0)
    way, reservoir = plant.way, plant.reservoir
    at_first = reservoir.drug_ag() + way.held_ag()
    filled = reservoir.filled_ag
    for what, pl, ms in happenings:
        if what == "refill":
            plant.refill(20 * ML, pl, OLD if pl % 2 else DRUG)
        elif what == "air":
            plant.let_air_in(pl // 10)
        elif what in ("leak", "tight"):
            plant.line.leak(ML if what == "leak" else 0)
        elif what in ("back", "astray"):
            plant.line.dislodge(what == "astray")
        else:
            pump(plant, pl if what == "pump" else 0, ms, pieces=20)
        before = way.tip_ag
        plant.tip_ng()
        gone = way.tip_ag + way.lost_ag + way.strayed_ag
        put_in = reservoir.filled_ag - filled
        assert reservoir.drug_ag() + way.held_ag() + gone == at_first + put_in
        assert way.tip_ag >= before >= 0 and way.held_ag() >= 0


@given(st.integers(10**7, 24 * 10**9), st.sampled_from([0, OLD]))
def test_once_a_front_is_through_what_came_is_what_plug_flow_brings(pl_per_day, before):
    plant = make_plant(before, before)
    for volume in (PATH, 3 * PATH):
        pump(plant, volume, volume * DAY_MS // pl_per_day)
    plug_ng = (PATH * before + (4 * PATH - PATH) * DRUG) // AG_PER_NG
    assert abs(plant.tip_ng() - plug_ng) <= 10


# The widths of therapy.md 2.2: 60 cm of 0.53 mm bore


# trace: G7
@pytest.mark.parametrize(
    ("ml_per_day", "percent"), [(24, 11.0), (0.6, 1.9), (0.15, 1.7), (0.048, 2.6)]
)
def test_a_front_is_as_wide_after_the_catheter_as_the_reference_has_it(ml_per_day, percent):
    plant = make_plant(DRUG, 0)
    pump(plant, CATHETER * 999 // 1000, int(CATHETER * DAY_MS / (ml_per_day * ML)))
    assert 100 * sigma_of(plant) / CATHETER == pytest.approx(percent, abs=0.1)


def test_at_the_end_of_a_prime_four_percent_of_the_drug_in_the_catheter_has_gone_ahead():
    plant = make_plant(DRUG, 0)
    pump(plant, CATHETER, 475_200)
    drug_ng = CATHETER * DRUG // AG_PER_NG
    assert plant.tip_ng() / drug_ng == pytest.approx(0.111 / math.sqrt(2 * math.pi), rel=0.02)


def test_half_of_the_drug_comes_before_the_mean_arrival_and_half_after_it():
    """The concentration at the tip is half of the drug's when its front is there, but for what the
    front widens on its way past.
    """
    plant = make_plant(DRUG, 0)
    pump(plant, CATHETER - 100_000, 475_200)
    before = plant.tip_ng()
    pump(plant, 200_000, 720)
    half = 200_000 * DRUG // AG_PER_NG / 2
    assert plant.tip_ng() - before == pytest.approx(half, rel=0.05)


def test_a_line_at_rest_for_two_days_diffuses_by_13_mm():
    plant = make_plant(DRUG, 0)
    pump(plant, CATHETER // 2, 1000)
    narrow = sigma_of(plant) ** 2
    pump(plant, 0, 2 * DAY_MS)
    grown_pl = math.sqrt(sigma_of(plant) ** 2 - narrow)
    mm = grown_pl / CATHETER * 600
    assert mm == pytest.approx(math.sqrt(2 * 5e-10 * 2 * 86_400) * 1000, rel=0.01)


@pytest.mark.parametrize("z", [n / 7 for n in range(36)])
def test_what_a_front_sends_ahead_is_the_integral_of_the_error_function(z):
    sigma = 10**9
    ahead = math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * math.erfc(z / math.sqrt(2)) / 2
    found = dispersion.spread_pl(sigma * sigma, int(z * sigma)) / sigma
    assert found == pytest.approx(ahead, abs=9e-4)


@given(st.integers(0, 10**40))
def test_the_root_is_the_whole_square_root(number):
    assert dispersion.root(number) == math.isqrt(number)


# What the therapy asks for


# trace: S10.7, G11, G13, G14
@pytest.mark.parametrize(
    ("old", "new", "tubing", "rate", "over_ug"),
    [
        (OLD, DRUG, TUBING, 150_000_000, -408.0),  # row A
        (DRUG, OLD, TUBING, 600_000_000, 408.0),  # row B
        (DRUG, 1_000_000, TUBING, 450_000_000, 272.0),  # row C
        (OLD, DRUG, 199_000_000, 150_000_000, -496.5),  # row A with the recalled tubing
    ],
)
def test_a_bridge_left_out_is_wrong_by_the_path_times_the_step_in_concentration(
    old, new, tubing, rate, over_ug
):
    """The golden rows: what the tip gets in the end, less the same volume of the new drug."""
    plant = make_plant(old, old, conc_ng_per_ml=old, tubing_pl=tubing, residual_pl=0)
    plant.refill(20 * ML, plant.reservoir.volume_pl, new)
    volume = 3 * (tubing + CATHETER)
    pump(plant, volume, volume * DAY_MS // rate)
    found_ug = (plant.tip_ng() - volume * new // AG_PER_NG) / 1000
    assert found_ug == pytest.approx(over_ug, abs=0.01)


def test_with_a_bridge_of_the_paths_volume_the_tip_gets_the_old_dose_until_the_new_drug_is_there():
    """Row A: 0.6 mL/day of 500 ug/mL for 0.272 mL, then 0.15 mL/day of 2000 ug/mL."""
    plant = make_plant(OLD, OLD, conc_ng_per_ml=OLD, residual_pl=0)
    plant.refill(20 * ML, plant.reservoir.volume_pl, DRUG)
    pump(plant, PATH, 39_168_000)
    sent_ahead = plant.tip_ng() - 136_000
    assert 0 < sent_ahead < 0.02 * PATH * (DRUG - OLD) // AG_PER_NG
    pump(plant, 150 * UL, DAY_MS)
    assert plant.tip_ng() == pytest.approx(436_000, abs=10)


# trace: S15.5, G26, G27, G28
@pytest.mark.parametrize(
    ("left_pl", "left_conc", "fill_pl", "fill_conc", "mixed"),
    [
        (1500 * UL, OLD, 18_500 * UL, DRUG, 1_887_500),
        (500 * UL, OLD, 19_500 * UL, DRUG, 1_962_500),
        (1500 * UL, DRUG, 18_500 * UL, OLD, 612_500),
    ],
)
def test_what_was_left_in_the_reservoir_mixes_with_what_is_filled_in(
    left_pl, left_conc, fill_pl, fill_conc, mixed
):
    plant = make_plant(conc_ng_per_ml=left_conc, fill_pl=10 * ML)
    plant.refill(fill_pl, 10 * ML - left_pl, fill_conc)
    assert plant.reservoir.volume_pl == 20 * ML
    assert plant.reservoir.conc_ng_per_ml == mixed
    assert plant.reservoir.drug_ag() == left_pl * left_conc + fill_pl * fill_conc


def test_however_much_is_drawn_off_the_residual_and_its_drug_are_left():
    plant = make_plant(fill_pl=3 * ML, residual_pl=ML // 2)
    fill_pl = 20 * ML - ML // 2
    plant.refill(fill_pl, 20 * ML)
    assert (plant.reservoir.volume_pl, plant.reservoir.conc_ng_per_ml) == (20 * ML, DRUG)
    plant.refill(fill_pl, 20 * ML, OLD)
    assert plant.reservoir.conc_ng_per_ml == Fraction(DRUG * 5 + OLD * 195, 200)


def test_a_bubble_brings_no_drug_swells_the_line_and_leaves_by_the_tip():
    plant = make_plant()
    plant.let_air_in(100 * UL)
    pump(plant, 100 * UL, 3_600_000)
    plant.tip_ng()
    assert plant.reservoir.volume_pl == TRUTH.fill_pl
    assert [slug[1] for slug in plant.way.slugs()] == [DRUG, DRUG, AIR]
    plant.line.shut_off(True)
    pump(plant, 100 * UL, 60_000)
    compliance = TRUTH.compliance_pl_per_pa
    with_air = plant.line.pressure_pa()
    assert with_air == pytest.approx(100 * UL / (compliance + 100 * UL / 101_325), rel=0.01)
    plant.line.shut_off(False)
    before = plant.tip_ng()
    pump(plant, 2 * PATH, DAY_MS)
    # What the line had swollen by came out too, and the bubble brought none.
    assert plant.tip_ng() - before == pytest.approx(2 * PATH * DRUG / AG_PER_NG, abs=2000)
    assert plant.line.air_pl == 0 and not plant.way.mixed


def test_what_comes_to_a_disconnection_is_lost_there_and_the_catheter_keeps_its_drug():
    plant = make_plant(DRUG, OLD)
    plant.line.part(True)
    pump(plant, 2 * TUBING, DAY_MS)
    assert plant.tip_ng() == 0
    assert plant.way.lost_ag == pytest.approx(2 * TUBING * DRUG, rel=1e-4)
    plant.line.part(False)
    pump(plant, CATHETER // 2, DAY_MS)
    assert plant.tip_ng() == pytest.approx(CATHETER // 2 * OLD / AG_PER_NG, rel=1e-3)


def test_without_a_line_the_tip_gets_what_the_outlet_gets():
    plant = make_plant(tubing_pl=0, catheter_pl=0)
    pump(plant, 50 * UL, DAY_MS)
    assert plant.tip_ng() == plant.line.outlet_pl * DRUG // AG_PER_NG
    assert not plant.way.mixed


def test_arrivals_are_told_with_their_instant_and_concentration():
    plant, told = make_plant(0, 0), []
    plant.way.tell_arrivals(lambda ms, conc: told.append((ms, conc)))
    pump(plant, 2 * PATH, 2 * PATH)
    ((at_ms, conc),) = told
    assert (at_ms, conc) == (pytest.approx(PATH, rel=1e-3), DRUG)


def test_a_catheter_that_was_aspirated_and_flushed_holds_water_and_nothing_came_out():
    plant = make_plant()
    plant.flush(CATHETER, CATHETER, 0)
    plant.tip_ng()
    assert plant.way.slugs()[0][:2] == [CATHETER, 0] and plant.tip_ng() == 0
    assert sum(slug[0] for slug in plant.way.slugs()) == PATH


def test_an_injection_into_a_catheter_that_was_not_aspirated_pushes_its_drug_out():
    plant = make_plant()
    plant.flush(0, CATHETER, 0)
    assert plant.tip_ng() == CATHETER * DRUG // AG_PER_NG == 264_000
    half = make_plant()
    half.flush(CATHETER // 2, CATHETER, 0)
    assert half.tip_ng() == 132_000
