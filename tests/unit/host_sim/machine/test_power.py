"""A simulated machine that loses its power: what goes dark, what begins anew, what goes on."""

import json

import pytest

from boards.rpi_pico import BOARD
from firmware.events import BOOT
from firmware.link.commands import CONFIRM
from firmware.link.frames import encode
from hal.contract import (
    DRIVER_RESET,
    DRIVER_SOUND,
    LEVEL_LOW,
    PATTERN_HIGH,
    POWER_ON,
    UNKNOWN_RESET,
    WATCHDOG_RESET,
)
from host_sim.machine import job, start
from host_sim.machine.backend import build_machine
from host_sim.machine.power import come_up
from host_sim.run.reading import UNPOWERED, read_record
from host_sim.scenario import fault_keys
from tests.rigs.config import UL, made_config, made_job, made_truth

HOUR_MS = 3_600_000
DOSE_NG = 1_000_000  # a day
CONTINUOUS = {"mode": "continuous", "rate_pl_per_day": 500 * UL}


@pytest.fixture
def machine():
    """An hour after power-up, in which 100 pulses left."""
    hal, plant = build_machine(BOARD, made_truth(made_config(CONTINUOUS)), raw_ms=77)
    hal.driver.enable(True)
    hal.driver.queue(100, hal.driver.tick_hz // 100)
    for ms in (1000, HOUR_MS):
        hal.clock.advance_to(ms)
        plant.advance(hal.clock.true_ms(), hal.driver.advance(ms))
    return hal, plant


def test_what_the_chip_counts_begins_anew_and_the_bench_goes_on(machine):
    hal, plant = machine
    hal.clock.set_wall_s(1_767_571_200)
    assert (hal.driver.emitted(), hal.motion.moved_counts()) == (100, plant.moved_counts())
    come_up(hal, plant)
    assert hal.clock.now_ms() == hal.clock.ms == 0
    assert hal.clock.wall_s() is None
    assert hal.clock.true_ms() == HOUR_MS
    assert hal.clock.pump_ms(HOUR_MS + 5) == 5
    assert (hal.driver.emitted(), hal.driver.underruns(), hal.driver.total()) == (0, 0, 100)
    assert hal.motion.moved_counts() == 0 < plant.moved_counts()
    before = plant.rotor_steps
    hal.clock.advance_to(10)
    plant.advance(hal.clock.true_ms(), hal.driver.advance(10))
    assert plant.rotor_steps == before, "pulses from before are not counted again"


def test_a_crystal_that_is_off_stays_off_and_a_forced_switch_stays_forced(machine):
    hal, plant = machine
    hal.clock.set_crystal(1_000_000)
    hal.inputs.force(LEVEL_LOW, True)
    come_up(hal, plant)
    hal.clock.advance_to(10_010)
    assert hal.clock.true_ms() == HOUR_MS + 10_000
    assert hal.inputs.read() == LEVEL_LOW


def test_a_driver_chip_has_its_settings_when_the_power_is_back(machine):
    hal, plant = machine
    hal.driver.lose_settings()
    assert hal.driver.trouble() == DRIVER_RESET
    come_up(hal, plant)
    assert hal.driver.trouble() == DRIVER_SOUND


def test_without_power_the_motor_is_let_go_signals_are_dark_and_bytes_are_lost(machine):
    hal, plant = machine
    hal.lamp.show(PATTERN_HIGH)
    hal.link.send_to_pump(b"before")
    hal.driver.queue(100, hal.driver.tick_hz)
    hal.driver.power_off()
    hal.link.power_off()
    hal.lamp.go_out()
    hal.link.send_to_pump(encode({"id": 1, "do": "stop"}))
    hal.clock.advance_to(2 * HOUR_MS)
    assert hal.driver.advance(2 * HOUR_MS) == 100
    assert (hal.link.read(), hal.lamp.pattern, plant.motor.enabled) == (b"", 0, False)


def test_there_is_nothing_to_reset_without_power(machine):
    hal, _ = machine
    hal.power.cut()
    hal.power.reset(WATCHDOG_RESET)
    assert (hal.power.on, hal.power.reset_cause()) == (False, POWER_ON)
    hal.power.restore()
    hal.power.reset(WATCHDOG_RESET)
    assert hal.power.reset_cause() == UNKNOWN_RESET, "no pump had come up since"
    hal.power.note(1)
    hal.power.reset(WATCHDOG_RESET)
    assert (hal.power.on, hal.power.reset_cause()) == (True, WATCHDOG_RESET)


def played(folder, commands, faults, duration_ms):
    made = made_job(made_config(CONTINUOUS), duration_ms, commands, faults)
    paths = [str(folder / name) for name in ("job.json", "schedule.jsonl")]
    job.write(made, *paths)
    start.main(*paths, str(folder))
    return read_record(folder)


def test_a_command_without_power_is_lost_and_so_is_one_that_the_cut_overtakes(tmp_path):
    commands = [
        [0, {"do": "start"}],
        [60_000, {"do": "stop"}],
        [90_000, {"do": "acknowledge"}],
        [120_000, {"do": "start"}],
        [120_001, {"do": "start", CONFIRM: DOSE_NG}],
    ]
    cut = [60_000, {"kind": "power_cut", "lasts_ms": 60_000}]
    record = played(tmp_path, commands, [cut], 180_000)
    assert record.lost == [(60_000, "stop", 1), (90_000, "acknowledge", 2), (120_000, "start", 3)]
    assert [row[2] for row in record.refused] == [UNPOWERED] * 3
    assert record.outages == [(60_000, 60_000, 120_000)]
    assert (record.child.power_ups, record.status["state"]) == (2, "INFUSING")


def test_a_run_that_ends_without_power_has_it_back_at_its_last_instant(tmp_path):
    cut = [60_000, {"kind": "power_cut", "lasts_ms": HOUR_MS}]
    record = played(tmp_path, [[0, {"do": "start"}]], [cut], 180_000)
    assert record.outages == [(60_000, 60_000, 180_000)]
    assert next(event.code for event in record.events if event.power_up == 1) == BOOT
    assert json.loads((tmp_path / "status.json").read_text())["now_ms"] == 0


def test_two_resets_in_one_instant_are_two_power_ups(tmp_path):
    resets = [[60_000, {"kind": "reset", "cause": cause}] for cause in ("watchdog", "unknown")]
    record = played(tmp_path, [[0, {"do": "start"}]], resets, 120_000)
    assert record.child.power_ups == 3
    assert [event.a for event in record.events if event.code == BOOT] == [0, 2, 3]


def test_a_cut_within_a_flash_operation_ends_the_power_up_in_which_it_comes(tmp_path):
    flash_cut = {"kind": "flash_cut", "operation": 1, "mode": "prefix", "lasts_ms": 30_000}
    commands = [[0, {"do": "start"}], [61_000, {"do": "stop"}]]
    record = played(tmp_path, commands, [[60_000, flash_cut]], 180_000)
    assert record.outages == [(61_000, 61_000, 91_000)]
    assert record.child.power_ups == 2
    assert record.status["emitted_steps"] >= record.child.emitted_steps > 0


def test_a_cut_within_the_first_flash_operation_of_a_power_up_is_another_outage(tmp_path):
    power_cut = {"kind": "power_cut", "lasts_ms": 60_000}
    flash_cut = {"kind": "flash_cut", "operation": 1, "mode": "half", "lasts_ms": 30_000}
    faults = [[60_000, power_cut], [90_000, flash_cut]]
    record = played(tmp_path, [[0, {"do": "start"}]], faults, 180_000)
    assert record.outages == [(60_000, 60_000, 120_000), (0, 120_000, 150_000)]
    assert record.child.power_ups == 3


@pytest.mark.parametrize("mode", fault_keys.MODES)
def test_each_mode_of_a_cut_leaves_books_that_hold_what_left(tmp_path, mode):
    flash_cut = {"kind": "flash_cut", "operation": 2, "mode": mode, "lasts_ms": 1000}
    faults = [[at_s * 1000, flash_cut] for at_s in range(60, 1800, 300)]
    commands = [[at_s * 1000, {"do": "start"}] for at_s in range(0, 1800, 60)]
    record = played(tmp_path, commands, faults, 1_800_000)
    assert record.child.power_ups == 1 + len(faults)
    assert record.status["emitted_steps"] >= record.child.emitted_steps > 0
