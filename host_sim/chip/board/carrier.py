"""A board as its file in boards/ describes it, around the emulated chip: which part hangs on which
pin.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware.link.canonical import canonical
from host_sim.chip.board.devices import As5600, Tmc2209
from host_sim.chip.emulator.chip import HIGH, Chip, ChipError
from host_sim.chip.emulator.repl import Repl

CONFIG_PATH = "/store/config.json"
ADC_FULL = 4095
WRITE = """
import os
if 'store' not in os.listdir('/'): os.mkdir('/store')
with open(%r, 'w') as f: f.write(%r)
"""


class Carrier:
    """board: the dict of a board file; image: its firmware.bin; counts(), dead(): of the rotor
    encoder; timer_ms, seed, flash, flash_waits: see Chip.

    chip: the Chip, not yet powered; driver: the Tmc2209, or None. `on_motor(cycle, steps, on)` is
        called when EN switches.
    """

    def __init__(
        self,
        board: dict[str, Any],
        image: Path | str,
        counts: Callable[[], int],
        dead: Callable[[], bool] = lambda: False,
        timer_ms: int = 0,
        seed: int = 1,
        flash: Path | str | None = None,
        flash_waits: bool = True,
    ) -> None:
        pins = board["pins"]
        self._board = board
        self._enable, enable_low = pin_of(pins["enable"])
        self._energised = 0 if enable_low else 1
        self.on_motor: Callable[[int, int, bool], None] | None = None
        self.motor_on = False
        self.driver = Tmc2209() if "driver_uart_tx" in pins else None
        direction, backward_is_low = pin_of(pins["direction"])
        self.chip = Chip(
            image,
            step=pin_of(pins["step"])[0],
            direction=direction,
            forward_is_low=not backward_is_low,
            watch=[self._enable],
            i2c={(pins["encoder_sda"] // 2 % 2, As5600.ADDRESS): As5600(counts, dead)}
            if "encoder" in board
            else {},
            uarts={(pins["driver_uart_tx"] + 4) // 8 % 2: self.driver} if self.driver else {},
            timer_ms=timer_ms,
            seed=seed,
            flash=flash,
            flash_waits=flash_waits,
        )
        self.chip.on_change = self._changed

    def provision(self, config: dict[str, Any]) -> None:
        """Put a configuration into the store, as a person does: the service input, active at
        power-on, leads to the console.
        """
        self.set_input("service", True)
        self.power_on()
        Repl(self.chip).run(WRITE % (CONFIG_PATH, canonical(config).decode()))
        self.chip.cut_power()
        self.chip.take()
        self.chip.edge_cycles()
        self.set_input("service", False)

    def power_on(self) -> None:
        self.chip.power_on()

    def set_input(self, name: str, active: bool) -> None:
        """Make a switch of the board file active or not."""
        if name not in self._board["pins"]:
            raise ChipError(f"pins.{name}: the board {self._board['name']} has none")
        pin, active_low = pin_of(self._board["pins"][name])
        self.chip.drive(pin, int(active != active_low))

    def set_supply(self, mv: int) -> None:
        """The supply voltage, as the board's divider gives it to the ADC."""
        if "supply_sense" in self._board["pins"]:
            supply = self._board["supply"]
            value = mv * ADC_FULL // (supply["full_mv"] * supply["divider"])
            self.chip.set_adc(
                pin_of(self._board["pins"]["supply_sense"])[0] - 26, min(value, ADC_FULL)
            )

    def _changed(self, cycle: int, steps: int, pin: int, level: int) -> None:
        if pin != self._enable:
            return
        on = (
            level if level in (0, HIGH) else 1 - self._energised
        ) == self._energised  # floating: the carrier pulls it to off
        if on != self.motor_on:
            self.motor_on = on
            if self.on_motor:
                self.on_motor(cycle, steps, on)


def pin_of(text: str | int) -> tuple[int, bool]:
    """(GPIO number, active low?) of a pin as a board file writes it."""
    marks, number = re.fullmatch(r"(\^?!?)(\d+)", str(text)).groups()
    return int(number), "!" in marks
