"""The seals: whatever bit flips in the numbers that they keep, the pump is in FAULT in a pass."""

import pytest

from firmware import states
from firmware.guard import seals
from tests.rigs.flips import numbers_of
from tests.rigs.pump import UL, Bench

CAPS = {"max_dose_1h_ng": 10**8, "max_dose_24h_ng": 10**9}
STEPS = [[0, 500 * UL], [43_200, 300 * UL]]
PROGRAMS = {
    "continuous": {"mode": "continuous", "rate_pl_per_day": 500 * UL},
    "minimum": {"mode": "minimum"},
    "flex": {"mode": "flex", "safe_rate_pl_per_day": UL, "steps": STEPS},
    "weekly": {
        "mode": "weekly",
        "safe_rate_pl_per_day": UL,
        "patterns": {"a": STEPS, "b": STEPS[:1]},
        "days": ["a"] * 5 + ["b"] * 2,
    },
}
# What is sealed, by the name that its holder has in the pump
SEALED = {
    seals.LIMITS: ("settings", "limits"),
    seals.STEP: ("books", "epoch"),
    seals.OVERLAY: ("demand", "overlays", "running"),
    seals.PROGRAM: ("demand", "program"),
}
OF_ALARMS_ONLY = {"longest_pause_ms", "mode", "seal", "_in_cycle"}


def broken(bench):
    """What four looks say: one of four is looked at each time."""
    return max(bench.pump.seals.broken() for _ in range(4))


def infusing(program="continuous"):
    bench = Bench(program=PROGRAMS[program], limits=CAPS)
    bench.send("bolus", volume_pl=10 * UL, duration_ms=600_000)
    bench.run_for(s=30)
    return bench


def holder_of(bench, which):
    holder = bench.pump
    for name in SEALED[which]:
        holder = getattr(holder, name)
    return holder


def numbers_in(holder):
    """Its whole numbers, and those of its tables."""
    return [place for place in numbers_of(holder) if place.field() not in OF_ALARMS_ONLY]


# trace: S7.4
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("which", SEALED)
@pytest.mark.parametrize("bit", [0, 17, 61])
def test_a_flipped_bit_in_any_number_is_a_fault_that_names_the_kind(program, which, bit):
    bench = infusing(program)
    assert broken(bench) == 0
    places = numbers_in(holder_of(bench, which))
    assert places
    for place in places:
        place.flip(bit)
        bench.pump.seals._looked_from_ms = -1  # the program was looked up since
        assert broken(bench) == which, place.path
        place.flip(bit)
        bench.pump.seals._looked_from_ms = -1
        assert broken(bench) == 0


def test_the_volumes_of_the_monitor_are_sealed_too():
    bench = infusing()
    bench.pump.volumes._most_24h_steps ^= 1 << 40
    assert broken(bench) == seals.MONITOR


def test_a_program_is_looked_at_where_it_was_looked_up_since():
    bench = infusing("flex")
    broken(bench)
    bench.pump.demand.program._entries[0] = (0, 501 * UL)
    assert broken(bench) == 0
    bench.ok("set_clock", wall_s=bench.config["limits"]["stopped_limit_s"], confirm_jump=1)
    for _ in range(4):
        bench.step()
    assert bench.state() == "FAULT"


# trace: GIP 3.3
def test_the_pump_faults_within_four_passes_and_again_after_reset_fault():
    bench = infusing()
    bench.pump.settings.limits.max_rate_pl_per_day ^= 1 << 50
    before = bench.emitted()
    for _ in range(4):
        bench.step()
    assert bench.state() == "FAULT" and bench.emitted() - before <= 1
    assert bench.pump.state.faults == {states.BY_NUMBERS: (seals.LIMITS, 0)}
    assert bench.alarms() == ["NUMBER_CHANGED"]
    bench.send("reset_fault")
    for _ in range(4):
        bench.step()
    assert bench.state() == "FAULT"


