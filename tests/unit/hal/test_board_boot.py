"""What a board does first after a reset, over the fake chip of every board."""

import pytest

from hal.contract import BUTTON, INTENDED_RESET, POWER_ON, UNKNOWN_RESET, WATCHDOG_RESET
from tests.contract.faked import BOARDS

PWRON, HARD, WDT = 1, 2, 3  # machine.reset_cause()


@pytest.fixture(params=BOARDS)
def bench(request):
    return BOARDS[request.param](0)


def reboot(bench, cause):
    """(reset cause, wants maintenance) after a reset of this kind; what a reset keeps is kept."""
    bench.parts.reset_cause = cause
    return bench.backend.boot(bench.board)


@pytest.mark.parametrize(
    ("cause", "told"),
    [(PWRON, POWER_ON), (WDT, WATCHDOG_RESET), (HARD, UNKNOWN_RESET), (0, UNKNOWN_RESET)],
)
def test_a_reset_that_nobody_asked_for_is_told_by_its_cause(bench, cause, told):
    bench.hal.power.note(1)
    assert reboot(bench, cause) == (told, False)


def test_the_watchdog_tells_of_a_pump_that_ran_and_of_no_other(bench):
    assert reboot(bench, WDT) == (UNKNOWN_RESET, False)
    bench.hal.power.note(1)
    assert reboot(bench, WDT) == (WATCHDOG_RESET, False)
    assert reboot(bench, WDT) == (UNKNOWN_RESET, False)  # this time no pump came up


@pytest.mark.parametrize("by", [HARD, WDT])
def test_an_intended_reset_leads_to_the_console_once_however_the_chip_did_it(bench, by):
    with pytest.raises(bench.left):
        bench.hal.power.maintenance()
    assert reboot(bench, by) == (INTENDED_RESET, True)
    assert reboot(bench, by) == (INTENDED_RESET, False)
    bench.hal.power.note(1)
    assert reboot(bench, WDT) == (WATCHDOG_RESET, False)


def test_the_service_input_leads_to_the_console_at_power_up_and_at_no_other_reset(bench):
    bench.set_level("service", True)
    bench.hal.power.note(1)
    assert reboot(bench, WDT) == (WATCHDOG_RESET, False)
    assert reboot(bench, PWRON) == (POWER_ON, True)
    bench.set_level("service", False)
    assert reboot(bench, PWRON) == (POWER_ON, False)


def test_the_patients_button_leads_to_no_console(bench):
    bench.set_input(BUTTON, True)
    assert reboot(bench, PWRON) == (POWER_ON, False)


def test_the_motor_is_off_and_step_low_before_anything_else(bench):
    bench.hal.driver.enable(True)
    enable, active = bench.output("enable")
    assert enable.level == active
    reboot(bench, WDT)
    assert enable.level == 1 - active
    assert (bench.output("step")[0].level, bench.output("step")[0].drives()) == (0, True)
