"""Pins of a board file: syntax, range, users, buses (CPython only)."""

import re
from collections.abc import Iterable
from typing import Any

from boards.check_chips import Chip
from boards.check_problems import ABSENT, Report, is_whole

Board = dict[str, Any]  # what a board file states
Pin = int | str  # as the chip names it

# pin: the marks it may bear (! active low, ^ pull-up), and whether every board must have it
PINS = {
    "step": ("", True),
    "step_sense": ("", False),
    "direction": ("!", True),
    "enable": ("!", True),
    "sounder": ("!", True),
    "lamp": ("!", True),
    "driver_uart_tx": ("", False),
    "driver_uart_rx": ("", False),
    "driver_diag": ("^!", False),
    "encoder_sda": ("", False),
    "encoder_scl": ("", False),
    "level_low": ("^!", False),
    "patient_button": ("^!", False),
    "quiet": ("^!", False),
    "stop": ("^!", False),
    "service": ("^!", False),
    "occlusion": ("^!", False),
    "door": ("^!", False),
    "supply_sense": ("", False),
    "fram_select": ("", False),
    "fram_sck": ("", False),
    "fram_mosi": ("", False),
    "fram_miso": ("", False),
}
INPUTS = ("level_low", "patient_button", "quiet", "stop", "occlusion", "door")
TOGETHER = (
    ("driver_uart_tx", "driver_uart_rx"),
    ("encoder_sda", "encoder_scl"),
    ("fram_sck", "fram_mosi", "fram_miso", "fram_select"),
)
BUSES = (
    ("uart", TOGETHER[0], "TX and RX of one UART"),
    ("i2c", TOGETHER[1], "SDA and SCL of one I2C"),
    ("spi", TOGETHER[2][:3], "SCK, MOSI and MISO of one SPI"),
)
PIN = re.compile(r"(\^?)(!?)(0|[1-9]\d*|[A-Z]\d+)")


def check_pins(board: Board, chip: Chip, report: Report) -> None:
    """All about the pins but their names. `board` is the whole file's dict."""
    pins = board.get("pins")
    if not isinstance(pins, dict):
        return
    for group in TOGETHER:
        there = [name for name in group if name in pins]
        for name in group:
            if there and name not in pins:
                report.add(f"pins.{name}", ABSENT, f"{there[0]} needs it")
    check_sense(pins, chip, report)
    users = reserved(board, chip, report)
    named = {}
    for name, value in pins.items():
        pin = check_pin(f"pins.{name}", name, value, chip, report)
        if pin is None:
            continue
        named[name] = pin
        if pin in users:
            report.add(
                f"pins.{name}",
                value,
                f"{said(pin)} is used by {users[pin]} already: allowed is a free one",
            )
        users.setdefault(pin, f"pins.{name}")
        able = chip["only"].get(name)
        if able and pin not in able:
            report.add(
                f"pins.{name}",
                value,
                f"allowed is {span(able)}: {WHY.get(name, 'the only ones that can')}",
            )
    check_buses(named, chip, report)
    if chip["lines"]:
        check_lines(named, report)


WHY = {"supply_sense": "a pin with an ADC", "sounder": "a pin with PWM that no pulse needs"}


def check_sense(pins: dict[str, Any], chip: Chip, report: Report) -> None:
    """Some chips count on a pin of its own, some at step itself."""
    if chip["sense"] and "step_sense" not in pins:
        report.add(
            "pins.step_sense",
            ABSENT,
            "this chip counts the pulses on a pin that the carrier wires to step",
        )
    if not chip["sense"] and "step_sense" in pins:
        report.add(
            "pins.step_sense", pins["step_sense"], "this chip counts at step itself: leave it out"
        )


def reserved(board: Board, chip: Chip, report: Report) -> dict[Pin, str]:
    """pin: what for, of the pins that the chip's module or the board itself uses."""
    users = {pin: f"the chip ({what})" for pin, what in chip["reserved"].items()}
    table = board.get("reserved_pins", {})
    if not (
        isinstance(table, dict)
        and all(is_pin(key, chip) and isinstance(table[key], str) for key in table)
    ):
        report.add("reserved_pins", table, f'allowed is {{pin {span(chip["pins"])}: "what for"}}')
        return users
    users.update((pin, f"the board itself ({what})") for pin, what in table.items())
    return users


def is_pin(value: object, chip: Chip) -> bool:
    """True if the chip has a pin of that name."""
    return (is_whole(value) or isinstance(value, str)) and value in chip["pins"]


def check_pin(field: str, name: str, value: object, chip: Chip, report: Report) -> Pin | None:
    """The pin, as the chip names it, or None after a report."""
    match = (
        PIN.fullmatch(value)
        if isinstance(value, str)
        else PIN.fullmatch(str(value))
        if is_whole(value)
        else None
    )
    if not match:
        numbers = is_whole(chip["pins"][0])
        kind, examples = (
            ("a number", '2 or "^!16"') if numbers else ("a pin in quotes", '"A0" or "^!B8"')
        )
        marks = "with ^ (pull-up) and ! (active low) before it in this order"
        report.add(field, value, f"allowed is {kind}, {marks}, as {examples}")
        return None
    marks = PINS[name][0] if name in PINS else "^!"
    for mark in match.group(1) + match.group(2):
        if mark not in marks:
            what = "pull-up" if mark == "^" else "active low"
            report.add(
                field,
                value,
                f"{mark} ({what}) is not for this pin: "
                f"allowed is {' or '.join(marks) or 'the bare pin'}",
            )
    text = match.group(3)[:9]
    pin = int(text) if text.isdigit() else text
    if pin not in chip["pins"]:
        report.add(field, value, f"allowed is {span(chip['pins'])}")
        return None
    return pin


def check_buses(named: dict[str, Pin], chip: Chip, report: Report) -> None:
    """The pins of a bus must belong to one peripheral."""
    for bus, names, what in BUSES:
        pins, able = tuple(named.get(name) for name in names), chip[bus]
        if able and None not in pins and pins not in able:
            examples = sorted(able)
            some = " or ".join(" and ".join(map(str, one)) for one in (examples[0], examples[-1]))
            report.add(f"pins.{', '.join(names)}", pins, f"allowed is {what}, as {some}")


def check_lines(named: dict[str, Pin], report: Report) -> None:
    """Inputs with one number share an interrupt, and only one of them would be heard."""
    lines = {}
    for name in INPUTS:
        if name in named:
            line = str(named[name])[1:]
            if line in lines:
                report.add(
                    f"pins.{name}",
                    named[name],
                    f"shares interrupt {line} with pins.{lines[line]}: allowed is another number",
                )
            lines.setdefault(line, name)


def said(pin: Pin) -> str:
    """A pin as a message names it."""
    return f"GPIO {pin}" if is_whole(pin) else str(pin)


def span(pins: Iterable[Any]) -> str:
    """A short text for some pins."""
    pins = list(pins)
    if not is_whole(pins[0]):
        return " or ".join(pins) if len(pins) < 20 else f"{pins[0]} to {pins[-1]}"
    runs = [[pins[0], pins[0]]]
    for pin in pins[1:]:
        if pin == runs[-1][1] + 1:
            runs[-1][1] = pin
        else:
            runs.append([pin, pin])
    return "GPIO " + ", ".join(
        f"{first} to {last}" if last > first else str(first) for first, last in runs
    )
