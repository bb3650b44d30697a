"""An error of a device, where FAULT was promised: the pump comes up or goes on in FAULT, says why
and answers. The store of each board over fake chips; the step driver in the simulator.
"""

import json

import pytest

from firmware import config, events, states
from firmware.alarms import alarm_table
from firmware.books.memory import RamMemory
from firmware.link.execute import execute
from firmware.pump import Pump
from hal.contract import DRIVER_FAILED, HalError
from host_sim.machine.world import SimulationEnd
from tests.contract.faked import BOARDS
from tests.fakes.parts import Medium
from tests.rigs.recorded_pump import BenchPump, made_pump_config

EIO, NO_DEVICE, CORRUPT = 5, 19, 84


def status_of(bench):
    """The status of a pump that comes up on this board, which must be in FAULT."""
    pump = Pump(bench.hal, config.read(bench.hal.store), RamMemory())
    pump.step(bench.hal.clock.now_ms())
    status = execute(pump, {"id": 1, "do": "status"}, bench.hal.clock.now_ms())
    assert (status["ok"], status["state"]) == (1, "FAULT")
    assert [row[0] for row in status["alarms"]] == [
        alarm_table.BAD_CONFIGURATION,
        alarm_table.NOTHING_KEPT,
    ]
    return status


def failing_open(bench, code, times):
    """Let the next `times` opens of a file fail."""
    store, tries = bench.loaded["hal.file_store"], []

    def opened(path, mode):
        tries.append(path)
        if len(tries) <= times:
            raise OSError(code)
        return bench.medium.open(path, mode)

    store.open = opened
    return tries


# trace: S21.4
@pytest.mark.parametrize("code", [EIO, CORRUPT, NO_DEVICE])
@pytest.mark.parametrize("board", BOARDS)
def test_a_store_that_cannot_be_read_is_a_fault_with_its_reason_after_three_tries(board, code):
    bench = BOARDS[board](0)
    tries = failing_open(bench, code, 1_000)
    assert str(code) in status_of(bench)["config_error"]
    assert [path.rsplit("/", 1)[-1] for path in tries].count("config.json") == 3


@pytest.mark.parametrize("times", [1, 2])
def test_a_store_that_is_read_at_the_second_or_third_try_is_as_good_as_any(times):
    bench = BOARDS["rpi_pico"](0)
    bench.hal.store.write("config.json", json.dumps(made_pump_config()).encode())
    failing_open(bench, EIO, times)
    assert config.read(bench.hal.store, "rpi_pico").error is None


def test_a_file_system_that_is_not_mounted_is_a_fault_with_its_reason(monkeypatch):
    made = Medium.os_module

    def os_module(self):
        module = made(self)

        def fails(*_):
            raise OSError(NO_DEVICE)

        module.mkdir = module.stat = fails
        return module

    monkeypatch.setattr(Medium, "os_module", os_module)
    bench = BOARDS["rpi_pico"](0)
    assert "19" in status_of(bench)["config_error"]
    with pytest.raises(HalError, match="19"):
        bench.hal.store.write("config.json", b"{}")


@pytest.mark.parametrize("method", ["queue", "room", "emitted"])
def test_a_step_driver_that_fails_in_a_pass_is_a_fault_and_the_pump_answers(method):
    commands = [(5_000, {"do": "start"}), (40_000, {"do": "status"})]
    bench = BenchPump(made_pump_config(), commands, 60_000)
    works = getattr(bench.hal.driver, method)

    def fails_once(*arguments):
        if 20_000 <= bench.hal.clock.ms and not failures:
            failures.append(method)
            raise HalError("step driver: error 5")
        return works(*arguments)

    failures = []
    setattr(bench.hal.driver, method, fails_once)
    with pytest.raises(SimulationEnd):
        bench.pump.run()
    assert failures == [method]
    assert bench.pump.state.now == states.FAULT
    (raised,) = bench.events(events.ALARM_RAISED)
    assert (raised.a, raised.b) == (alarm_table.DRIVER_FAULT, DRIVER_FAILED)
    assert bench.replies()[-1].reply["state"] == "FAULT"


def test_a_step_driver_that_cannot_even_stop_leaves_it_to_the_watchdog():
    bench = BenchPump(made_pump_config(), [(5_000, {"do": "start"})], 60_000)

    def fails(*arguments):
        raise HalError("step driver: error 5")

    bench.hal.driver.queue = bench.hal.driver.stop = fails
    with pytest.raises(HalError):
        bench.pump.run()
