"""Back from a loss of power: the old dose returns when a person has stated it, or when the pump was
away for seconds (decision 0131).
"""

from boards.rpi_pico import BOARD
from hal.contract import DOOR, POWER_ON, UNKNOWN_RESET, WATCHDOG_RESET
from tests.rigs.pump import UL, Bench, at_any_tick
from tests.rigs.raises import raises

RATE = 500 * UL  # 1 mg/d
LEAST = 6 * UL
DOSE = "confirm_dose_ng_per_day"
MG = 10**6
RESUME = {"after_reset": "resume"}


def infusing(**changes):
    """A pump that has delivered for 3 hours."""
    bench = Bench(rate_pl_per_day=RATE, **changes)
    bench.run_for(hours=3)
    return bench


def interrupted(bench):
    """The priority at which THERAPY_INTERRUPTED is signalled, None if it is not."""
    return ([row[6] for row in bench.status()["alarms"] if row[0] == 19] or [None])[0]


# trace: S13.2
@at_any_tick
def test_after_an_outage_of_unknown_length_start_needs_the_dose():
    bench = infusing().restart()
    reply = bench.send("start")
    assert reply["error"] == "NOT_NOW" and DOSE in reply["message"]
    assert bench.state() == "STOPPED"
    bench.ok("start", **{DOSE: MG})
    bench.run_for(minutes=1)
    assert bench.rate() == RATE
    assert bench.status()["dose_confirmed"] == 1
    assert "RESTART_DOSE" not in bench.alarms()


