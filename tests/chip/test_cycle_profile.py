"""The cycle profiler: it counts every cycle that the CPU is busy, under names of the firmware, and
changes nothing on the chip.
"""

import pytest

from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.image.code_in_ram import IN_RAM
from host_sim.chip.measure.cycle_profile import NO_PYTHON, UNKNOWN, lines, profile
from host_sim.chip.measure.size import RAM_START, symbols
from tests.chip.conftest import image_or_skip

SECONDS = 30


@pytest.fixture(scope="module")
def found():
    return profile(image_or_skip("rpi_pico").parent, SECONDS, "status")


def test_the_cycles_by_function_and_by_symbol_each_sum_to_the_busy_time_to_the_cycle(found):
    assert sum(found.by_function.values()) == found.busy
    assert sum(found.by_symbol.values()) == found.busy
    assert found.busy + found.stood + found.slept == found.whole


def test_every_cycle_has_a_name_and_those_of_a_pass_and_a_reply_are_among_them(found):
    assert UNKNOWN not in found.by_symbol and UNKNOWN not in found.by_function
    for name in ("firmware_pump_Pump_step", "firmware_link_status_status"):
        assert found.calls[name] >= 1 and found.by_function[name] > 1000
    assert found.calls["firmware_link_status_status"] == 1  # it was asked for once
    assert found.by_function[NO_PYTHON] < found.busy // 5
    # The interpreter, beside what looks for room for a long reply
    assert "mp_execute_bytecode" in dict(found.by_symbol.most_common(2))
    assert any(line.startswith("mp_execute_bytecode") for line in lines(found))


@pytest.mark.parametrize("board", ["rpi_pico", "waveshare_rp2040_zero"])
def test_every_function_that_is_to_run_from_ram_is_in_the_image_and_in_ram(board):
    table = symbols(image_or_skip(board).parent / "firmware.elf")
    assert [name for name in IN_RAM if table.get(name, (0, 0))[0] < RAM_START] == []


def test_a_pump_that_is_profiled_does_the_same_to_the_cycle():
    busy = []
    for profiled in (False, True):
        with PumpOnChip("rpi_pico", image_or_skip("rpi_pico"), made_config()) as pump:
            pump.boot()
            pump.command("start")
            if profiled:
                pump.chip.profile([0x1000_0000], 0x1000_0000)
            pump.run_ms(10_000)
            busy.append((pump.chip.state()["busy"], pump.chip.edge_cycles()))
    assert busy[0] == busy[1]
