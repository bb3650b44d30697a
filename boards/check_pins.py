"""Pins of a board file: syntax, range, users, buses (CPython only)."""

import re

from boards.check_problems import ABSENT, is_whole

# chip: backend, GPIO numbers, numbers with an ADC [RP2040 1.4.3]
CHIPS = {"rp2040": {"backend": "rp2", "gpio": range(30), "adc": range(26, 30)}}

# pin: the marks it may bear (! active low, ^ pull-up), and whether every board must have it
PINS = {
    "step": ("", True),
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
    "occlusion": ("^!", False),
    "door": ("^!", False),
    "supply_sense": ("", False),
}
TOGETHER = (("driver_uart_tx", "driver_uart_rx"), ("encoder_sda", "encoder_scl"))
PIN = re.compile(r"(\^?)(!?)(0|[1-9]\d*)")


def check_pins(board, chip, report):
    """All about the pins but their names. `board` is the whole file's dict."""
    pins = board.get("pins")
    if not isinstance(pins, dict):
        return
    for pair in TOGETHER:
        there = [name for name in pair if name in pins]
        if len(there) == 1:
            report.add(f"pins.{pair[1 - pair.index(there[0])]}", ABSENT, f"{there[0]} needs it")
    users = reserved(board, chip, report)
    for name, value in pins.items():
        number = check_pin(f"pins.{name}", name, value, chip, report)
        if number is None:
            continue
        if number in users:
            report.add(f"pins.{name}", value, f"GPIO {number} is used by {users[number]} already: allowed is a free one")
        users.setdefault(number, f"pins.{name}")
        if name == "supply_sense" and number not in chip["adc"]:
            report.add(f"pins.{name}", value, f"allowed is a pin with an ADC, {span(chip['adc'])}")
    check_buses(pins, report)


def reserved(board, chip, report):
    """number: what for, of the pins that the board itself uses."""
    table = board.get("reserved_pins", {})
    if not (isinstance(table, dict) and all(is_whole(key) and key in chip["gpio"] and isinstance(table[key], str) for key in table)):
        report.add("reserved_pins", table, f'allowed is {{number {span(chip["gpio"])}: "what for"}}')
        return {}
    return {number: f"the board itself ({what})" for number, what in table.items()}


def check_pin(field, name, value, chip, report):
    """The GPIO number, or None after a report."""
    match = PIN.fullmatch(value) if isinstance(value, str) else PIN.fullmatch(str(value)) if is_whole(value) else None
    if not match:
        report.add(field, value, 'allowed is a number, with ^ (pull-up) and ! (active low) before it in this order, as 2 or "^!16"')
        return None
    marks = PINS[name][0] if name in PINS else "^!"
    for mark in match.group(1) + match.group(2):
        if mark not in marks:
            what = "pull-up" if mark == "^" else "active low"
            report.add(field, value, f"{mark} ({what}) is not for this pin: allowed is {' or '.join(marks) or 'a bare number'}")
    number = int(match.group(3)[:9])
    if number not in chip["gpio"]:
        report.add(field, value, f"allowed is GPIO {span(chip['gpio'])}")
        return None
    return number


def check_buses(pins, report):
    """The two pins of a bus must belong to one peripheral of the RP2040 [RP2040 1.4.3]."""
    tx, rx = pins.get("driver_uart_tx"), pins.get("driver_uart_rx")
    if is_whole(tx) and is_whole(rx) and not (tx % 4 == 0 and rx % 4 == 1 and (tx + 4) // 8 % 2 == (rx + 4) // 8 % 2):
        report.add("pins.driver_uart_tx, driver_uart_rx", (tx, rx), "allowed is TX and RX of one UART, as 0 and 1 or 8 and 9")
    sda, scl = pins.get("encoder_sda"), pins.get("encoder_scl")
    if is_whole(sda) and is_whole(scl) and not (sda % 2 == 0 and scl % 4 == sda % 4 + 1):
        report.add("pins.encoder_sda, encoder_scl", (sda, scl), "allowed is SDA and SCL of one I2C, as 12 and 13 or 2 and 3")


def span(numbers):
    return f"{numbers[0]} to {numbers[-1]}"
