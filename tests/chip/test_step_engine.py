"""The step engine of the flashed image alone, from the console: every edge of STEP to 8 ns."""

import pytest

from host_sim.chip.emulator.repl import Repl
from host_sim.chip.measure.image_figures import CHAINED, ENGINE
from tests.unit.hal.test_pio import pio

STEP, DIRECTION, ENABLE, SERVICE = 2, 3, 4, 22
MS = 125_000


@pytest.fixture
def engine(make_chip):
    """(chip, repl) with `driver` made.

    The button is held at power on, so the pump leaves the console alone.
    """
    chip = make_chip("rpi_pico", on=False, step=STEP, direction=DIRECTION, watch=[ENABLE])
    chip.drive(SERVICE, 0)
    chip.power_on()
    repl = Repl(chip)
    repl.run(ENGINE % "rpi_pico")
    chip.edges()
    return chip, repl


def rising(chip):
    return [cycle for cycle in chip.edge_cycles() if cycle > 0]


def gaps(edges):
    return [later - earlier for earlier, later in zip(edges, edges[1:])]


def test_the_boards_assembler_makes_the_words_that_the_unit_tests_run(engine):
    _, repl = engine
    words = repl.run(
        "from hal import rp2_pio\nprint([list(p[0]) for p in (rp2_pio.steps, rp2_pio.edges)])"
    )
    assert words.strip() == str([list(pio.steps.words), list(pio.edges.words)])


def test_a_million_steps_a_second_are_exact_over_seams(engine):
    chip, repl = engine
    repl.run("for n in (1000, 2000, 3000, 4000, 5000):\n driver.queue(n, 125)\ntime.sleep_ms(20)")
    edges = rising(chip)
    assert len(edges) == 15_000
    assert set(gaps(edges)) == {125}
    assert repl.run("print(driver.emitted(), driver.underruns())").split() == ["15000", "1"]


def test_every_pulse_of_mixed_segments_is_on_its_cycle(engine):
    chip, repl = engine
    segments = [(1, 1_000_003), (7, 39), (0, 77), (3, 12_345), (-20, 100)]
    repl.run(f"for s in {segments}:\n driver.queue(*s)\ntime.sleep_ms(50)")
    due, at = [], 0
    for count, ticks in segments:
        due += [at + ticks * n for n in range(1, abs(count) + 1)]
        at = due[-1] if count else at + ticks
    edges = rising(chip)
    assert [edge - edges[0] for edge in edges] == [instant - due[0] for instant in due]
    assert repl.run("print(driver.emitted())").strip() == str(1 + 7 + 3 - 20)
    assert chip.steps == 1 + 7 + 3 - 20


def test_one_pulse_in_4000_s_from_chained_waits_is_on_its_cycle(engine):
    chip, repl = engine
    repl.start(CHAINED % 4000)
    chip.run_ms(4_002_000)
    first, second = rising(chip)
    assert second - first == 4000 * 125_000_000


@pytest.mark.parametrize("ticks", [125_000_000, 125_000, 1_250, 125, 39])
def test_after_stop_returns_no_pulse_leaves_and_a_new_start_finds_no_stale_words(engine, ticks):
    chip, repl = engine
    repl.run(f"for n in range(5):\n driver.queue(1_000_000_000, {ticks})\ntime.sleep_ms(20)")
    told = int(repl.run("print(driver.stop(), driver.room())").split()[0])
    assert chip.steps == told == len(rising(chip))
    chip.run_ms(2000)
    assert (rising(chip), chip.level(STEP)) == ([], 0)
    repl.run(
        "driver.queue(3, 12_500)\ndriver.underruns()\ntime.sleep_ms(2000)"
    )  # a look at it starts what is held
    assert gaps(rising(chip)) == [12_500, 12_500]
    assert repl.run("print(driver.emitted() - %d, driver.room())" % told).split() == ["3", "4"]


def test_a_pulse_that_stop_cuts_into_is_counted_and_not_shortened(engine):
    chip, repl = engine
    for _ in range(20):
        repl.run("driver.queue(1_000_000, 45)\ndriver.stop()")
    edges = chip.edge_cycles()
    lengths = [-later - earlier for earlier, later in zip(edges, edges[1:]) if earlier > 0]
    assert min(lengths) == 30
    assert int(repl.run("print(driver.emitted())")) == len(lengths) == chip.steps


def test_asking_for_the_count_disturbs_no_pulse(engine):
    chip, repl = engine
    repl.run(
        "driver.queue(100_000, 125)\nfor n in range(300):\n driver.emitted()\ntime.sleep_ms(200)"
    )
    edges = rising(chip)
    assert (len(edges), set(gaps(edges))) == (100_000, {125})


def test_an_empty_queue_is_told_once_and_at_once(engine):
    chip, repl = engine
    repl.run("driver.queue(10, 1_250_000)")
    assert repl.run("print(driver.underruns())").strip() == "0"
    chip.run_ms(100)
    assert repl.run("print(driver.underruns(), driver._wake.raised)").split() == ["1", "True"]
    repl.run("driver.queue(2, 125_000)\ntime.sleep_ms(20)")
    assert repl.run("print(driver.underruns(), driver.emitted())").split() == ["2", "12"]
