"""Stories of coming up: after power, after a watchdog reset, with a bad configuration."""

import json

from firmware import config, states, version
from firmware.books.memory import RamMemory
from firmware.pump import Pump
from hal.contract import INTENDED_RESET, PATTERN_HIGH, UNKNOWN_RESET, WATCHDOG_RESET
from tests.rigs.pump import ACTIVE, LATCHED, UL, Bench, at_any_tick, made_config

PROGRAM = {"mode": "continuous", "rate_pl_per_day": 500 * UL}


@at_any_tick
def test_a_pump_comes_up_stopped_with_its_motor_off_and_waits_for_start():
    bench = Bench(start=False)
    bench.run_for(minutes=30)
    assert bench.state() == "STOPPED"
    assert bench.emitted() == 0
    assert not bench.plant.motor.enabled
    assert bench.alarms() == []
    assert [(e.at_ms, e.a, e.b, e.c) for e in bench.events("BOOT")] == [
        (0, 0, version.PROTOCOL, version.NUMBER)
    ]
    bench.ok("start")
    assert bench.state() == "INFUSING"
    assert bench.plant.motor.enabled


@at_any_tick
def test_a_reset_nobody_asked_for_comes_up_stopped_with_a_high_alarm():
    for cause in (WATCHDOG_RESET, UNKNOWN_RESET):
        bench = None
        bench = Bench(start=False, cause=cause)
        assert bench.state() == "STOPPED"
        assert (bench.alarms(ACTIVE), bench.alarms(LATCHED)) == ([], ["RESET_UNEXPECTED"])
        assert (bench.sound(), bench.lamp()) == (PATTERN_HIGH, PATTERN_HIGH)
        bench.run_for(minutes=10)
        assert bench.emitted() == 0
        bench.ok("start")
        assert bench.alarms() == ["RESET_UNEXPECTED"]
        bench.ok("acknowledge")
        assert bench.alarms() == []


@at_any_tick
def test_an_intended_reset_is_no_alarm():
    bench = Bench(start=False, cause=INTENDED_RESET)
    assert bench.alarms() == []


def bad_configurations():
    yield None
    yield b""
    yield b"{"
    yield b"\xff\xfe{}"
    yield b"null"
    yield b"[]"
    yield b'"text"'
    for section, key, value in (
        ("limits", "stall_steps", 3),
        ("limits", "max_rate_pl_per_day", "fast"),
        ("limits", "bolus_lockout_s", -1),
        ("head", "pl_per_rev", 0),
        ("head", "steps_per_rev", None),
        ("head", "safe_state", "maybe"),
        ("drug", "conc_ng_per_ml", True),
        ("reservoir", "residual_pl", 10**14),
        ("program", "dose_ng_per_day", 25 * 2_000_000 + 1),
        ("program", "mode", "often"),
        ("program", "rate_pl_per_day", 10**6),
        ("program", "more", 1),
    ):
        config = made_config(dict(PROGRAM))
        config[section][key] = value
        yield json.dumps(config).encode()
    config = made_config(dict(PROGRAM))
    config["version"] = 2
    yield json.dumps(config).encode()
    del config["limits"]
    yield json.dumps(config).encode()


@at_any_tick
def test_a_bad_or_missing_configuration_comes_up_in_a_fault_that_nothing_leaves():
    for stored in bad_configurations():
        bench = None  # a board-like heap has room for one at a time
        bench = Bench(stored=stored, start=False)
        assert bench.state() == "FAULT", stored
        assert bench.alarms(ACTIVE) == ["BAD_CONFIGURATION"]
        assert bench.status()["config_error"]
        assert [e.c for e in bench.events("STATE")] == [states.BY_CONFIGURATION]
        assert bench.refused("start") == "WRONG_STATE"
        assert bench.refused("set_program", program=PROGRAM) == "WRONG_STATE"
        assert bench.refused("reset_fault") == "NOT_NOW"
        assert bench.refused("bolus", volume_pl=10_000, duration_ms=1000) == "GATE"
        bench.ok("acknowledge")
        bench.run_for(hours=2)
        assert bench.state() == "FAULT"
        assert bench.alarms(ACTIVE) == ["BAD_CONFIGURATION"]
        assert bench.emitted() == 0 and not bench.plant.motor.enabled


@at_any_tick
def test_a_good_configuration_ends_it():
    bench = Bench(stored=None, start=False)
    assert bench.state() == "FAULT"
    bench = None
    bench = Bench(start=False)
    assert bench.state() == "STOPPED"
    assert bench.status()["config_error"] is None


@at_any_tick
def test_a_head_that_needs_no_holding_torque_is_let_go_when_stopped():
    for safe_state, held in (("hold", True), ("off", False)):
        bench = None
        bench = Bench(head={"safe_state": safe_state})
        bench.run_for(minutes=1)
        bench.ok("stop")
        assert bench.plant.motor.enabled == held


@at_any_tick
def test_a_store_that_fails_three_reads_is_a_fault_that_says_why_and_answers():
    bench = Bench(start=False)
    bench.hal.store.fail_reads(2)
    assert config.read(bench.hal.store).error is None
    bench.hal.store.fail_reads(3)
    bench.pump = Pump(bench.hal, config.read(bench.hal.store), RamMemory())
    assert bench.state() == "FAULT"
    assert bench.alarms(ACTIVE) == ["BAD_CONFIGURATION", "NOTHING_KEPT"]
    assert "cannot be read" in bench.status()["config_error"]
    assert bench.refused("start") == "WRONG_STATE"
