"""Pins as a board file writes them: `2`, `"!4"` (active low), `"^!16"` (pull-up, active low)."""

from machine import Pin


def parse(pin):
    """(name, pull_up, active_low) of a board file's pin; the name is a number or, where a port has
    names, a text.
    """
    text = str(pin)
    name = text.lstrip("^!")
    return int(name) if name.isdigit() else name, text.startswith("^"), "!" in text


class Output:
    """A pin that is active or not, whichever level that is. It starts inactive."""

    def __init__(self, pin):
        name, _, self._active_low = parse(pin)
        self._pin = Pin(name, Pin.OUT, value=1 if self._active_low else 0)

    def set(self, active):
        self._pin.value(1 if bool(active) != self._active_low else 0)


def open_input(pin):
    """(Pin, active_low) of an input with the pull that the board file asks for."""
    name, pull_up, active_low = parse(pin)
    return Pin(name, Pin.IN, Pin.PULL_UP if pull_up else None), active_low
