"""The self-test at power-up: what it finds, and what the pump does then."""

from boards.waveshare_rp2040_zero import BOARD as ZERO
from firmware.version import Build
from tests.rigs.pump import UL, Bench, at_any_tick

RATE = 500 * UL
WHOLE, DAMAGED = Build("rpi_pico", "1f0c2d3e4a", 0, True), Build("rpi_pico", "1f0c2d3e4a", 0, False)


@at_any_tick
def test_a_sound_pump_fails_in_nothing():
    bench = Bench(RATE, build=WHOLE)
    assert (bench.status()["self_test"], bench.status()["image"]) == ([], "whole")
    assert bench.alarms() == []


@at_any_tick
def test_where_files_were_flashed_the_status_says_that_no_image_is_checked():
    assert Bench(RATE).status()["image"] == "not checked"


# trace: GIP 3.4
@at_any_tick
def test_a_damaged_image_is_a_fault_that_no_command_ends():
    bench = Bench(RATE, build=DAMAGED, start=False)
    assert (bench.state(), bench.alarms()) == ("FAULT", ["SELF_TEST_FAILED"])
    assert (bench.status()["self_test"], bench.status()["image"]) == (["image"], "damaged")
    for do in ("reset_fault", "start"):
        bench.send(do)
        bench.run_for(minutes=1)
        assert (bench.state(), bench.emitted()) == ("FAULT", 0)
    bench = bench.restart(build=DAMAGED)
    assert bench.state() == "FAULT"


@at_any_tick
def test_the_next_power_up_with_a_good_image_is_well():
    bench = Bench(RATE, build=DAMAGED, start=False).restart(build=WHOLE)
    assert (bench.state(), bench.status()["self_test"]) == ("STOPPED", [])
    bench.ok("acknowledge")
    assert bench.alarms() == []
    bench.ok("start")


# trace: GIP 3.4
@at_any_tick
def test_a_clock_that_stands_is_a_fault():
    bench = Bench(RATE, clock_stands=True, start=False)
    assert (bench.state(), bench.status()["self_test"]) == ("FAULT", ["clock"])
    assert bench.alarms() == ["SELF_TEST_FAILED"]


# trace: GIP 3.4
@at_any_tick
def test_what_has_an_alarm_of_its_own_is_told_by_that_alone():
    bench = Bench(RATE, stored=b"{", start=False)
    assert bench.status()["self_test"] == ["store"]
    assert bench.alarms() == ["BAD_CONFIGURATION"]
    bench = Bench(RATE, board=ZERO, start=False, encoder_dead=True)
    assert bench.status()["self_test"] == ["sensor"]
    assert bench.alarms() == ["MOTION_SENSOR"]


@at_any_tick
def test_a_pump_that_failed_in_anything_does_not_go_on_by_itself():
    bench = Bench(RATE, board=ZERO, pump={"after_reset": "resume"})
    bench.run_for(hours=1)
    bench = bench.restart(board=ZERO, encoder_dead=True, cause=2)
    bench.run_for(minutes=1)
    assert bench.state() == "STOPPED"
    assert "THERAPY_INTERRUPTED" in bench.alarms()
