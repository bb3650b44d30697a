"""A pump that is talked to while it runs: the far end of its link, and its time, are in another
program's hands. Runs on MicroPython and CPython.

    turns = Turns(hal, plant)
    turns.lead(world)                    # in the place of a recorder's far end, for ever

It goes in turns. At the end of each it prints a line, {"at": true ms, "sent": what the pump sent,
in hex, ...}, and waits for one: {"to": true ms of the end of the next turn} and, if wanted, "give":
bytes for the pump in hex; "fault" and "over": what goes wrong from now on, and what no longer does;
"person": a command `refill` or `empty`, for which somebody has filled and drawn. No turn is shorter
than a ms. The run ends when no line comes any more.

What comes of a sequence of lines is always the same: the real clock is the other program's.
"""

import binascii
import json
import sys

from firmware.link.far_end import id_from
from firmware.link.frames import encode
from host_sim.machine.schedule import fill_withdraw

_REPORT = '{"at":%d,"sent":"%s","on":%d,"lamp":%d,"sounder":%d,"outlet_pl":%d,"reservoir_pl":%d}\n'


class Turns:
    """In the place of a Recorder (recorder.py): it writes no files."""

    def __init__(self, hal, plant):
        self.unsampled = False
        self.power_up = 0
        self._hal = hal
        self._plant = plant
        self._world = None
        self._sent = []
        self._number = id_from(hal.power.random(4))  # of the next command of the scenario

    def lead(self, world):
        """From now on the world's time goes in turns."""
        self._world = world
        world.at(0, self._turn)

    # What a world and its schedule ask of the far end

    def hear(self, data):
        """The pump sends something."""
        self._sent.append(data)

    def send(self, payload):
        """A command of the scenario, if it is played."""
        numbered = dict(payload)
        numbered["id"] = self._number
        self._number += 1
        self._hal.link.send_to_pump(encode(numbered))

    def power_off(self):
        """The pump is gone."""

    def power_on(self):
        """The pump is about to start anew."""
        self.power_up += 1

    def ask_status(self):
        """Others ask."""

    def sample(self, true_ms):
        """Nothing is traced."""

    def deliver(self, true_ms):
        """Nor is what was delivered."""

    def close(self):
        """No file is open."""

    def _turn(self, at_ms, _):
        """The end of a turn, and the begin of the next. True if nothing happens in it."""
        self._report()
        line = sys.stdin.readline()
        if not line:
            raise SystemExit  # nobody leads any more
        order = json.loads(line)
        self._world.at(max(order["to"], self._hal.clock.true_ms() + 1), self._turn)
        if "fault" in order:
            self._world.let_fail(order["fault"])
        if "over" in order:
            self._world.let_recover(order["over"])
        if "person" in order:
            fill_withdraw(self._plant, order["person"])
        if "give" in order:
            self._hal.link.send_to_pump(binascii.unhexlify(order["give"]))
        return len(order) == 1

    def _report(self):
        data, plant = b"".join(self._sent), self._plant
        self._sent = []
        values = (
            self._hal.clock.true_ms(),
            binascii.hexlify(data).decode(),
            self._hal.power.on,
            self._hal.lamp.pattern,
            self._hal.sounder.pattern,
            plant.line.outlet_pl,
            plant.reservoir.volume_pl,
        )
        sys.stdout.write(_REPORT % values)
        if hasattr(sys.stdout, "flush"):
            sys.stdout.flush()
