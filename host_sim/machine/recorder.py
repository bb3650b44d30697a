"""The far end of the link: sends the commands, decodes what the pump sends, and writes it down.

events.csv holds what the pump reported, trace.csv what the world really did at those instants.
notes.jsonl has a line for each command that the pump refused, ["refused", true ms, do, error,
message], for each that came while it had no power, ["lost", true ms, do, which of all commands],
for each rate of the pump's clock, ["crystal", pump's ms, true ms, ppb from then on, power-up], for
each front that reaches the tip with drug behind it, ["arrives", true ms, ng/mL], for each status
that was asked for on the way what the pump says has passed the tip, ["tip", true ms, ng], and for
each end and start of its power, ["off", pump's ms, true ms] and ["on", true ms].
Nothing that grows with the run stays in memory. delivery.csv, if asked for, holds the volume at the
outlet on a beat of its own: what a balance under the outlet would weigh (docs/bench_weigh.md).
"""

import hashlib
import json

from firmware.events import BOOT, RATE, STATE
from firmware.link.canonical import canonical
from firmware.link.commands import MAX_ID
from firmware.link.far_end import FarEnd, id_from
from firmware.link.line_commands import LEAVE_OUT
from firmware.link.prime_commands import COUNTED
from firmware.states import STOPPED

EVENTS_HEADER = "seq,time_ms,wall_s,code,a,b,c,power_up\n"
TRACE_HEADER = (
    "time_ms,state,demand_pl_per_day,permitted_pl_per_day,emitted_steps,moved_counts,"
    "outlet_pl,reservoir_pl,line_pa,supply_mv,tip_ng\n"
)
DELIVERY_HEADER = "time_s,outlet_pl\n"
NO_POWER = 0  # in the column `state`: there is no pump that could be in one


class Recorder:
    """unsampled: events have come since the last row of the trace
    answered: the status asked for at the end has come
    power_up: how often the power has come back
    """

    def __init__(self, hal, plant, out_dir, delivers=False):
        self.unsampled = True
        self.answered = False
        self._hal = hal
        self._plant = plant
        self._out_dir = out_dir
        self.power_up = 0
        self._off = False
        self._first_id = id_from(hashlib.sha256(hal.power.serial().encode()).digest())
        self._far_end = FarEnd(
            hal.link.send_to_pump,
            hal.clock.true_ms,
            self._first_id,
            self._write_event,
            self._take_reply,
        )
        self._again = {}  # number of a command that was sent again: the place of the first
        self._status_number = None  # of the status asked for at the end
        self._state = self._demand = self._permitted = 0
        self._before = 0  # number of the last event before this power-up
        self._events = open(out_dir + "/events.csv", "w")  # noqa: SIM115 open for the whole run, so is the next
        self._events.write(EVENTS_HEADER)
        self._trace = open(out_dir + "/trace.csv", "w")  # noqa: SIM115
        self._trace.write(TRACE_HEADER)
        self._delivery = open(out_dir + "/delivery.csv", "w") if delivers else None  # noqa: SIM115
        if delivers:
            self._delivery.write(DELIVERY_HEADER)
        self._notes = open(out_dir + "/notes.jsonl", "w")  # noqa: SIM115
        hal.clock.note_crystal_with(self._note_crystal)
        plant.way.tell_arrivals(self._note_arrival)

    def send(self, payload):
        """Put a command on its way to the pump, numbered."""
        self._far_end.send(payload)
        if self._off:
            self._lose_what_is_open()

    def ask_status(self):
        """Ask for the status with which the run ends. Nothing is asked without power."""
        if not self._off:
            self._status_number = self._far_end.send({"do": "status"})

    def power_off(self):
        """The pump is gone; what it was asked and has not answered it never will."""
        self.sample(self._hal.clock.true_ms())
        self._off = True
        self._state = NO_POWER
        self._demand = self._permitted = 0
        self._note("off", self._hal.clock.ms, self._hal.clock.true_ms())
        self._lose_what_is_open()
        self.sample(self._hal.clock.true_ms())

    def power_on(self):
        """The pump is about to start anew; its clock has not."""
        self.sample(self._hal.clock.true_ms())
        self._off = False
        self._state = STOPPED
        self.power_up += 1
        self._note("on", self._hal.clock.true_ms())

    def _lose_what_is_open(self):
        for number, command in self._far_end.reconnect():
            place = self._place(number)
            self._note("lost", self._hal.clock.true_ms(), command["do"], place)

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
            self._hal.driver.total(),
            plant.moved_counts(),
            plant.line.outlet_pl,
            plant.reservoir.volume_pl,
            plant.line.pressure_pa(),
            plant.supply_mv,
            plant.tip_ng(),
        )
        self._trace.write("%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d\n" % row)
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
        code, a, b = event[3:6]
        if code == BOOT:
            self._before = event[0] - 1
        row = (event[0] - self._before,) + tuple(event[1:]) + (self.power_up,)
        self._events.write("%d,%d,%d,%d,%d,%d,%d,%d\n" % row)
        self.unsampled = True
        if code == STATE:
            self._state = a
        elif code == RATE:
            self._demand, self._permitted = a, b

    def _take_reply(self, command, reply):
        do = command["do"] if command else "unknown"
        if not reply["ok"]:
            again = reply["id"] in self._again
            if (
                command
                and "consequence_ng" in reply
                and not again
                and self._confirm(command, reply)
            ):
                return
            self._note("refused", self._hal.clock.true_ms(), do, reply["error"], reply["message"])
        elif reply["id"] == self._status_number:
            with open(self._out_dir + "/status.json", "wb") as file:
                file.write(canonical(reply))
            self.answered = True
        elif do == "status":
            self._note("tip", self._hal.clock.true_ms(), reply["tip_ng"])

    def _confirm(self, command, reply):
        """Read what follows from leaving the bridge out, or what a prime counts, and send the
        command with it. False if it asks for neither.
        """
        field = COUNTED if command["do"] == "prime" else LEAVE_OUT
        if reply["error"] != "BAD_FIELD" or (field == LEAVE_OUT and field not in command):
            return False
        place = self._place(reply["id"])
        confirmed = dict(command)
        confirmed[field] = reply["consequence_ng"]
        self._again[self._far_end.send(confirmed)] = place
        return True

    def _place(self, number):
        """Which of all commands that are to be sent this number belongs to."""
        if number in self._again:
            return self._again[number]
        before = len([again for again in sorted(self._again) if again < number])
        return (number - self._first_id - before) % (MAX_ID - 1)

    def _note_crystal(self, pump_ms, true_ms, ppb):
        self._note("crystal", pump_ms, true_ms, ppb, self.power_up)

    def _note_arrival(self, true_ms, conc_ng_per_ml):
        self._note("arrives", true_ms, conc_ng_per_ml)

    def _note(self, *note):
        self._notes.write(json.dumps(note) + "\n")
