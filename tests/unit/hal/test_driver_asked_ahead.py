"""The driver chip is asked for its state before a look, and answers while others work."""

import pytest

from hal.contract import DRIVER_OFF, DRIVER_SILENT, DRIVER_SOUND
from tests.contract.faked import BOARDS
from tests.unit.hal.test_board_parts import Line


@pytest.fixture
def bench():
    return BOARDS["rpi_pico"](0)


def test_a_driver_chip_that_was_asked_ahead_is_asked_no_second_time(bench):
    chip = bench.parts.driver_chip
    line = bench.parts.driver_chip = Line(chip)
    bench.hal.driver.ask()
    assert bench.hal.driver.trouble() == DRIVER_SOUND
    assert line.frames == 1


def test_an_answer_is_good_for_one_look_and_the_next_one_is_of_its_own_time(bench):
    bench.hal.driver.ask()
    bench.parts.driver_chip.short_circuit()
    assert bench.hal.driver.trouble() == DRIVER_SOUND  # as it was when it was asked
    assert bench.hal.driver.trouble() == DRIVER_OFF
    bench.hal.driver.ask()
    assert bench.hal.driver.trouble() == DRIVER_OFF


def test_an_answer_that_nobody_took_is_not_taken_for_the_next(bench):
    bench.hal.driver.ask()
    bench.parts.driver_chip.short_circuit()
    bench.hal.driver.ask()
    assert bench.hal.driver.trouble() == DRIVER_OFF


@pytest.mark.parametrize("how", ["loses", "garbles"])
def test_a_question_ahead_that_gets_lost_is_asked_again_and_a_dead_line_is_silent(bench, how):
    chip = bench.parts.driver_chip
    bench.parts.driver_chip = Line(chip, **{how: lambda number: number == 1})
    bench.hal.driver.ask()
    assert bench.hal.driver.trouble() == DRIVER_SOUND
    bench.parts.driver_chip = Line(chip, **{how: lambda number: True})
    bench.hal.driver.ask()
    assert bench.hal.driver.trouble() == DRIVER_SILENT


def test_a_start_between_question_and_look_leaves_no_old_answer(bench):
    chip = bench.parts.driver_chip
    chip.lose_settings()
    bench.hal.driver.ask()
    bench.hal.driver.enable(True)
    assert bench.hal.driver.trouble() == DRIVER_SOUND


def test_the_clock_has_the_driver_chip_asked_before_it_watches_and_before_it_returns(bench):
    line = bench.parts.driver_chip = Line(bench.parts.driver_chip)
    asked = []

    def watch():
        asked.append(line.frames)
        assert bench.hal.driver.trouble() == DRIVER_SOUND
        return False

    clock = bench.hal.clock
    clock.wait_until_ms(clock.now_ms() + 5000, watch)
    assert (asked, line.frames) == ([1], 2)
