"""The programs that ours is compared with do what they are meant to: where nothing disturbs them,
every pulse is there.
"""

from fractions import Fraction

import pytest

from host_sim.chip.emulator.repl import Repl
from host_sim.chip.measure import engines, rivals, trials
from tests.chip.conftest import image_or_skip

HZ, PERIOD = Fraction(1000), 125_000
LATE = 12_500  # more than an interrupt takes whose code the flash cache does not hold


@pytest.fixture
def run(make_chip):
    """The instants of the pulses of a rival in its first seconds at 1 kHz on stock MicroPython, and
    what it has counted itself.
    """

    def pulses_of(name, seconds=3):
        chip = make_chip(step=engines.STEP)
        repl = Repl(chip)
        counter = int(repl.run(rivals.COUNTER))
        chip.edge_cycles()
        repl.start(engines.program(name, HZ))
        chip.run_ms(1000 * seconds)
        return engines.rising(chip), int.from_bytes(chip.peek(counter, 4), "little")

    return pulses_of


def gaps(edges):
    return [later - earlier for earlier, later in zip(edges, edges[1:])]


@pytest.mark.parametrize("name", ["pio_fifo", "pio_dma", "irq_counts"])
def test_moves_that_wait_in_a_queue_leave_at_their_intervals_and_a_seam_adds_three_cycles(
    name, run
):
    found = gaps(run(name)[0])
    moves = rivals.numbers(HZ)["move_pulses"]
    assert len(found) >= 2800
    assert found == [
        PERIOD + (rivals.SEAM_TICKS if n % moves == 0 else 0) for n in range(1, len(found) + 1)
    ]


def test_a_move_that_python_puts_when_the_last_is_over_is_late_by_some_microseconds(run):
    found = gaps(run("pio_moves")[0])
    moves = rivals.numbers(HZ)["move_pulses"]
    late = [gap - PERIOD for gap in found[moves - 1 :: moves]]
    assert len(found) >= 2800
    assert {gap for n, gap in enumerate(found, start=1) if n % moves} == {PERIOD}
    assert all(0 < ticks < LATE for ticks in late)


def test_python_that_steps_at_each_interrupt_misses_none_where_nothing_disturbs_it(run):
    edges, counted = run("irq_steps")
    assert len(edges) == counted >= 2800
    assert all(abs(gap - PERIOD) < LATE for gap in gaps(edges))


def test_python_that_counts_at_each_interrupt_counts_every_pulse_where_nothing_disturbs_it(run):
    edges, counted = run("irq_counts")
    assert len(edges) == counted


@pytest.mark.parametrize(
    "name, least_ms, most_ms",
    [
        ("pio_moves", 0, 300),  # the move that is under way
        ("pio_fifo", 900, 1300),  # and four in the FIFO
        ("pio_dma", 900, 1300),  # its buffers are given up
        ("irq_steps", 0, 30),
    ],
)
def test_a_rival_takes_another_rate_when_what_it_has_queued_has_left(
    name, least_ms, most_ms, monkeypatch
):
    monkeypatch.setattr(trials, "PHASES_MS", (70,))
    row = trials.new_rate(image_or_skip("rpi_pico"), "rpi_pico", name)
    assert least_ms <= row["new_rate_ms"] <= most_ms
    assert abs(row["new_rate_extra"] - row["new_rate_ms"]) <= 5  # a pulse too many each ms


@pytest.mark.parametrize("name, goes_on", [("pio_fifo", False), ("irq_steps", True)])
def test_what_interrupts_feed_goes_on_when_the_program_hangs(name, goes_on):
    row = trials.hang(image_or_skip("rpi_pico"), "rpi_pico", name)
    every_pulse = trials.AFTER_HANG_MS * trials.HZ_AFTER / 1000
    assert (row["pulses_after_hang"] >= every_pulse - 1) == goes_on
