"""A bit of the memory flips: the guard does not ask the one that it guards."""

from firmware import states
from firmware.books import bucket_code, packing
from tests.rigs.pump import ML, UL, Bench, at_any_tick


def infusing(**limits):
    limits = dict({"max_rate_pl_per_day": 6 * ML, "program_max_rate_pl_per_day": 6 * ML}, **limits)
    return Bench(rate_pl_per_day=500 * UL, limits=limits)


@at_any_tick
def test_a_flipped_bit_in_the_end_of_a_bolus_is_a_fault_and_not_six_millilitres():
    bench = infusing()
    bench.ok("bolus", volume_pl=25 * UL, duration_ms=600_000)
    bench.run_for(minutes=1)
    bench.pump.demand.overlays.running.end_ms ^= 1 << 32
    bench.run_for(hours=2)
    assert bench.state() == "FAULT"
    assert bench.pump.state.faults == {states.BY_NUMBERS: (3, 0)}
    assert "NUMBER_CHANGED" in bench.alarms()
    assert bench.emitted() * 3125 < 5 * UL


# trace: S7.1
@at_any_tick
def test_where_the_dose_windows_forget_the_monitor_stops_the_pump():
    bench = infusing(max_dose_1h_ng=50_000, max_dose_24h_ng=1_000_000)
    bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": 2 * ML})
    bench.run_for(minutes=5)
    bench.pump.books.windows.hour._total_ng -= 1 << 40
    bench.run_for(minutes=30)
    assert bench.state() == "FAULT"
    assert list(bench.pump.state.faults) == [states.BY_OVER_DELIVERY]
    # 50 ug are 25 uL; with what may be seen late, 5 %, and what a power cut may book too much
    left_pl = bench.emitted() * 3125
    assert 25 * UL < left_pl < 33 * UL
    bench.ok("reset_fault")
    bench.send("start")
    bench.run_for(minutes=1)
    assert bench.state() == "FAULT"
    assert bench.emitted() * 3125 == left_pl


@at_any_tick
def test_a_restart_does_not_empty_the_windows_of_the_monitor():
    bench = infusing(monitor_1h_pl=400 * UL)
    bench.run_for(minutes=30)
    bench.send("stop")
    before = bench.pump.volumes.snapshot(bench.now_ms())
    again = bench.restart()
    after = again.pump.volumes.snapshot(again.now_ms())
    for window in ("hour", "day"):
        kept = counted(before[window])
        assert bench.emitted() <= kept <= counted(after[window]) <= bench.emitted() * 1026 // 1024


def counted(window):
    """Steps in a window as it is kept."""
    reader = packing.Reader(window)
    reader.number()  # how much of its newest bucket is over
    return sum(bucket_code.read(reader))


def planned():
    """A plan of two stages, the first with a step each hour; of it a day has gone."""
    steps = [[h * 3600, 400_000 + h] for h in range(24)]
    program = {"mode": "flex", "safe_dose_ng_per_day": 400_000, "steps": steps}
    later = {"mode": "continuous", "dose_ng_per_day": 400_000}
    plan = {"mode": "plan", "advance": "auto", "origin": "spinal"}
    plan["stages"] = [{"days": 3, "program": program}, {"days": 2, "program": later}]
    bench = Bench(program=plan)
    bench.run_for(hours=20)
    return bench


@at_any_tick
def test_a_flipped_bit_in_the_count_of_a_plan_never_holds_up_the_pump():
    """Its count went back to a time of thousands of years, step by step, or waited for one that
    never came, and the pump turned on the spot.
    """
    bench = planned()
    for name in ("_counted_ms", "_hour_ms", "_mark_steps", "_part_pl"):
        for bit in (20, 35, 45, 58):
            before = getattr(bench.pump.plan, name)
            setattr(bench.pump.plan, name, before ^ 1 << bit)
            bench.run_for(hours=2)
            assert bench.pump.plan.look_ms > bench.now_ms(), (name, bit)
            assert bench.state() == "INFUSING"


@at_any_tick
def test_a_flipped_bit_in_the_days_or_the_stage_of_a_plan_is_a_fault_of_the_plan():
    for name in ("stage", "phase", "due_ms"):
        bench = planned()
        setattr(bench.pump.plan, name, getattr(bench.pump.plan, name) ^ 1 << 3)
        bench.run_for(hours=1)
        assert bench.pump.state.faults == {states.BY_NUMBERS: (6, 0)}, name


@at_any_tick
def test_a_flipped_bit_in_a_slug_is_a_fault_of_the_line():
    bench = Bench(
        program={"mode": "continuous", "dose_ng_per_day": 300_000},
        line={"tubing_pl": 140 * UL, "catheter_pl": 132 * UL, "holds_tubing_ng_per_ml": 0},
    )
    bench.run_for(hours=1)
    bench.pump.books.line._slugs[0][1] ^= 1 << 20
    bench.run_for(minutes=30)
    assert bench.pump.state.faults == {states.BY_NUMBERS: (7, 0)}
    assert "NUMBER_CHANGED" in bench.alarms()
