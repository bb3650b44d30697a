"""What happens when the pump's program hangs at intrathecal rates, when its CPU stands still, when
power is cut: at the pins.
"""

import pytest

from firmware import events
from firmware.alarms import alarm_table
from hal.contract import POWER_ON, WATCHDOG_RESET
from host_sim.chip.board.pump_on_chip import PL_PER_REV, STEPS_PER_REV, PumpOnChip, made_config
from tests.chip.conftest import image_or_skip

MS = 125_000
S = 1000 * MS
SOUNDER, ENABLE = 15, 4
WATCHDOG_S = 8.4
ALARM_WITHIN_S = 5
BLIND_STEPS = 1_000_000 * STEPS_PER_REV // PL_PER_REV
PL_PER_DAY = 10**9  # in a mL/d


@pytest.fixture
def infusing():
    """A pump that has infused at so many mL/d for so many seconds."""
    pumps = []

    def make(ml_per_day, seconds):
        pump = PumpOnChip(
            "rpi_pico",
            image_or_skip("rpi_pico"),
            made_config(rate_pl_per_day=int(ml_per_day * PL_PER_DAY)),
        )
        pumps.append(pump)
        pump.boot()
        assert pump.command("start")["ok"] == 1
        pump.run_ms(1000 * seconds)
        return pump

    yield make
    for pump in pumps:
        pump.chip.close()


def raised(pump, code):
    return [
        cycle
        for cycle, event in pump.events
        if event[3] == events.ALARM_RAISED and event[4] == code
    ]


@pytest.mark.parametrize("ml_per_day", [2.4, 0.5])
def test_a_hung_loop_pumps_no_more_than_the_blind_allowance_and_comes_up_stopped_and_loud(
    infusing, ml_per_day
):
    pump = infusing(ml_per_day, 20)
    chip = pump.chip
    steps, hung = chip.steps, chip.cycles
    assert steps > 0
    sounds, motor = [], []
    chip.watch(SOUNDER)
    inner = chip.on_change
    chip.on_change = lambda *change: (
        {SOUNDER: sounds, ENABLE: motor}[change[2]].append(change),
        inner(*change),
    )
    del pump.events[:]
    chip.hang()
    pump.run_ms(15_000)

    ((reset, reason),) = chip.state()["resets"]
    assert reason == 1 and (reset - hung) / S <= WATCHDOG_S
    assert chip.steps - steps <= min(
        BLIND_STEPS,
        int(ml_per_day * PL_PER_DAY * STEPS_PER_REV / PL_PER_REV / 86_400 * WATCHDOG_S) + 1,
    )
    assert all(cycle <= reset for cycle in chip.edge_cycles())  # not one pulse after the reset
    assert pump.carrier.motor_on is False and motor[0][0] == reset
    assert [event[4] for _, event in pump.events if event[3] == events.BOOT] == [WATCHDOG_RESET]
    assert len(raised(pump, alarm_table.THERAPY_INTERRUPTED)) == 1
    first_sound = next(cycle for cycle, _, _, level in sounds if cycle > reset and level == 1)
    assert (first_sound - reset) / S <= ALARM_WITHIN_S
    assert pump.command("status")["state"] == "STOPPED"


def test_a_pump_that_hangs_with_its_interrupts_off_is_reset_as_well(infusing):
    pump = infusing(24, 5)
    chip = pump.chip
    steps, hung = chip.steps, chip.cycles
    chip.freeze()
    pump.run_ms(12_000)
    ((reset, reason),) = chip.state()["resets"]
    assert reason == 1 and (reset - hung) / S <= WATCHDOG_S
    assert chip.steps - steps <= BLIND_STEPS
    assert pump.command("status")["state"] == "STOPPED"


def test_a_power_cut_keeps_the_configuration_and_the_pump_comes_up_stopped(infusing):
    pump = infusing(24, 2)
    chip = pump.chip
    chip.cut_power()
    steps = chip.steps
    assert pump.carrier.motor_on is False
    del pump.events[:]
    pump.boot()
    pump.run_ms(3000)
    assert [event[4] for _, event in pump.events if event[3] == events.BOOT] == [POWER_ON]
    status = pump.command("status")
    assert (status["state"], status["config_error"], chip.steps) == ("STOPPED", None, steps)
