"""The engines that are measured, and what they are disturbed by meanwhile: ours, what is usually
written instead, and the rivals.

Each is asked for pulses of one rate on GPIO 2 while a soft timer collects garbage or writes flash,
or a host sends frames.
"""

from fractions import Fraction
from pathlib import Path

from firmware.link.frames import encode
from host_sim.chip.board.pump_on_chip import PL_PER_REV, STEPS_PER_REV, PumpOnChip, made_config
from host_sim.chip.emulator.chip import Chip
from host_sim.chip.emulator.repl import Repl
from host_sim.chip.measure import rivals
from host_sim.chip.measure.pulses import Figures, intervals, judge

STEP = 2
RATES = (
    Fraction(50, 27),
    Fraction(800, 9),
    Fraction(1000),
    Fraction(20_000),
)  # Hz; the first two are 0.5 and 24 mL/day
CONDITIONS = ("idle", "gc", "flash", "link")
# How long each rate is looked at, s, and how often it is disturbed, ms, all engines alike. Ours has
# 20 seams in it.
OURS_S = dict(zip(RATES, (3700, 90, 30, 12)))
PEERS_S = dict(zip(RATES, (120, 12, 4, 2)))
EVERY_MS = dict(zip(RATES, (20_000, 1000, 400, 400)))
SETTLE_MS = 300

DISTURB = {
    "idle": "",
    "gc": "import gc\ndef disturb(_): gc.collect()\n",
    "flash": "def disturb(_):\n with open('/junk.bin', 'wb') as f: f.write(bytes(4096))\n",
    "link": "",
}
TIMER = "import machine\ndisturber = machine.Timer(period=%d, callback=disturb)\n"
# No motor hangs on the chip: the engine may start at any rate that the board makes.
ANY_RATE = """
import boards.%s as made
made.BOARD["limits"]["start_hz"] = made.BOARD["limits"]["max_step_hz"]
"""
READER = """
import machine, micropython, select, sys
micropython.kbd_intr(-1)
waiting = select.poll(); waiting.register(sys.stdin.buffer, select.POLLIN)
def disturb(_):
    while waiting.poll(0): sys.stdin.buffer.read(1)
"""

LOOPS = {
    "sleep_us": """
import time
from machine import Pin
step = Pin(2, Pin.OUT, value=0)
while True:
    step.on()
    time.sleep_us(%(half_us)d)
    step.off()
    time.sleep_us(%(half_us)d)
""",
    "soft_timer": """
import time
from machine import Pin, Timer
step = Pin(2, Pin.OUT, value=0)
def pulse(_):
    step.on()
    step.off()
timer = Timer(freq=%(hz).9f, callback=pulse)
while True:
    time.sleep(1)
""",
    "asyncio": """
import asyncio
from machine import Pin
step = Pin(2, Pin.OUT, value=0)
async def run():
    while True:
        step.on()
        step.off()
        await asyncio.sleep(%(period_s).9f)
asyncio.run(run())
""",
}
PEERS = {**LOOPS, **rivals.RIVALS}
ON_STOCK = ("asyncio",)  # of them, what our image has no modules for (decision 0178)


def rate_of(hz: Fraction) -> int:
    """The rate in pL/day that asks for `hz` steps in a second."""
    rate = hz * 86_400 * PL_PER_REV / STEPS_PER_REV
    if rate.denominator != 1:
        raise ValueError(f"{hz} Hz is no whole number of pL/day")
    return int(rate)


def disturbance(condition: str, every_ms: int) -> str:
    """The code that disturbs; frames come from outside."""
    return DISTURB[condition] + TIMER % every_ms if DISTURB[condition] else ""


def ours(
    image: Path,
    board: str,
    hz: Fraction,
    condition: str,
    seconds: int | None = None,
    every_ms: int | None = None,
) -> tuple[Figures, int]:
    """(a row of the pump itself, its control loop running; the seams in it)."""
    seconds, every_ms = seconds or OURS_S[hz], every_ms or EVERY_MS[hz]
    with PumpOnChip(board, image, made_config(board, rate_of(hz))) as pump:
        pump.boot_watched(ANY_RATE % board + disturbance(condition, every_ms))
        pump.run_ms(SETTLE_MS)
        pump.chip.edge_cycles()
        pump.command("start")
        load = Load(pump.chip)
        for _ in range(seconds * 1000 // every_ms):
            if condition == "link":
                pump.send("status")
            pump.run_ms(every_ms)
        edges, end, duty = rising(pump.chip), pump.chip.cycles, load.duty_percent()
        programmed = intervals(pump.segments())
        seams = len(pump.segments())
        row = judge(edges, end, hz, edges[0] - programmed[0], programmed)
        pump.command("stop")
        uncounted = pump.chip.steps - pump.command("status")["emitted_steps"]
        return {**row, "uncounted": uncounted, "duty_percent": duty}, seams


def peer(image: Path, engine: str, hz: Fraction, condition: str) -> Figures:
    """A row: what would be written instead, on the same image's console."""
    every_ms = EVERY_MS[hz]
    with Chip(image, step=STEP) as chip:
        chip.drive(22, 0)  # the service input, so that the pump leaves the console alone
        chip.power_on()
        repl = Repl(chip)
        counter = int(repl.run(rivals.COUNTER))
        code = disturbance(condition, every_ms)
        if condition == "link":
            code = READER + TIMER % 20
        repl.start(code + program(engine, hz))
        chip.run_ms(SETTLE_MS)
        chip.edge_cycles()
        load = Load(chip)
        for _ in range(PEERS_S[hz] * 1000 // every_ms):
            if condition == "link":
                chip.send(encode({"id": 1, "do": "status"}))
            chip.run_ms(every_ms)
        row = judge(rising(chip), chip.cycles, hz)
        counted = int.from_bytes(chip.peek(counter, 4), "little")
        uncounted = chip.steps - counted if engine in rivals.COUNTING else None
        return {**row, "uncounted": uncounted, "duty_percent": load.duty_percent()}


def program(engine: str, hz: Fraction) -> str:
    """The text of a peer for a rate."""
    numbers = {"half_us": 500_000 / hz, "hz": hz, "period_s": 1 / hz}
    return PEERS[engine] % {**numbers, **rivals.numbers(hz)}


class Load:
    """The share of the time in which the CPU is busy, from when this is made."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._since, self._busy = chip.cycles, chip.state()["busy"]

    def duty_percent(self) -> float:
        busy = self._chip.state()["busy"] - self._busy
        return round(100 * busy / (self._chip.cycles - self._since), 3)


def rising(chip: Chip) -> list[float]:
    return [cycle for cycle in chip.edge_cycles() if cycle > 0]
