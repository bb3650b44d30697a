"""What a pump asks of its step engine beyond pulses at one rate: another rate now, the slowest
flash that the data sheet allows, and a program that hangs.

Ours and the rivals at 1 kHz, on the emulated chip. A rate is ordered over the link; the rivals look
there every 20 ms.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from host_sim.chip.board.pump_on_chip import PumpOnChip, made_config
from host_sim.chip.emulator.chip import CYCLES_PER_MS, HZ, Chip
from host_sim.chip.emulator.repl import Repl
from host_sim.chip.measure import engines, rivals
from host_sim.chip.measure.pulses import Figures, judge

HZ_BEFORE, HZ_AFTER = Fraction(2000), Fraction(1000)
RUNNING_MS = 2000  # before something is tried
# An order comes at different instants of a move, and the worst is told.
PHASES_MS = (0, 70, 140, 210)
AFTER_ORDER_MS = 3000
WRITE_EVERY_MS, WRITES = 4000, 3
AFTER_HANG_MS = 10_000
NEAR = Fraction(1, 4)  # an interval so near to the new one is of the new rate
LISTENS = """
import machine, micropython, select, sys
micropython.kbd_intr(-1)
waiting = select.poll(); waiting.register(sys.stdin.buffer, select.POLLIN)
def disturb(_):
    if waiting.poll(0):
        sys.stdin.buffer.read(1)
        turn()
"""
ORDER = b"!"
ENGINES = ("ours", *rivals.TURNS)


@contextmanager
def running(
    image: Path, board: str, engine: str, hz: Fraction, disturbance: str = "", turn: str = ""
) -> Iterator[tuple[Chip, PumpOnChip | None]]:
    """(the chip, and the pump on it if the engine is ours), pulses leaving at `hz` for a while."""
    if engine == "ours":
        config = made_config(board, engines.rate_of(hz))
        with PumpOnChip(board, image, config) as pump:
            pump.boot_watched(engines.ANY_RATE % board + disturbance)
            pump.command("start")
            pump.run_ms(RUNNING_MS)
            yield pump.chip, pump
        return
    with Chip(image, step=engines.STEP) as chip:
        chip.drive(22, 0)  # the service input, so that the pump leaves the console alone
        chip.power_on()
        repl = Repl(chip)
        repl.run(rivals.COUNTER)
        repl.start(disturbance + turn + engines.program(engine, hz))
        chip.run_ms(RUNNING_MS)
        yield chip, None


def new_rate(image: Path, board: str, engine: str) -> Figures:
    """How long the old rate goes on after an order, and how many pulses too many that is."""
    worst_ms, extra = 0.0, 0
    for phase_ms in PHASES_MS:
        turn = ""
        if engine != "ours":
            listens = LISTENS + engines.TIMER % 20
            turn = listens + rivals.TURNS[engine] % rivals.numbers(HZ_AFTER)
        with running(image, board, engine, HZ_BEFORE, turn=turn) as (chip, pump):
            chip.run_ms(phase_ms)
            chip.edge_cycles()
            ordered = chip.cycles
            if pump is None:
                chip.send(ORDER)
            else:
                rate = engines.rate_of(HZ_AFTER)
                program = {"mode": "continuous", "rate_pl_per_day": rate}
                pump.send("set_program", program=program)
            chip.run_ms(AFTER_ORDER_MS)
            edges = engines.rising(chip)
        worst_ms = max(worst_ms, settled_ms(edges, ordered))
        extra = max(extra, len(edges) - int(AFTER_ORDER_MS * HZ_AFTER / 1000))
    return {"new_rate_ms": round(worst_ms, 1), "new_rate_extra": extra}


def settled_ms(edges: list[float], ordered: int) -> float:
    """ms from an order to the end of the last interval that is not of the new rate."""
    wanted = HZ / HZ_AFTER
    last = ordered
    for before, after in zip(edges, edges[1:]):
        if abs(after - before - wanted) > wanted * NEAR:
            last = int(after)
    return (last - ordered) / CYCLES_PER_MS


def slow_flash(image: Path, board: str, engine: str) -> Figures:
    """Pulses while a file is written, each erase and program taking its worst time."""
    disturbance = engines.disturbance("flash", WRITE_EVERY_MS)
    with running(image, board, engine, HZ_AFTER, disturbance) as (chip, _):
        chip.slow_flash()
        chip.edge_cycles()
        chip.run_ms(WRITE_EVERY_MS * WRITES)
        row = judge(engines.rising(chip), chip.cycles, HZ_AFTER)
    return {"slow_flash_hole_ms": row["hole_ms_max"], "slow_flash_lost": row["lost"]}


def hang(image: Path, board: str, engine: str) -> Figures:
    """Pulses that still leave when the program hangs and interrupts are still served."""
    with running(image, board, engine, HZ_AFTER) as (chip, _):
        chip.hang()
        chip.edge_cycles()
        chip.run_ms(AFTER_HANG_MS)
        return {"pulses_after_hang": len(engines.rising(chip))}


TRIALS = (new_rate, slow_flash, hang)
