"""An emulated RP2040 board: power, pins, link, flash and time, from Python.

    with Chip("build/chip/rpi_pico/firmware.bin", step=2, direction=3) as chip:
        chip.power_on()
        chip.run_ms(500)
        print(chip.edges())                     # [(time in ns, level)] of the STEP pin

Times are cycles of the 125 MHz system clock (8 ns), counted since power was first applied; resets
and power cuts do not set them back. Nothing happens between two calls: the chip runs only in
`run_until`, `run_ms` and what is built on them.
"""

import base64
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from host_sim.chip.emulator.process import ChipError, Process

HZ = 125_000_000
NS_PER_CYCLE = 8
CYCLES_PER_MS = HZ // 1000
FLASH_BYTES = 2 * 1024 * 1024
# What a power cut leaves of a flash operation, as the simulator's flash has it too
PROGRAM_CUTS = ("none", "prefix", "suffix", "bits", "done")
ERASE_CUTS = ("none", "half", "zeros", "noise", "weak", "done")
LOW, HIGH, FLOATING = 0, 1, 2  # a pin as the chip drives it; FLOATING: it does not


class Chip:
    """image: firmware.bin, or None; flash: a file that `save_flash` has written, laid below the
    image
    step, direction: GPIO of STEP and DIR, for `steps` and `edges`; forward_is_low: the level of DIR
        that turns forward
    watch: GPIO whose changes are reported to `on_change(cycle, steps, pin, level)`
    i2c: {(bus, address): device} with read() -> bytes and write(bytes); uarts: {number: device}
    with write(bytes) -> bytes and a flag `echo` (one wire for both directions)
    timer_ms: what the chip's timer shows at power on, as if it had run that long; seed: of the
        chip's random bits
    usb: is the cable plugged in? `on_link(cycle, bytes)` takes what the chip sends; without it it
        is kept for `received`
    flash_waits: a read of the flash that the cache does not hold takes time, as on a real chip
    """

    def __init__(
        self,
        image: Path | str | None = None,
        flash: Path | str | None = None,
        step: int | None = None,
        direction: int | None = None,
        forward_is_low: bool = False,
        watch: Sequence[int] = (),
        i2c: dict[tuple[int, int], Any] | None = None,
        uarts: dict[int, Any] | None = None,
        usb: bool = True,
        timer_ms: int = 0,
        seed: int = 1,
        flash_waits: bool = True,
    ) -> None:
        self.cycles = 0
        self.steps = 0  # pulses that have left STEP, signed by DIR, since power was first applied
        self.on = False
        self.on_change: Callable[[int, int, int, int], None] | None = None
        self.on_link: Callable[[int, bytes], None] | None = None
        self.received = b""
        self._i2c, self._uarts = i2c or {}, uarts or {}
        self._process = Process(self._answer)
        buses: dict[int, list[int]] = {}
        for bus, address in self._i2c:
            buses.setdefault(bus, []).append(address)
        self._order(
            "setup",
            image=None if image is None else str(image),
            flash=None if flash is None else str(flash),
            step=step,
            direction=direction,
            direction_low_is_forward=forward_is_low,
            watch=list(watch),
            i2c=buses,
            uarts={number: {"echo": device.echo} for number, device in self._uarts.items()},
            usb=usb,
            timer_ms=timer_ms,
            seed=seed,
            flash_waits=flash_waits,
        )

    def __enter__(self) -> "Chip":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the emulator's process."""
        self._process.close()

    # -- power and time

    def power_on(self) -> None:
        """Apply power: RAM is fresh, the flash is as it was left."""
        self._order("power", on=True)

    def cut_power(self) -> None:
        """Take power away, now."""
        self._order("power", on=False)

    def cut_power_in_flash(
        self, ahead: int = 0, done_ppt: int = 500, mode: str = "prefix", seed: int = 1
    ) -> None:
        """Take power away in the flash operation that comes after `ahead` others, when this share
        of it is done. mode: what it leaves, one of PROGRAM_CUTS or ERASE_CUTS; of a program
        `prefix` and of an erase `half` where it does not fit. seed: of what is drawn."""
        if mode not in PROGRAM_CUTS + ERASE_CUTS:
            known = ", ".join(dict.fromkeys(PROGRAM_CUTS + ERASE_CUTS))
            raise ChipError(f"mode {mode!r} of a power cut: allowed are {known}")
        self._order("cut", ahead=ahead, done_ppt=done_ppt, mode=mode, seed=seed)

    def run_until(self, cycle: int, stop: Sequence[str] = ()) -> str:
        """Run to a cycle. stop: "link", "pins": return earlier when the chip has sent something, or
        a watched pin has changed. Returns "until", the name of what stopped it, or "power cut"."""
        return self._order("run", until=cycle, stop=list(stop))["why"]

    def run_ms(self, ms: float, stop: Sequence[str] = ()) -> str:
        """Run for `ms`, or until something stops it; see `run_until`."""
        return self.run_until(self.cycles + round(ms * CYCLES_PER_MS), stop)

    def hang(self) -> None:
        """From now on the program runs in circles; interrupts are still served."""
        self._order("hang")

    def freeze(self) -> None:
        """From now on the CPU does nothing at all, interrupts included, until the chip is reset;
        everything else continues.
        """
        self._order("freeze")

    def state(self) -> dict[str, Any]:
        """A dict: cycles the CPU was `busy`, cycles it `stood` still for the flash, `wakes` from
        sleep, `resets` as [cycle, reason] (1 watchdog, 2 asked for), `booted` (cycle of the last),
        `usb_open`, `clock_hz`, `flash_operations`, `weak_programs` (into sectors whose last erase a
        power cut has torn)."""
        return self._order("state")

    def profile(self, symbols: Sequence[int], entry: int) -> None:
        """From now on count the cycles of the CPU by function, as profile.mjs says."""
        self._order("profile", symbols=list(symbols), entry=entry)

    def profiled(self) -> dict[str, Any]:
        """End that; what was counted."""
        return self._order("profiled")

    # -- pins

    def drive(self, pin: int, level: int | None) -> None:
        """Pull a GPIO low (0) or high (1) from outside, or let go (None): then its pull decides."""
        self._order("pin", pin=pin, level=level)

    def level(self, pin: int) -> int:
        """LOW, HIGH or FLOATING: what the chip drives."""
        return self._order("level", pin=pin)["level"]

    def watch(self, pin: int) -> None:
        """From now on report the changes of this GPIO, too."""
        self._order("watch", pin=pin)

    def set_adc(self, channel: int, value: int) -> None:
        """What the ADC reads on a channel, 0 .. 4095; channel 3 is GPIO 29."""
        self._order("adc", channel=channel, value=value)

    def keep_edges(self, on: bool) -> None:
        """Record the edges of STEP (the default) or only count them."""
        self._order("keep_edges", on=on)

    def edge_cycles(self) -> list[float]:
        """The edges of STEP since the last call: [cycle], negative for a falling edge."""
        _, raw = self._process.order("edges")
        return [
            int(value) if value == int(value) else value
            for value in struct.unpack(f"<{len(raw) // 8}d", raw)
        ]

    def edges(self) -> list[tuple[float, int]]:
        """The edges of STEP since the last call: [(time in ns, level)]."""
        return [(abs(cycle) * NS_PER_CYCLE, int(cycle > 0)) for cycle in self.edge_cycles()]

    # -- link

    def send(self, data: bytes) -> None:
        """Put bytes on the USB link to the chip; they arrive as the chip takes them."""
        self._order("send", data=base64.b64encode(data).decode())

    def listen(self, on: bool) -> None:
        """Take what the chip sends (the default), or leave it standing in the chip."""
        self._order("listen", on=on)

    def take(self) -> bytes:
        """What the chip has sent since the last call."""
        data, self.received = self.received, b""
        return data

    def plug(self, on: bool) -> None:
        """Is the USB cable plugged in when the chip next boots?"""
        self._order("plug", on=on)

    # -- memory

    def slow_flash(self, worst: bool = True) -> None:
        """Erase and program take their worst time (400 ms a sector) instead of their typical (45
        ms).
        """
        self._order("slow_flash", worst=worst)

    def flash_log(self) -> list[list[Any]]:
        """Flash operations since the last call: [[cycle, "erase" or "program", offset, bytes,
        cycles it took]].
        """
        return self._order("flash_log")["log"]

    def save_flash(self, path: Path | str) -> None:
        """Write the flash as it is to a file."""
        self._order("save", path=str(path), bytes=FLASH_BYTES)

    def peek(self, address: int, size: int) -> bytes:
        """Bytes of the chip's memory or registers."""
        return self._process.order("peek", address=address, bytes=size)[1]

    # -- the other side

    def _order(self, do: str, **arguments: Any) -> dict[str, Any]:
        reply, _ = self._process.order(do, **arguments)
        self._hear(reply)
        return reply

    def _hear(self, news: dict[str, Any]) -> None:
        for change in news["changes"]:
            if self.on_change:
                self.on_change(*change)
        self.cycles, self.steps, self.on = news["cycles"], news["steps"], news["on"]
        for cycle, text in news["link"]:
            data = base64.b64decode(text)
            if self.on_link:
                self.on_link(cycle, data)
            else:
                self.received += data

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        self._hear(question)
        written = bytes(question["written"])
        if question["ask"] == "uart":
            return {"data": list(self._uarts[question["uart"]].write(written))}
        device = self._i2c[question["bus"], question["address"]]
        if written:
            device.write(written)
        data = device.read() if question["read"] else b""
        return {"ack": data is not None, "data": list(data or b"")}


__all__ = ["CYCLES_PER_MS", "FLOATING", "HIGH", "HZ", "LOW", "NS_PER_CYCLE", "Chip", "ChipError"]
