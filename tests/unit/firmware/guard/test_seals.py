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
