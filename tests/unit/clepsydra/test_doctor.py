"""`doctor` on a simulated pump: a sound one, and one with a fault in each part."""

import json
import re

import pytest

from clepsydra.doctor import part_checks as of
from clepsydra.doctor.bring_up import NOT_MEASURED
from clepsydra.doctor.examining import Turn, read, rotor_finding
from clepsydra.doctor.part_checks import FAIL, OK, UNKNOWN, WARN


def marks(said):
    """{part: mark} of a printed examination."""
    return {f["part"]: f["mark"] for f in json.loads(said.out)["findings"]}


@pytest.fixture
def readings(shared):
    return read(shared.pump())


def changed(readings, **raw):
    """The readings with other values in the last status."""
    status = readings.last
    other = type(status)({**status.raw, **raw}, status.conc_ng_per_ml, status.at_computer_ms)
    return readings._replace(last=other)


def test_of_a_sound_pump_nothing_fails_and_what_nobody_knows_is_said(run, driven):
    run("clock", "set", "--yes")
    driven.changes.clear()
    said = run("doctor", "--json")
    assert said.status == 0, said
    found = marks(said)
    assert FAIL not in found.values()
    for part in ("link", "configuration", "store", "driver", "rotor sensor", "supply"):
        assert found[part] == OK
    assert found["rotor"] == found["other switches"] == UNKNOWN
    assert driven.changes == []
    text = run("doctor").out
    assert "Flex week (sim:test, serial sim-1)" in text
    assert "not turned -> clepsydra doctor --rotor" in text


def test_the_rotor_is_turned_only_after_a_y_and_the_pump_is_stopped_afterwards(run, driven):
    assert run("doctor", "--rotor", typed="n\n").status == 2
    assert driven.changes == []
    said = run("doctor", "--rotor", "--for", "10 min", typed="y\n")
    assert said.status == 0, said
    moved = re.search(r"ok +rotor +(\d+) of (\d+) steps moved it", said.out)
    assert int(moved[1]) == int(moved[2]) >= 60
    assert [command["do"] for command in driven.changes] == ["start", "stop"]
    assert driven.pump().status().state == "STOPPED"


def test_a_rotor_that_does_not_turn_fails_and_the_pump_is_stopped_all_the_same(run, driven):
    driven.run(10, fault={"kind": "stall", "lasts_ms": 10 * 86_400_000})
    said = run("doctor", "--rotor", "--for", "10 min", "--yes", "--json")
    assert said.status == 1
    assert marks(said)["rotor"] == FAIL
    assert driven.changes[-1]["do"] == "stop"
    assert driven.pump().status().state == "STOPPED"


def test_a_pump_that_infuses_is_watched_and_goes_on(run_shared, shared):
    said = run_shared("doctor", "--rotor", "--for", "10 min", "--json")
    assert marks(said)["rotor"] == OK
    assert shared.changes == []


def test_a_bring_up_file_has_what_a_first_run_should_send(run, driven, tmp_path):
    path = tmp_path / "bring_up.json"
    said = run("doctor", "--bring-up", str(path), "--for", "10 min", "--yes")
    assert said.status == 0, said
    table = json.loads(path.read_text())
    assert table["turn"]["emitted_steps"] == table["turn"]["moved_steps"] > 40
    assert table["identity"]["serial"] == "sim-1"
    assert table["status"]["self_test"] == []
    assert table["not_measured"] == list(NOT_MEASURED)
    assert len(table["replies_ms"]) == 20
    assert table["events"][0]["kind"] == "BOOT"
    again = run("doctor", "--bring-up", str(tmp_path / "no" / "b.json"), "--for", "1 s", "--yes")
    assert again.status == 2