def test_a_bolus_that_was_changed_is_over_and_the_pump_can_start_again():
    bench = infusing()
    bench.pump.demand.overlays.running.rate_pl_per_day ^= 1 << 35
    bench.step()
    assert bench.pump.state.faults == {states.BY_NUMBERS: (seals.OVERLAY, 0)}
    bench.ok("reset_fault")
    bench.ok("start")
    bench.run_for(minutes=1)
    assert bench.state() == "INFUSING"


def test_a_program_that_is_set_takes_no_limit_from_a_configuration_that_was_changed():
    bench = infusing()
    bench.ok("cancel_bolus")
    bench.pump.settings.config["limits"]["max_rate_pl_per_day"] ^= 1 << 45
    bench.ok("set_program", program=PROGRAMS["minimum"])
    assert bench.pump.settings.limits.max_rate_pl_per_day == 24 * 10**9
    assert broken(bench) == 0


PATH_PL = 272 * UL
# Sums of what is past the tip: they are shown, and nothing follows from them
NO_SEAL = {"_at_pl", "_counted_ag", "_tip_ag", "_seal", "missing"}


def bridging(**program):
    """A bridge is in force, and two concentrations are in the line."""
    section = program or {"mode": "continuous", "dose_ng_per_day": 300_000}
    line = {"tubing_pl": PATH_PL // 2, "catheter_pl": PATH_PL // 2}
    line.update(holds_tubing_ng_per_ml=500_000, holds_catheter_ng_per_ml=500_000)
    bench = Bench(
        program=section,
        drug={"conc_ng_per_ml": 500_000},
        line=line,
        reservoir={"residual_pl": 0},
        limits={"max_dose_1h_ng": 200_000, "max_dose_24h_ng": 1_000_000},
    )
    bench.run_for(minutes=10)
    bench.ok(
        "refill",
        withdrawn_pl=0,
        fill_pl=10**6,
        conc_ng_per_ml=2_000_000,
        bridge_ng_per_day=0,
    )
    bench.run_for(minutes=10)
    return bench


def flipped(bench, places, which, bit):
    assert broken(bench) == 0 and places
    for place in places:
        place.flip(bit)
        assert broken(bench) == which, place.path
        place.flip(bit)
        assert broken(bench) == 0


# trace: S7.4
@pytest.mark.parametrize("bit", [0, 17, 61])
def test_a_flipped_bit_in_the_slugs_of_the_line_is_a_fault(bit):
    bench = bridging()
    places = [
        place
        for place in numbers_of(bench.pump.books.line)
        if place.field() not in NO_SEAL and not place.path.startswith("bridge")
    ]
    # Of two slugs; what was stated; tubing, path, tolerance, reservoir and doubt; of
    # a prime
    assert len(places) == 2 * 3 + 4 + 5 + 7
    flipped(bench, places, seals.LINE, bit)


# trace: S7.4
@pytest.mark.parametrize("bit", [0, 17, 61])
def test_a_flipped_bit_in_the_rates_of_a_bridge_is_a_fault(bit):
    steps = [[0, 300_000], [43_200, 200_000]]
    bench = bridging(mode="flex", safe_dose_ng_per_day=100_000, steps=steps)
    (program,) = [made for made, _ in bench.pump.demand._bridges.values()]
    flipped(bench, numbers_in(program), seals.PROGRAM, bit)


def test_the_limits_at_the_tip_are_made_anew_where_a_number_of_them_has_changed():
    bench = bridging()
    planner = bench.pump.delivery.planner
    planner._limits_at_tip(UL)
    for name in ("max_dose_1h_ng", "max_dose_24h_ng", "max_rate_pl_per_day", "conc_ng_per_ml"):
        before = getattr(planner._at_tip, name)
        setattr(planner._at_tip, name, before ^ 1 << 40)
        assert getattr(planner._limits_at_tip(UL), name) == before


def test_the_monitor_does_not_take_a_limit_of_its_own_that_has_changed():
    bench = infusing()
    volumes = bench.pump.volumes
    most, volumes._own[0] = volumes._most_1h_steps, volumes._own[0] ^ 1 << 40
    assert not volumes.is_whole()
    volumes._turn(bench.now_ms() + 60_000)
    assert volumes._most_1h_steps == most and broken(bench) == seals.MONITOR
