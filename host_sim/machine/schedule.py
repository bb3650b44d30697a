"""What happens when: a scenario's commands, faults, rows of the trace and of the delivery file,
samples, and its end.

The simulated machine (`world.py`) and the emulated chip (`host_sim/chip/board/chip_world.py`) let
time pass, each in its own way, and do here what is due. All instants are true ms. Runs on
MicroPython and CPython.
"""

import sys

from host_sim.machine.job import COMMAND, FAULT, SAMPLE, entries
from host_sim.plant.faults import KINDS, Rig, begin

WITH = "with_ng_per_ml"
ALL = "all"  # in the place of the volume withdrawn: whatever is there
READ_PL = 10_000_000  # a syringe is read to 0.01 mL


class Agenda:
    """What is to come: entries (at_ms, what, argument); equal instants come out in the order they
    were put in.
    """

    def __init__(self):
        self._entries = []  # soonest last, so that popping it is quick

    def add(self, at_ms, what, argument=None):
        """Let `what(at_ms, argument)` come at that instant."""
        self._insert(at_ms + 1, (at_ms, what, argument))

    def add_first(self, at_ms, what, argument=None):
        """The same, before all that is there already for that instant."""
        self._insert(at_ms, (at_ms, what, argument))

    def _insert(self, before_ms, entry):
        """Put an entry behind all that come before an instant."""
        entries = self._entries
        place = len(entries)
        while place and entries[place - 1][0] < before_ms:
            place -= 1
        entries.insert(place, entry)

    def next_ms(self):
        """The instant of the next entry, None if there is none."""
        return self._entries[-1][0] if self._entries else None

    def pop(self):
        """Take out the next entry."""
        return self._entries.pop()


def fill_withdraw(plant, payload):
    """What a person does to the reservoir before a `refill` or `empty` is sent. Returns the command
    with the volume that was read on the syringe.
    """
    withdrawn_pl = payload["withdrawn_pl"]
    if withdrawn_pl == "first":  # what the books took for its content was never in it
        withdrawn_pl = plant.reservoir.volume_pl
    elif withdrawn_pl == ALL:
        withdrawn_pl = max(0, plant.reservoir.usable_pl()) // READ_PL * READ_PL
        payload = dict(payload)
        payload["withdrawn_pl"] = withdrawn_pl
    plant.refill(payload.get("fill_pl", 0), withdrawn_pl, payload.get("conc_ng_per_ml"))
    return payload


class Schedule:
    """job: a Job (job.py); hal, plant: what faults act on; recorder: the far end of the
    link.

    timed: iterates over the entries of the schedule; without it they are those of the job. Only the
        next one is held in memory.
    over: the end has come, the last status has been asked for, and nothing more is done.
    shows: with each regular row of the trace a line `@ <true ms>` is printed
    """

    def __init__(self, job, hal, plant, recorder, timed=None):
        self.over = self.shows = False
        self.agenda = Agenda()
        self._timed = iter(entries(job) if timed is None else timed)
        self._does = {COMMAND: self._command, FAULT: self.begin_fault, SAMPLE: self._sample_once}
        self._clock = hal.clock
        self._power = hal.power
        self._plant = plant
        self._rig = Rig(hal, plant, self._later)
        self._recorder = recorder
        self._trace_every_ms = job.trace_every_ms
        self._delivery_every_ms = job.delivery_every_ms
        self._fill(job)

    def do_next(self):
        """Do what comes next: its instant has come. True if it was a record and changed nothing."""
        at_ms, what, argument = self.agenda.pop()
        return what(at_ms, argument)

    def finish(self):
        """The last rows of a run that is over."""
        self.sample()
        if self._delivery_every_ms:
            self._recorder.deliver(self._clock.true_ms())

    def sample(self):
        """A row of the trace."""
        self._recorder.sample(self._clock.true_ms())

    def _fill(self, job):
        add = self.agenda.add
        self._take_next()
        if self._trace_every_ms:
            add(self._trace_every_ms, self._trace)
        if self._delivery_every_ms:
            add(0, self._deliver)
        add(job.duration_ms, self._end)

    def _take_next(self):
        """Put the next entry of the schedule on the agenda."""
        for at_ms, what, argument in self._timed:
            self.agenda.add_first(at_ms, self._do_timed, (what, argument))
            return

    def _do_timed(self, at_ms, what_and_argument):
        what, argument = what_and_argument
        self._does[what](at_ms, argument)
        self._take_next()

    def _command(self, at_ms, payload):
        if payload["do"] in ("refill", "empty"):  # a person does it first, then sends the command
            payload = fill_withdraw(self._plant, payload)
        elif payload["do"] == "catheter_flushed":
            self._plant.flush(payload["aspirated_pl"], payload["injected_pl"], payload[WITH])
        self._recorder.send(payload)

    def begin_fault(self, at_ms, fault):
        """A fault begins, and ends by itself if it says when."""
        ends = begin(self._rig, fault)
        lasts_ms = fault.get("lasts_ms")
        if ends and lasts_ms is not None:
            self.agenda.add(at_ms + lasts_ms, self._fault_ends, (ends, fault))

    def end_fault(self, fault):
        """A fault ends, if its kind ever does."""
        ends = KINDS[fault["kind"]].ends
        if ends:
            ends(self._rig, fault)

    def _fault_ends(self, at_ms, ends_and_fault):
        ends, fault = ends_and_fault
        ends(self._rig, fault)

    def _later(self, ms, what):
        self.agenda.add(self._clock.true_ms() + ms, lambda at_ms, _: what())

    def _trace(self, at_ms, _):
        self.sample()
        # An entry of its own would end waits, and so move what the plant rounds.
        if self.shows:
            sys.stdout.write("@ %d\n" % at_ms)
            sys.stdout.flush()
        self.agenda.add(at_ms + self._trace_every_ms, self._trace)
        return True

    def _sample_once(self, at_ms, _):
        self.sample()

    def _deliver(self, at_ms, _):
        now_ms, every_ms = self._clock.true_ms(), self._delivery_every_ms
        self._recorder.deliver(now_ms)
        # A beat that is past by now is left out: times in the file rise.
        self.agenda.add(max(at_ms, now_ms // every_ms * every_ms) + every_ms, self._deliver)
        return True

    def _end(self, at_ms, _):
        self.over = True
        self._power.restore()  # somebody has to be asked
        self.agenda.add(at_ms, None)  # the next wait must come by here
        self._recorder.ask_status()
