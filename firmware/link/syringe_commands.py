"""Commands of a syringe head: to fill it, and what `start` asks afterwards.

As in commands.py: each answers the fields of the reply, and raises before anything has changed.
"""

from firmware.errors import ConfigError
from firmware.link.refusals import NOT_NOW, Refused
from hal.contract import PLUNGER

CONFIRM_LINE = "confirm_line"
LINE_OFF = "line_off"


def withdraw(pump, payload, now_ms):
    """Draw fluid into the syringe, with the line off."""
    if pump.settings.config["syringe"]["diameter_um"] is None:
        raise Refused(NOT_NOW, "the head is no syringe: it cannot draw anything in")
    ask_motor(pump, pump.hal.inputs.read())
    if payload[LINE_OFF] != 1:
        raise Refused(
            NOT_NOW,
            "the line would be sucked empty: take it off, and state %s = 1" % LINE_OFF,
        )
    volume_pl, books = payload["volume_pl"], pump.books
    room_pl = books.reservoir.capacity_pl - max(0, books.left_pl())
    least_pl = books.epoch.step_pl
    if not least_pl <= volume_pl <= room_pl:
        raise ConfigError(
            "withdraw.volume_pl",
            volume_pl,
            "from a step, %d, to the room in the syringe, %d" % (least_pl, room_pl),
        )
    pump.withdraw(volume_pl, now_ms)


def ask_motor(pump, inputs):
    """Refused while the plunger is loose or the motor turns backwards."""
    if inputs & PLUNGER:
        raise Refused(NOT_NOW, "the plunger of the syringe is loose: capture it first")
    if pump.delivery.turning_back:
        raise Refused(NOT_NOW, "the syringe is being filled: wait for its end, or stop")


def ask_line(pump, payload, inputs):
    """Before a start: refused while the line was off to fill the syringe, and nobody has confirmed
    that it is on again and full (S25).
    """
    ask_motor(pump, inputs)
    if pump.screw.line_off and not payload.get(CONFIRM_LINE):
        raise Refused(
            NOT_NOW,
            "the line was off to fill the syringe, and what it holds is unknown: put it on, fill "
            "it, and send start with %s = 1" % CONFIRM_LINE,
        )
