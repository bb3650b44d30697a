"""The pump of the flashed image on its carrier, with a rotor that follows every pulse: for tests
and measurements. CPython only.

    with PumpOnChip("rpi_pico", image_path, made_config(rate_pl_per_day=500_000_000)) as pump:
        pump.boot()
        pump.command("start")
        pump.run_ms(60_000)
        pump.events, pump.chip.steps, pump.loads()

`boot_watched` has the console start the pump after some code of its own, so that a pass, a queue or
a collection can be looked at: it measures the same modules, one call deeper.
"""

import struct
from importlib import import_module
from pathlib import Path
from typing import Any

from firmware.config import harmless
from firmware.link.far_end import FarEnd, NoReply
from host_sim.chip.board.carrier import Carrier
from host_sim.chip.emulator.chip import CYCLES_PER_MS, ChipError
from host_sim.chip.emulator.repl import Repl

STEPS_PER_REV, COUNTS_PER_REV, PL_PER_REV = 3200, 4096, 10_000_000
BOOT_MS = 3000
REPLY_MS = 2000
ROWS = 1024  # of each log in the chip's memory
FIRST_ID = 1000  # a command by this host is none by another
LOGS = ("passes", "segments", "collections")

WATCH = """
import gc, time, uctypes
from array import array
from firmware.pump import Pump
from hal.board_clock import BoardClock
from hal.rp2_steps import PioStepDriver
passes, segments, collections = [array("i", bytes(%(bytes)d)) for n in range(3)]
def note(log, value):
    at = log[0] = log[0] + 1
    log[1 + (at - 1) %% (len(log) - 1)] = value
step, queue, collect = Pump.step, PioStepDriver.queue, BoardClock._collect
def watched_step(self, now_ms):
    start = time.ticks_us()
    deadline_ms = step(self, now_ms)
    note(passes, time.ticks_diff(time.ticks_us(), start))
    return deadline_ms
def watched_queue(self, pulses, ticks):
    queue(self, pulses, ticks)
    note(segments, pulses)
    note(segments, ticks if ticks < 1 << 31 else ticks - (1 << 32))
def watched_collect(self):
    start = time.ticks_us()
    collect(self)
    spent = time.ticks_diff(time.ticks_us(), start)
    if spent > 1000 or not collections[0]:
        note(collections, spent)
        note(collections, gc.mem_alloc())
        note(collections, gc.mem_free())
Pump.step, PioStepDriver.queue, BoardClock._collect = watched_step, watched_queue, watched_collect
print([uctypes.addressof(log) for log in (passes, segments, collections)])
"""


def made_config(
    board: str = "rpi_pico", rate_pl_per_day: int = 500_000_000, **limits: int
) -> dict[str, Any]:
    """A sound configuration of 3125 pL a step, whose reservoir lasts for any run."""
    most = max(24 * 10**9, rate_pl_per_day)
    config = harmless()
    config.update(name="chip", board=board)
    config["drug"]["name"] = "saline"
    config["head"].update(pl_per_rev=PL_PER_REV, steps_per_rev=STEPS_PER_REV, rollers=6)
    config["head"]["safe_state"] = "hold"
    config["limits"].update(max_rate_pl_per_day=most, program_max_rate_pl_per_day=most)
    config["limits"].update(supply_min_mv=4500, **limits)
    config["reservoir"].update(capacity_pl=10**15, fill_pl=10**15, low_pl=2, residual_pl=1)
    config["reservoir"].update(level_tolerance_pl=10**14, level_belief_ppt=300)
    config["program"] = {"mode": "continuous", "rate_pl_per_day": rate_pl_per_day}
    return config


