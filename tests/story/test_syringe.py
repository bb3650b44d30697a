"""Syringe heads (S25): filled at rest with the line off, the play of the screw taken up, the end
stop of the plunger.
"""

from boards.rpi_pico_syringe import BOARD as SYRINGE_BOARD
from firmware import syringe_geometry
from tests.rigs.pump import ACTIVE, ML, UL, Bench, at_any_tick

TURN_PL = syringe_geometry.volume_pl(14_430, 2000)
STEP_PL = TURN_PL / 3200
PLAY = 80  # steps of 50 um
CONC = 2_000_000


def syringe(fill_pl=5 * ML, play=PLAY, truth=None, **changes):
    """A 10 mL syringe on a screw of 2 mm pitch, whose plant is as the configuration says."""
    world = {"backlash_steps": play, "barrel_pl": 9 * ML}
    world.update(truth or {})
    return Bench(
        rate_pl_per_day=20 * ML,
        head={"pl_per_rev": TURN_PL, "rollers": 0},
        syringe={
            "diameter_um": 14_430,
            "pitch_um": 2000,
            "travel_um": 60_000,
            "backlash_um": play * 2000 // 3200,
        },
        reservoir={"capacity_pl": 9 * ML, "fill_pl": fill_pl},
        truth=world,
        **changes,
    )


def given(bench):
    return bench.plant.line.outlet_pl + bench.plant.line.stored_pl


def withdraw(bench, volume_pl):
    return bench.send("withdraw", volume_pl=volume_pl, line_off=1)


def go_on(bench):
    return bench.send("start", confirm_line=1)


@at_any_tick
def test_a_reversal_changes_what_is_delivered_by_no_more_than_a_step():
    bench = syringe()
    bench.run_for(hours=1)
    bench.send("stop")
    given_pl, held_pl = given(bench), bench.plant.reservoir.volume_pl
    assert withdraw(bench, 2 * ML)["ok"]
    bench.run_for(minutes=2)
    drawn_pl = bench.plant.reservoir.volume_pl - held_pl
    assert 2 * ML - STEP_PL <= drawn_pl <= 2 * ML
    assert abs(bench.status()["residual_pl"] - bench.plant.reservoir.volume_pl) <= STEP_PL
    assert go_on(bench)["ok"]
    bench.run_for(hours=1)
    bench.send("stop")
    bench.run_for(minutes=1)
    status = bench.status()
    assert status["by_source"]["take_up"] == PLAY
    assert abs(status["residual_pl"] - bench.plant.reservoir.volume_pl) <= STEP_PL
    come_out_pl = given(bench) - given_pl
    # The hour is as long as ever, less the time that the play takes at the maximum, 24 mL/d
    play_s = PLAY * STEP_PL / (24 * ML / 86_400)
    assert abs(come_out_pl - 20 * ML / 86_400 * (3600 - play_s)) <= 2 * STEP_PL
    assert bench.alarms(ACTIVE) == []


# trace: S25.1
@at_any_tick
def test_take_up_counts_in_full_in_the_windows_and_moves_no_volume_in_the_ledger():
    bench = syringe()
    bench.run_for(minutes=10)
    bench.send("stop")
    withdraw(bench, ML)
    bench.run_for(minutes=1)
    before = bench.status()
    go_on(bench)
    bench.run_for(minutes=1)
    after = bench.status()
    steps = after["emitted_steps"] - before["emitted_steps"]
    ledger_pl = after["ledger_pl"] - before["ledger_pl"]
    assert abs(ledger_pl - (steps - PLAY) * STEP_PL) <= 1
    counted_ng = after["delivered_1h_ng"] - before["delivered_1h_ng"]
    assert abs(counted_ng - steps * STEP_PL * 2 / 1000) <= 2


@at_any_tick
def test_a_stop_in_the_middle_of_a_take_up_leaves_the_rest_of_it_owed():
    bench = syringe()
    bench.send("stop")
    withdraw(bench, ML)
    bench.run_for(minutes=1)
    go_on(bench)
    bench.run_for(s=10)
    bench.send("stop")
    begun = bench.status()["by_source"]["take_up"]
    assert 0 < begun < PLAY
    bench.send("start")
    bench.run_for(minutes=2)
    assert bench.status()["by_source"]["take_up"] == PLAY


# trace: S25.2
@at_any_tick
def test_start_asks_for_the_line_after_a_withdrawal_and_is_refused_during_it():
    bench = syringe()
    assert "NOT_NOW" not in str(bench.send("stop"))
    assert bench.send("withdraw", volume_pl=ML, line_off=0)["error"] == "NOT_NOW"
    assert withdraw(bench, ML)["ok"]
    assert "being filled" in go_on(bench)["message"]
    assert "being filled" in withdraw(bench, ML)["message"]
    bench.run_for(minutes=1)
    assert "confirm_line" in bench.send("start")["message"]
    assert go_on(bench)["ok"]


# trace: S25.2
@at_any_tick
def test_a_withdrawal_is_not_taken_while_infusing_nor_by_a_peristaltic_head():
    bench = syringe()
    assert withdraw(bench, ML)["error"] == "WRONG_STATE"
    other = Bench(rate_pl_per_day=500 * UL)
    other.send("stop")
    assert "no syringe" in withdraw(other, ML)["message"]


@at_any_tick
def test_more_than_the_syringe_has_room_for_is_refused_and_changes_nothing():
    bench = syringe(fill_pl=8 * ML)
    bench.send("stop")
    pulses = bench.hal.driver.emitted()
    assert "to the room in the syringe" in withdraw(bench, 2 * ML)["message"]
    bench.run_for(minutes=1)
    assert bench.hal.driver.emitted() == pulses
    assert bench.send("start")["ok"]


