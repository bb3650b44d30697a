"""The plant as a whole: pulses in, fluid out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.plant.plant import Plant
from tests.contract.simulated import TRUTH

REV_PL = TRUTH.pl_per_rev
STEPS = TRUTH.steps_per_rev
movements = st.lists(st.tuples(st.integers(0, 10**6), st.integers(-(10**5), 10**6)), max_size=30)
disturbances = st.sampled_from(
    [
        "none",
        "hold",
        "free",
        "off",
        "on",
        "shut",
        "open",
        "leak",
        "tight",
        "loss",
        "vanish",
        "free flow",
        "closed",
        "turned",
        "refill",
        "wear",
        "part",
        "join",
        "stray",
        "back",
        "kink",
        "air",
    ]
)


def make_plant(**truth):
    plant = Plant(TRUTH._replace(**truth))
    plant.motor.enable(True)
    return plant


def disturb(plant, what):
    if what in ("hold", "free"):
        plant.motor.hold(what == "hold")
    elif what in ("off", "on"):
        plant.motor.enable(what == "on")
    elif what in ("shut", "open"):
        plant.line.shut_off(what == "shut")
    elif what in ("leak", "tight"):
        plant.line.leak(10**9 if what == "leak" else 0)
    elif what in ("part", "join"):
        plant.line.part(what == "part")
    elif what in ("stray", "back"):
        plant.line.dislodge(what == "stray")
    elif what == "kink":
        plant.line.kink(900)
    elif what == "air":
        plant.let_air_in(10**8)
    elif what == "loss":
        plant.motor.lose(250)
    elif what == "vanish":
        plant.reservoir.vanish(10**8)
    elif what == "refill":
        plant.reservoir.refill(20 * 10**9, plant.reservoir.volume_pl)
    elif what == "free flow":
        plant.let_past(10**9)
    elif what == "closed":
        plant.let_past(0)
    elif what == "turned":
        plant.turn(700)
    elif what == "wear":
        plant.head.wear(plant.now_ms, 50_000, 10**6)


@given(
    st.lists(
        st.tuples(disturbances, st.integers(0, 10**7), st.integers(-(10**5), 10**6)), max_size=30
    )
)
def test_no_volume_is_made_or_lost_whatever_happens(happenings):
    plant = make_plant()
    now_ms = emitted = 0
    for what, dt_ms, pulses in happenings:
        disturb(plant, what)
        now_ms += dt_ms
        emitted += pulses if dt_ms else 0
        plant.advance(now_ms, emitted)
        reservoir, line = plant.reservoir, plant.line
        gone = line.stored_pl + line.outlet_pl + line.leaked_pl + line.strayed_pl
        put_in = TRUTH.fill_pl + reservoir.filled_pl + reservoir.aired_pl
        assert reservoir.volume_pl + gone + reservoir.vanished_pl == put_in


@given(movements, st.lists(st.integers(1, 9), max_size=30))
def test_an_interval_cut_anywhere_moves_the_rotor_and_draws_the_same(movements, cuts):
    whole, cut = make_plant(), make_plant()
    now_ms = emitted = 0
    for k, (dt_ms, pulses) in enumerate(movements):
        tenths = cuts[k % len(cuts)] if cuts else 5
        cut.advance(now_ms + (dt_ms + 10) * tenths // 10, emitted + pulses * tenths // 10)
        now_ms, emitted = now_ms + dt_ms + 10, emitted + pulses
        whole.advance(now_ms, emitted)
        cut.advance(now_ms, emitted)
        assert cut.rotor_steps == whole.rotor_steps == emitted
        assert cut.moved_counts() == whole.moved_counts()
        assert cut.reservoir.volume_pl == whole.reservoir.volume_pl


@given(st.integers(0, 1000), st.lists(st.integers(0, 1000), max_size=50))
def test_a_rotor_that_misses_a_share_of_the_steps_misses_the_same_however_it_is_cut(ppt, pulses):
    plant = make_plant()
    plant.motor.lose(ppt)
    for k in range(len(pulses)):
        plant.advance(k + 1, sum(pulses[: k + 1]))
    assert plant.rotor_steps == sum(pulses) - sum(pulses) * ppt // 1000


def test_a_revolution_brings_its_volume_to_the_outlet():
    plant = make_plant()
    plant.advance(1000, STEPS)
    plant.advance(10_000_000, STEPS)
    assert abs(plant.line.outlet_pl - REV_PL) <= REV_PL // 1000
    assert plant.moved_counts() == 4096


def test_pulsation_and_spread_average_out_over_a_revolution():
    plant = make_plant(pulsation_ppt=1500, roller_spread_ppt=100)
    for turn in range(1, 11):
        plant.advance(turn * 1000, turn * STEPS)
        assert plant.reservoir.volume_pl == TRUTH.fill_pl - turn * REV_PL


@pytest.mark.parametrize("stopped_by", ["hold", "off"])
def test_a_rotor_that_is_held_or_has_no_current_moves_no_fluid_though_pulses_go_out(stopped_by):
    plant = make_plant()
    disturb(plant, stopped_by)
    plant.advance(1000, 10 * STEPS)
    assert (plant.rotor_steps, plant.line.outlet_pl, plant.reservoir.volume_pl) == (
        0,
        0,
        TRUTH.fill_pl,
    )


def test_an_empty_reservoir_gives_no_flow_though_the_rotor_turns():
    plant = make_plant(fill_pl=TRUTH.residual_pl)
    plant.advance(1000, 10 * STEPS)
    assert plant.moved_counts() == 10 * 4096
    assert (plant.line.outlet_pl, plant.reservoir.volume_pl) == (0, TRUTH.residual_pl)


@given(st.integers(-(10**9), 10**9))
def test_the_encoder_counts_the_rotors_angle_rounded_down(steps):
    plant = make_plant()
    plant.advance(1, steps)
    assert plant.moved_counts() == steps * 4096 // STEPS
