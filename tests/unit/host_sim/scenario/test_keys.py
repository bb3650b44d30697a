"""A key is said once: the scenario's tables fit what takes their values, in firmware and plant."""

import io
from types import SimpleNamespace

import pytest

from boards.rpi_pico import BOARD
from firmware import config
from firmware.link import commands
from firmware.therapy import programs
from host_sim.machine.backend import build_machine
from host_sim.machine.job import TRUTH
from host_sim.machine.sim_flash import SimFlash
from host_sim.plant import faults
from host_sim.scenario import fault_keys, keys, timed_keys, world_keys
from host_sim.scenario.service_keys import SERVICE
from tests.rigs.config import made_config, made_truth
from tests.rigs.scenario import BASE, PLAN, PROGRAM, changed, loaded, weekly

PROGRAMS = {
    "stopped": changed(PROGRAM, '[program]\nmode = "stopped"\n'),
    "minimum": changed(PROGRAM, '[program]\nmode = "minimum"\n'),
    "continuous": changed(PROGRAM, '[program]\nmode = "continuous"\nrate = "0.5 mL/d"\n'),
    "flex": BASE,
    "weekly": weekly(),
    "plan": changed(PROGRAM, PLAN),
}
SECTIONS = {
    "drug": keys.DRUG,
    "head": keys.HEAD,
    "limits": keys.LIMITS,
    "reservoir": keys.RESERVOIR,
    "service": SERVICE,
}
IN_SECONDS = {"bolus_lockout_s", "stopped_limit_s", "holiday_s"}  # the scenario reads them in ms


def fields(table):
    return {spec.field for spec in table.values() if spec.field}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_of_a_scenario_fills_the_section_of_the_configuration(section):
    assert fields(SECTIONS[section]) == set(config.SECTIONS[section]) - IN_SECONDS


def test_what_is_true_of_the_world_is_a_key_of_the_jobs_truth():
    assert fields(world_keys.TRUTH) <= {row.name for row in TRUTH}


def test_a_scenario_knows_the_modes_of_the_firmware():
    assert set(PROGRAMS) == set(keys.PROGRAM) == set(programs.MODES)


@pytest.mark.parametrize("mode", PROGRAMS)
def test_each_mode_is_read_into_the_keys_that_the_firmware_takes(mode, tmp_path):
    program = loaded(tmp_path, PROGRAMS[mode]).config["program"]
    keys_of = [key if isinstance(key, str) else key[1] for key in programs.MODES[mode].KEYS]
    assert set(program) == {"mode", *keys_of}
    assert programs.build(program, 0, 2_000_000).mode == programs.MODES[mode].NUMBER


@pytest.mark.parametrize("do", timed_keys.COMMANDS)
def test_the_keys_of_a_command_go_on_as_fields_that_the_pump_takes(do):
    assert fields(timed_keys.AT[do]) <= set(commands.TABLE[do].fields)


class Asked(dict):
    """A fault that notes which of its keys were looked at."""

    def __init__(self, values):
        super().__init__(values)
        self.keys_asked = set()

    def __getitem__(self, key):
        self.keys_asked.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("kind", fault_keys.FAULT)
def test_the_keys_of_a_fault_are_those_that_the_plant_asks_for(kind):
    named = fields(fault_keys.FAULT[kind])
    fault = Asked({**dict.fromkeys(named, 1), "kind": kind})
    truth, flash = made_truth(made_config({"mode": "stopped"})), SimFlash(io.BytesIO(), 4)
    hal, plant = build_machine(BOARD, truth, journal=flash)
    if kind == "loose_plunger":
        plant.screw = SimpleNamespace(loosen=lambda loose: None)
    ends = faults.begin(faults.Rig(hal, plant, None), fault)
    assert fault.keys_asked - {"kind"} == named - {"lasts_ms"}
    assert set(faults.KINDS[kind].keys) == named
    ends_itself = kind == "flash_cut"  # so long after the cut, not after the fault's instant
    assert (ends is not None) == ("lasts_ms" in named and not ends_itself)


def test_the_faults_of_a_scenario_are_those_that_the_simulator_knows():
    assert set(fault_keys.FAULT) | {"press_button"} == set(faults.KINDS)