@at_any_tick
def test_stop_breaks_a_withdrawal_off_and_books_what_was_drawn_in():
    bench = syringe()
    bench.send("stop")
    withdraw(bench, 3 * ML)
    bench.run_for(s=5)
    assert bench.send("stop")["ok"]
    (event,) = bench.events("WITHDRAWN")
    assert 0 < event.c < event.b
    held_pl = bench.plant.reservoir.volume_pl
    assert 5 * ML < held_pl < 8 * ML
    assert abs(bench.status()["residual_pl"] - held_pl) <= STEP_PL
    bench.run_for(minutes=1)
    assert bench.plant.reservoir.volume_pl == held_pl and bench.state() == "STOPPED"


# trace: S25.4
@at_any_tick
def test_the_forward_end_stop_is_empty_and_no_stall():
    # 0.4 mL less in it than the books say, of the 1 mL below which they are low
    bench = syringe(fill_pl=3 * ML, truth={"fill_pl": 2_600 * UL})
    bench.run_for(hours=4)
    assert bench.state() == "EMPTY"
    assert len(bench.events("END_STOP")) == 1 and not bench.events("STALL_RETRY")
    assert "EMPTY_RESERVOIR" in bench.alarms(ACTIVE) and "MOTOR_STALL" not in bench.alarms(ACTIVE)


@at_any_tick
def test_a_screw_that_stands_while_the_books_are_full_is_a_stall():
    bench = syringe(fill_pl=8 * ML)
    bench.fault("stall")
    bench.run_for(minutes=10)
    assert bench.state() == "STALLED" and not bench.events("END_STOP")


# trace: S25.3
@at_any_tick
def test_a_loose_plunger_stops_the_pump_and_start_is_refused_until_it_is_captured():
    bench = syringe(board=SYRINGE_BOARD)
    bench.fault("loose_plunger", lasts_ms=60_000)
    bench.run_for(s=5)
    assert bench.state() == "STOPPED" and bench.alarms(ACTIVE) == ["PLUNGER_LOOSE"]
    assert "plunger" in bench.send("start")["message"]
    assert "plunger" in withdraw(bench, ML)["message"]
    bench.run_for(minutes=2)
    assert bench.send("start")["ok"]


# trace: S25.3
@at_any_tick
def test_without_its_input_nobody_sees_a_loose_plunger_that_siphons():
    bench = syringe(fill_pl=8 * ML)
    bench.fault("loose_plunger")
    bench.run_for(minutes=10)
    assert bench.state() == "INFUSING" and bench.alarms(ACTIVE) == []
    siphoned_pl = 8 * ML - bench.plant.reservoir.volume_pl
    due_pl = 4903 * 600_000 * 1000 // 2000  # 0.5 m of water through the line for 10 min
    assert abs(siphoned_pl - due_pl) <= due_pl // 50


# trace: S25.2
@at_any_tick
def test_after_a_withdrawal_the_line_is_unknown_and_no_bolus_is_given_until_somebody_knows():
    line = {"tubing_pl": ML, "catheter_pl": ML // 2, "tolerance_ppt": 0}
    line.update(holds_tubing_ng_per_ml=CONC, holds_catheter_ng_per_ml=CONC)
    bench = syringe(line=line, drug={"conc_ng_per_ml": CONC})
    bench.run_for(minutes=1)
    bench.send("stop")
    assert bench.status()["line"] == [[1_500_000_000, CONC]]
    assert withdraw(bench, ML)["ok"]
    assert bench.status()["line"] == [[1_500_000_000, None]]
    bench.run_for(minutes=1)
    assert go_on(bench)["ok"]
    bench.run_for(minutes=1)
    bolus = {"dose_ng": 10_000, "duration_ms": 600_000}
    assert "LINE_MIXED" in bench.send("bolus", **bolus)["message"]
    bench.send("stop")
    assert bench.send("line_confirmed", holds_ng_per_ml=CONC)["ok"]
    assert bench.send("start")["ok"]
    bench.run_for(minutes=1)  # the play of the screw is taken up
    bench.ok("bolus", **bolus)


@at_any_tick
def test_a_withdrawal_is_on_flash_before_the_line_may_come_off():
    line = {"tubing_pl": ML, "catheter_pl": 0, "tolerance_ppt": 0}
    line.update(holds_tubing_ng_per_ml=CONC, holds_catheter_ng_per_ml=CONC)
    bench = syringe(line=line, drug={"conc_ng_per_ml": CONC})
    bench.send("stop")
    assert withdraw(bench, ML)["ok"]
    again = bench.restart(syringe=bench.config["syringe"], board=SYRINGE_BOARD)
    assert again.status()["line"][0] == [ML, None]
    assert "confirm_line" in again.send("start", confirm_dose_ng_per_day=0)["message"]


@at_any_tick
def test_a_start_that_is_refused_for_its_dose_leaves_the_line_unconfirmed():
    bench = syringe(drug={"conc_ng_per_ml": CONC})
    bench.send("stop")
    assert withdraw(bench, ML)["ok"]
    bench.run_for(minutes=1)
    refused = bench.send("start", confirm_line=1, confirm_dose_ng_per_day=1)
    assert refused["error"] == "BAD_FIELD"
    assert "confirm_line" in bench.send("start")["message"]
    assert go_on(bench)["ok"]