class PumpOnChip:
    """board: name of its file; image: firmware.bin; config: put into its store, None for a board
    fresh from flashing, or whose flash is given; flash, flash_waits: see Chip.
    """

    def __init__(
        self,
        board: str,
        image: Path | str,
        config: dict[str, Any] | None = None,
        flash: Path | str | None = None,
        flash_waits: bool = True,
    ) -> None:
        self.name = board
        self.held_at: int | None = None  # the rotor does not follow beyond this many steps
        self.carrier = Carrier(
            import_module("boards." + board).BOARD,
            image,
            self._counts,
            flash=flash,
            flash_waits=flash_waits,
        )
        self.chip = self.carrier.chip
        self.events: list[tuple[int, list[int]]] = []  # (cycle, [seq, at_ms, ...])
        self.replies: list[tuple[int, dict[str, Any]]] = []  # (cycle, reply)
        self.logs: list[int] = []
        self._far_end = FarEnd(
            self.chip.send,
            self._chip_ms,
            FIRST_ID,
            self._note_event,
            self._note_reply,
            self._run_until_news,
        )
        self._heard_at = 0  # cycle of what is being heard
        for name in ("level_low", "occlusion", "patient_button", "service"):
            self.carrier.set_input(name, False)
        self.carrier.set_supply(5000)
        if config is not None:
            self.carrier.provision(config)

    def __enter__(self) -> "PumpOnChip":
        return self

    def __exit__(self, *_: object) -> None:
        self.chip.close()

    def _counts(self) -> int:
        steps = self.chip.steps if self.held_at is None else self.held_at
        return steps * COUNTS_PER_REV // STEPS_PER_REV

    # -- how it comes up

    def boot(self) -> None:
        """Power on; returns when the pump has said so."""
        self.carrier.power_on()
        self.listen()
        self.await_boot()

    def boot_watched(self, extra: str = "") -> None:
        """The same from the console, with `extra` run before; `passes_us` and `segments` show what
        was seen.
        """
        self.carrier.set_input("service", True)
        self.carrier.power_on()
        repl = Repl(self.chip)
        self.logs = [
            int(text)
            for text in repl.run(WATCH % {"bytes": 4 * ROWS} + extra)
            .splitlines()[0]
            .strip("[]")
            .split(",")
        ]
        self.carrier.set_input("service", False)
        repl.start(f"import firmware.main\nfirmware.main.main({self.name!r})")
        self.chip.take()
        self.listen()
        self.await_boot()

    def listen(self) -> None:
        self.chip.on_link = self._hear

    def await_boot(self) -> None:
        before = len(self.events)
        if not self._far_end.wait(lambda: len(self.events) > before, BOOT_MS):
            raise ChipError(f"the pump has not come up within {BOOT_MS} ms of the chip's time")

    # -- what it is asked and what it says

    def command(self, do: str, **fields: Any) -> dict[str, Any]:
        """Send a command; returns its reply."""
        try:
            return self._far_end.ask({"do": do, **fields}, REPLY_MS)
        except NoReply as error:
            raise ChipError(f"{error} of the chip's time") from error

    def send(self, do: str, **fields: Any) -> None:
        self._far_end.send({"do": do, **fields})

    def run_ms(self, ms: float) -> None:
        self.chip.run_ms(ms)

    def _chip_ms(self) -> int:
        return self.chip.cycles // CYCLES_PER_MS

    def _run_until_news(self, until_ms: int) -> bytes:
        """Let the chip run until it sends something; that comes by `_hear`."""
        self.chip.run_until(until_ms * CYCLES_PER_MS, stop=("link",))
        return b""

    def _hear(self, cycle: int, data: bytes) -> None:
        self._heard_at = cycle
        self._far_end.hear(data)

    def _note_event(self, event: list[int]) -> None:
        self.events.append((self._heard_at, event))

    def _note_reply(self, command: dict[str, Any] | None, reply: dict[str, Any]) -> None:
        self.replies.append((self._heard_at, reply))

    # -- what was seen of it

    def loads(self) -> tuple[int, int, int]:
        """(cycles so far, of these busy, wakes from sleep)."""
        state = self.chip.state()
        return self.chip.cycles, state["busy"], state["wakes"]

    def passes_us(self) -> list[int]:
        """Time of each pass since boot_watched, at most the last ROWS - 1."""
        return self._log(0)

    def segments(self) -> list[tuple[int, int]]:
        """[(pulses, ticks)] as they were queued since boot_watched.

        ChipError if they were too many.
        """
        values = self._log(1)
        if len(values) == ROWS - 1:
            raise ChipError(f"more than {ROWS // 2} segments were queued: look earlier")
        return [(pulses, ticks & 0xFFFF_FFFF) for pulses, ticks in zip(values[::2], values[1::2])]

    def collections(self) -> list[tuple[int, int, int]]:
        """[(us, bytes used after it, bytes free)] of the first wait and each garbage collection in
        one, at most ROWS / 3. The logs themselves do not count as used."""
        logs = len(LOGS) * 4 * ROWS
        return [(us, used - logs, free + logs) for us, used, free in self.collections_raw()]

    def collections_raw(self) -> list[tuple[int, int, int]]:
        """The third log in rows of three, as `extra` of boot_watched may have filled it."""
        values = self._log(2)
        return list(zip(values[::3], values[1::3], values[2::3]))

    def _log(self, which: int) -> list[int]:
        count, *values = struct.unpack(f"<{ROWS}i", self.chip.peek(self.logs[which], 4 * ROWS))
        at = count % (ROWS - 1) if count > ROWS - 1 else 0
        return values[at:] + values[:at] if at else values[: min(count, ROWS - 1)]
