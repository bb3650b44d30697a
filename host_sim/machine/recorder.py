"""The far end of the link: sends the commands, decodes what the pump sends, and writes it down.

events.csv holds what the pump reported, trace.csv what the world really did at those instants.
notes.jsonl has a line for each command that the pump refused, ["refused", true ms, do, error,
message], and for each rate of the pump's clock, ["crystal", pump's ms, true ms, ppb from then on].
Nothing that grows with the run stays in memory. delivery.csv, if asked for, holds the volume at the
outlet on a beat of its own: what a balance under the outlet would weigh (docs/bench_weigh.md).
"""

import hashlib
import json

from firmware.events import RATE, STATE
from firmware.link.canonical import canonical
from firmware.link.far_end import FarEnd, id_from

EVENTS_HEADER = "seq,time_ms,wall_s,code,a,b,c\n"
TRACE_HEADER = (
    "time_ms,state,demand_pl_per_day,permitted_pl_per_day,emitted_steps,moved_counts,"
    "outlet_pl,reservoir_pl,line_pa,supply_mv\n"
)
DELIVERY_HEADER = "time_s,outlet_pl\n"


class Recorder:
    """unsampled: events have come since the last row of the trace
    answered: the status asked for at the end has come
    """

    def __init__(self, hal, plant, out_dir, delivers=False):
        self.unsampled = True
        self.answered = False
        self._hal = hal
        self._plant = plant
        self._out_dir = out_dir
        self._far_end = FarEnd(
            hal.link.send_to_pump,
            hal.clock.true_ms,
            id_from(hashlib.sha256(hal.power.serial().encode()).digest()),
            self._write_event,
            self._take_reply,
        )
        self._status_number = None  # of the status asked for at the end
        self._state = self._demand = self._permitted = 0
        self._events = open(out_dir + "/events.csv", "w")  # noqa: SIM115 open for the whole run, so is the next
        self._events.write(EVENTS_HEADER)
        self._trace = open(out_dir + "/trace.csv", "w")  # noqa: SIM115
        self._trace.write(TRACE_HEADER)
        self._delivery = open(out_dir + "/delivery.csv", "w") if delivers else None  # noqa: SIM115
        if delivers:
            self._delivery.write(DELIVERY_HEADER)
        self._notes = open(out_dir + "/notes.jsonl", "w")  # noqa: SIM115
        hal.clock.note_crystal_with(self._note_crystal)

    def send(self, payload):
        """Put a command on its way to the pump, numbered."""
        self._far_end.send(payload)

    def ask_status(self):
        """Ask for the status with which the run ends."""
        self._status_number = self._far_end.send({"do": "status"})

    def hear(self, data):
        """Take what the pump sends."""
        self._far_end.hear(data)

    def sample(self, true_ms):
        """A row of the trace."""
        plant = self._plant
        row = (
            true_ms,
            self._state,
            self._demand,
            self._permitted,
            self._hal.driver.emitted(),
            plant.moved_counts(),
            plant.line.outlet_pl,
            plant.reservoir.volume_pl,
            plant.line.pressure_pa(),
            plant.supply_mv,
        )
        self._trace.write("%d,%d,%d,%d,%d,%d,%d,%d,%d,%d\n" % row)
        self.unsampled = False

    def deliver(self, true_ms):
        """A row of the delivery file; nothing if none was asked for."""
        if self._delivery:
            self._delivery.write(
                "%d.%03d,%d\n" % (true_ms // 1000, true_ms % 1000, self._plant.line.outlet_pl)
            )

    def close(self):
        self._events.close()
        self._trace.close()
        self._notes.close()
        if self._delivery:
            self._delivery.close()

    def _write_event(self, event):
        self._events.write("%d,%d,%d,%d,%d,%d,%d\n" % tuple(event))
        self.unsampled = True
        code, a, b = event[3:6]
        if code == STATE:
            self._state = a
        elif code == RATE:
            self._demand, self._permitted = a, b

    def _take_reply(self, command, reply):
        do = command["do"] if command else "unknown"
        if not reply["ok"]:
            self._note("refused", self._hal.clock.true_ms(), do, reply["error"], reply["message"])
        elif reply["id"] == self._status_number:
            with open(self._out_dir + "/status.json", "wb") as file:
                file.write(canonical(reply))
            self.answered = True

    def _note_crystal(self, pump_ms, true_ms, ppb):
        self._note("crystal", pump_ms, true_ms, ppb)

    def _note(self, *note):
        self._notes.write(json.dumps(note) + "\n")