@pytest.mark.parametrize(
    ("fault", "part"),
    [
        ({"kind": "driver_reset"}, "driver"),
        ({"kind": "encoder_dead", "lasts_ms": 3_600_000}, "rotor sensor"),
        ({"kind": "supply_dip", "to_mv": 4000, "lasts_ms": 3_600_000}, "supply"),
        ({"kind": "level_stuck", "at": "active", "lasts_ms": 3_600_000}, "level switch"),
        ({"kind": "stop_input", "lasts_ms": 3_600_000}, "stop"),
        ({"kind": "button_stuck", "lasts_ms": 3_600_000}, "button"),
    ],
)
def test_a_fault_of_a_part_is_found(fault, part, run, driven):
    driven.run(1000)
    driven.run(200_000, fault=fault)
    said = run("doctor", "--json")
    assert said.status == 1, said
    assert marks(said)[part] == FAIL


@pytest.mark.parametrize(
    ("examine", "raw", "mark"),
    [
        (of.link, {"broken_frames": 10_000}, FAIL),
        (of.firmware, {"image": "damaged"}, FAIL),
        (of.configuration, {"config_error": "limits.x is 0"}, FAIL),
        (of.store, {"self_test": ["journal"]}, FAIL),
        (of.store, {"memory_error": "a record is damaged"}, FAIL),
        (of.store, {"reserved_steps": None}, WARN),
        (of.driver, {"self_test": ["driver"]}, FAIL),
        (of.sensor, {"self_test": ["sensor"]}, FAIL),
        (of.sensor, {"rotor_sensor": 0}, UNKNOWN),
        (of.supply, {"alarms": [[13, 1, 0, 0, 4100, 4500, 2]]}, FAIL),
        (of.driver, {"alarms": [[17, 1, 1, 0, 1, 0, 3]]}, FAIL),
        (of.store, {"alarms": [[23, 1, 0, 0, 3, 8, 2]]}, WARN),
        (of.store, {"alarms": [[22, 1, 0, 0, 24, 0, 3]]}, FAIL),
        (of.alarms, {"alarms": [[12, 1, 0, 0, 1, 2, 1]]}, WARN),
    ],
)
def test_each_part_is_judged_by_the_pumps_words(examine, raw, mark, readings):
    assert examine(changed(readings, **raw)).mark == mark
    assert examine(readings).mark in (OK, WARN)


def test_a_clock_is_judged_by_what_it_says_and_how_fast_it_runs(readings):
    assert of.clock(changed(readings, wall_s=None))[0].mark == WARN
    late = changed(readings, wall_s=readings.last.at_computer_ms // 1000 - 9000)
    assert "2.5 h behind" in of.clock(late)[0].text
    assert of.clock(changed(readings, self_test=["clock"]))[0].mark == FAIL
    later = changed(readings, now_ms=readings.first.raw["now_ms"] + 3_600_000)
    assert [finding.part for finding in of.clock(later)] == ["clock", "pace"]


def test_a_level_switch_that_contradicts_the_books_fails(readings):
    level = readings.last.raw["level"]
    wrong = changed(readings, level={**level, "closed": 1})
    assert of.switches(wrong)[0].mark == FAIL
    assert of.switches(changed(readings, residual_pl=10))[0].mark == FAIL
    assert (
        of.switches(changed(readings, residual_pl=10, level={**level, "closed": 1}))[0].mark == OK
    )


def test_another_firmware_than_this_package_is_said(readings):
    other = readings._replace(identity=readings.identity._replace(protocol=99))
    assert of.firmware(other).mark == FAIL
    other = readings._replace(package=("0123456789", 0))
    assert of.firmware(other).mark == WARN


@pytest.mark.parametrize(
    ("samples", "state", "sensed", "mark"),
    [
        ([(0, 0, 0, 0), (9, 9, 60, 60)], "INFUSING", True, OK),
        ([(0, 0, 5, 5), (9, 9, 65, 64)], "INFUSING", True, FAIL),
        ([(0, 0, 0, 0), (9, 9, 59, 59)], "INFUSING", True, UNKNOWN),
        ([(0, 0, 0, 0), (9, 9, 60, 60)], "STALLED", True, FAIL),
        ([(0, 0, 0, 0), (9, 9, 60, 60)], "INFUSING", False, UNKNOWN),
    ],
)
def test_a_turn_tells_only_with_enough_steps_and_a_sensor(samples, state, sensed, mark):
    assert rotor_finding(Turn(samples, state, 60), sensed).mark == mark