@at_any_tick
def test_another_dose_than_the_programs_is_refused_and_nothing_starts():
    bench = infusing().restart()
    for wrong in (0, MG // 2, 10 * MG, 2 * MG, int(0.98 * MG)):
        reply = bench.send("start", **{DOSE: wrong})
        assert reply["error"] == "BAD_FIELD", reply
        assert str(wrong) in reply["message"] and str(MG) in reply["message"]
    assert bench.state() == "STOPPED" and bench.status()["dose_confirmed"] == 0
    bench.ok("start", **{DOSE: int(0.995 * MG)})  # as a person rounds it


@at_any_tick
def test_a_watchdog_reset_needs_no_dose():
    bench = infusing().restart(cause=WATCHDOG_RESET)
    bench.ok("start")
    bench.run_for(minutes=1)
    assert bench.rate() == RATE


@at_any_tick
def test_a_pump_that_has_delivered_nothing_or_has_no_drug_starts_as_it_is():
    Bench(rate_pl_per_day=RATE, start=False).restart().ok("start")
    bench = infusing(drug={"conc_ng_per_ml": 0}).restart()
    bench.ok("start")
    bench.run_for(minutes=1)
    assert bench.rate() == RATE


@at_any_tick
def test_what_nobody_has_stated_is_asked_for_after_the_next_reset_too():
    bench = infusing().restart().restart(cause=WATCHDOG_RESET)
    assert bench.refused("start") == "NOT_NOW"
    bench.ok("start", **{DOSE: MG})
    bench.run_for(minutes=1)
    bench.restart(cause=WATCHDOG_RESET).ok("start")


@at_any_tick
def test_the_dose_of_a_week_is_that_of_its_highest_day():
    day, night = [[0, RATE]], [[0, 300 * UL], [43_200, 600 * UL]]
    weekly = {
        "mode": "weekly",
        "safe_rate_pl_per_day": LEAST,
        "patterns": {"even": day, "uneven": night},
        "days": ["even"] * 6 + ["uneven"],
    }
    bench = Bench(program=weekly)
    bench.run_for(hours=1)
    bench = bench.restart()
    bench.ok("set_clock", wall_s=1_767_571_200)
    # On Monday the 600 uL/d of Sunday night are over at once: the day's own rate begins at 00:00.
    assert bench.refused("start", **{DOSE: 900_000}) == "BAD_FIELD"
    bench.ok("start", **{DOSE: MG})


# trace: S13.3, S13.6
@at_any_tick
def test_a_program_that_resumes_after_an_unknown_time_goes_on_at_the_minimum_rate():
    bench = infusing(pump=RESUME).restart(pump=RESUME)
    assert bench.state() == "STOPPED" and bench.status()["resumes_in_ms"] == 10_000
    assert interrupted(bench) == 3
    bench.run_for(ms=9_999)
    assert bench.state() == "STOPPED" and bench.emitted() == 0
    bench.run_for(ms=1)
    assert bench.state() == "INFUSING"
    bench.run_for(hours=2)
    assert bench.rate() == LEAST
    assert "RESTART_DOSE" in bench.alarms(column=1)
    assert bench.emitted() == LEAST * 7200 // 86_400 // 3125
    bench.ok("confirm_dose", **{DOSE: MG})
    bench.run_for(minutes=1)
    assert bench.rate() == RATE
    assert "RESTART_DOSE" not in bench.alarms(column=1)


@at_any_tick
def test_while_the_dose_is_held_there_is_no_bolus_and_another_program_changes_nothing():
    bench = infusing(pump=RESUME).restart(pump=RESUME)
    bench.run_for(minutes=1)
    assert bench.refused("bolus", volume_pl=20 * UL, duration_ms=600_000) == "NOT_NOW"
    bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": 100 * UL})
    bench.run_for(minutes=1)
    assert bench.rate() == LEAST
    assert bench.refused("confirm_dose", **{DOSE: MG}) == "BAD_FIELD"
    bench.ok("confirm_dose", **{DOSE: MG // 5})
    bench.run_for(minutes=1)
    assert bench.rate() == 100 * UL


# trace: S13.4, S19.1
@at_any_tick
def test_a_watchdog_reset_resumes_whole_and_tells_it_at_medium():
    bench = infusing(pump=RESUME).restart(pump=RESUME, cause=WATCHDOG_RESET)
    bench.run_for(minutes=1)
    assert bench.state() == "INFUSING" and bench.rate() == RATE
    assert interrupted(bench) == 2
    assert bench.sound() == 2
    assert [event.a for event in bench.events("ALARM_PRIORITY")] == [19]
    bench.ok("acknowledge")
    assert interrupted(bench) is None


@at_any_tick
def test_a_high_alarm_that_nobody_has_seen_is_not_made_less_by_the_next_reset():
    bench = infusing(pump=RESUME).restart(pump=RESUME)
    bench.run_for(minutes=1)
    bench = bench.restart(pump=RESUME, cause=WATCHDOG_RESET)
    assert interrupted(bench) == 3


@at_any_tick
def test_no_bolus_and_no_try_after_a_stall_is_resumed():
    bench = infusing(pump=RESUME)
    bench.ok("bolus", volume_pl=20 * UL, duration_ms=3_600_000)
    bench.run_for(minutes=1)
    bench = bench.restart(pump=RESUME, cause=WATCHDOG_RESET)
    bench.run_for(minutes=1)
    assert bench.status()["bolus"] == 0 and bench.rate() == RATE
    bench.fault("stall")
    bench.run_for(hours=1)
    assert bench.state() == "STALLED"
    after = bench.restart(pump=RESUME, cause=WATCHDOG_RESET)
    after.run_for(minutes=5)
    assert after.state() == "STOPPED" and interrupted(after) == 3


@at_any_tick
def test_what_was_stopped_stays_stopped():
    bench = infusing(pump=RESUME)
    bench.ok("stop")
    bench = bench.restart(pump=RESUME, cause=WATCHDOG_RESET)
    bench.run_for(minutes=5)
    assert bench.state() == "STOPPED"


@at_any_tick
def test_the_third_reset_within_ten_minutes_leaves_it_stopped():
    bench = infusing(pump=RESUME)
    for _ in range(2):
        bench = bench.restart(pump=RESUME, cause=WATCHDOG_RESET)
        bench.run_for(minutes=3)
        assert bench.state() == "INFUSING"
    bench = bench.restart(pump=RESUME, cause=WATCHDOG_RESET)
    bench.run_for(minutes=3)
    assert bench.state() == "STOPPED" and interrupted(bench) == 3
    bench.run_for(minutes=10)
    bench.ok("start")
    bench.run_for(minutes=1)
    bench = bench.restart(pump=RESUME, cause=WATCHDOG_RESET)
    bench.run_for(minutes=1)
    assert bench.state() == "INFUSING"


@at_any_tick
def test_a_cut_while_it_waits_takes_nothing_from_it():
    bench = infusing(pump=RESUME).restart(pump=RESUME)
    bench.run_for(s=5)
    bench = bench.restart(pump=RESUME, cause=UNKNOWN_RESET)
    bench.run_for(minutes=1)
    assert bench.state() == "INFUSING" and bench.rate() == LEAST


@at_any_tick
def test_a_stop_an_open_door_or_a_fault_while_it_waits_leaves_it_stopped():
    bench = infusing(pump=RESUME).restart(pump=RESUME)
    bench.ok("stop")
    bench.run_for(minutes=1)
    assert bench.state() == "STOPPED" and bench.status()["resumes_in_ms"] is None
    board = dict(BOARD, pins=dict(BOARD["pins"], door="GP11"))
    bench = infusing(pump=RESUME).restart(pump=RESUME, board=board)
    bench.press(DOOR)
    bench.run_for(minutes=1)
    bench.press(DOOR, on=False)
    bench.run_for(minutes=1)
    assert bench.state() == "STOPPED"
    bench = infusing(pump=RESUME).restart(pump=RESUME)
    bench.fault("driver_reset")
    bench.run_for(minutes=1)
    assert bench.state() == "FAULT"


@at_any_tick
def test_another_configuration_is_not_resumed():
    bench = infusing(pump=RESUME).restart(pump=RESUME, limits={"stopped_limit_s": 7200})
    bench.run_for(minutes=1)
    assert bench.state() == "STOPPED"


@at_any_tick
def test_a_start_while_it_waits_starts_once():
    bench = infusing(pump=RESUME).restart(pump=RESUME, cause=POWER_ON)
    bench.ok("start", **{DOSE: MG})
    bench.run_for(minutes=1)
    assert [event.a for event in bench.events("STATE")] == [2]
    assert bench.rate() == RATE


def test_a_record_that_cannot_be_is_refused():
    from firmware.errors import SnapshotError
    from firmware.therapy.restart import Restart

    for bad in (
        {},
        {"unconfirmed": 2, "waits": 0, "ages_ms": []},
        {"unconfirmed": 0, "waits": True, "ages_ms": []},
        {"unconfirmed": 0, "waits": 0, "ages_ms": [1, 2, 3, 4]},
        {"unconfirmed": 0, "waits": 0, "ages_ms": [-1]},
        {"unconfirmed": 0, "waits": 0, "ages_ms": 7},
    ):
        raises(SnapshotError, lambda bad=bad: Restart().check(bad))


@at_any_tick
def test_an_interruption_that_was_resumed_does_not_speak_for_a_later_stop():
    bench = infusing(pump=RESUME).restart(pump=RESUME, cause=WATCHDOG_RESET)
    bench.run_for(minutes=5)
    bench.ok("stop")
    bench.run_for(minutes=61)
    assert "NOTHING_DELIVERED" in bench.alarms(column=1)


# trace: S1.1
@at_any_tick
def test_within_a_bridge_the_restart_dose_is_a_dose_at_the_tip():
    low, high = 500_000, 2_000_000
    for before, after, rate in ((high, low, 50 * UL), (low, high, 200 * UL)):
        bench = Bench(
            program={"mode": "continuous", "dose_ng_per_day": 300_000},
            drug={"conc_ng_per_ml": before},
            line={
                "tubing_pl": 100 * UL,
                "catheter_pl": 100 * UL,
                "holds_tubing_ng_per_ml": before,
                "holds_catheter_ng_per_ml": before,
            },
            limits={"restart_dose_ng_per_day": 100_000},
            reservoir={"residual_pl": 0},
            pump=RESUME,
        )
        bench.run_for(hours=1)
        bench.ok(
            "refill",
            withdrawn_pl=19_000 * UL,
            fill_pl=18_000 * UL,
            conc_ng_per_ml=after,
            bridge_ng_per_day=300_000,
        )
        bench.run_for(hours=1)
        again = bench.restart()
        again.run_for(minutes=2)
        assert again.state() == "INFUSING" and again.rate() == rate
        assert [event.a for event in again.events("DOSE_HELD")] == [rate]
