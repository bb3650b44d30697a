"""What the gateway has started, and it alone: a rate without an end, or a volume (decision 0209).

    own.run(rate_pl_per_day, volume_pl)      # CannotRun says why not, and then nothing runs
    own.stop()
    own.follow(look)                         # at each look: has it come to its end?

A volume goes as a bolus upon a program of nothing, so that the pump itself ends it, on the step,
whatever becomes of the gateway. Between two runs the program in force is `stopped`. CPython only.
"""

from dataclasses import dataclass
from typing import Any

from clepsydra.amounts import Dose, flow_text
from clepsydra.errors import ClepsydraError, NoPump
from clepsydra.new_era.contact import ERROR, TIMED_OUT, Contact, Look
from clepsydra.show.stop_words import stopper
from firmware.link.canonical import digest
from firmware.link.commands import TABLE
from firmware.units import MS_PER_DAY

STOPPED: dict[str, Any] = {"mode": "stopped"}
PL_PER_ML = 10**9
ROUNDED_PL = 10  # what rounding the rate down takes from a volume in 7 days, and more
_NOT_ITS_HARM = "NOTHING_DELIVERED"  # a pump that waits for a client has nothing to deliver


class CannotRun(Exception):
    """The text says why, in words."""


@dataclass
class Run:
    """program: the digest of the one that the gateway has put in force for it
    end_steps: those emitted when it is over, None without an end; bolus: its id, 0 before it
    """

    program: str
    rate_pl_per_day: int
    end_steps: int | None
    bolus: int = 0


class OwnRun:
    """running: None while nothing runs that the gateway has started
    paused_steps: still to come of what a client has paused, None: without an end
    """

    def __init__(self, contact: Contact) -> None:
        self._contact = contact
        self._say = contact.say
        self.running: Run | None = None
        self.paused = False
        self.paused_steps: int | None = None
        self._owed_stop = False  # the pump could not be reached, or another's bolus ran
        self._left_program = ""  # the digest of ours that could not be taken back yet

    def held(self, look: Look) -> str:
        """Why the gateway only reads, "" while it does not (S24)."""
        raw = look.raw
        if self.running is not None:
            return ""
        key = self._contact.only_reads(look)
        if key:
            return key
        if raw["bridge"]:
            return "a bridge is in force"
        if raw["plan"] and raw["plan"]["phase"] != "none":
            return "a plan is in force"
        if raw["prime_left_pl"] or raw["bolus"]:
            return "a bolus or a prime runs"
        if raw["program_mode"] and look.program != self._left_program:
            return "a therapy program is in force; for a client set one with mode = stopped"
        return ""

    def run(self, rate_pl_per_day: int, volume_pl: int) -> None:
        """volume_pl: 0 for no end. CannotRun."""
        steps = None
        if volume_pl:
            head = self._config()["head"]
            steps = volume_pl * head["steps_per_rev"] // head["pl_per_rev"]
        self._begin(rate_pl_per_day, steps)

    def go_on(self, rate_pl_per_day: int) -> None:
        """With what was paused. CannotRun."""
        self._begin(rate_pl_per_day, self.paused_steps)

    def change_rate(self, rate_pl_per_day: int) -> None:
        """Of a run without an end, from now on. CannotRun."""
        run = self.running
        if run is None or run.end_steps is not None:
            raise CannotRun("the rate of a volume that runs does not change: stop it first")
        program = self._program(rate_pl_per_day)
        before, run.program = run.program, digest(program)
        try:
            self._contact.line().set_program(program)
        except ClepsydraError as error:
            if not isinstance(error, NoPump):
                run.program = before
            self._noted(error)
            raise CannotRun(str(error)) from error
        run.rate_pl_per_day = rate_pl_per_day
        self._contact.stale()

    def stop(self, pause: bool = False) -> None:
        """What the gateway has started, and nothing else. CannotRun."""
        look, run = self._contact.look(0), self.running
        if run is None:
            self.paused = False
            return
        if look is None:
            raise CannotRun("the pump does not answer")
        if self._of_another(look, run):
            raise CannotRun("a bolus that somebody else has given runs: a stop would end that too")
        left = None
        if run.end_steps is not None:
            left = run.end_steps - look.raw["emitted_steps"]
        self._end()
        if self.running is not None:
            raise CannotRun("the pump does not answer; it is stopped as soon as it does")
        self.paused, self.paused_steps = pause, left

    def time_out(self) -> None:
        """The client that wanted to be watched has fallen silent."""
        self.paused = False
        self._contact.alarms.append(TIMED_OUT)
        if self.running is not None:
            self._say("the client has fallen silent: what it has started is stopped")
            self._owed_stop = True

    def follow(self, look: Look) -> None:
        """Has the run come to its end, or somebody ended it?"""
        run = self.running
        if run is None:
            if self._left_program:
                self._take_back(look)
            return
        raw, state = look.raw, look.status.state
        if look.program != run.program:
            self.running, self._owed_stop = None, False
            self._cut_short("another program is in force: what a client has started is over")
        elif state != "INFUSING":
            by = f", by {stopper(look.status)}" if stopper(look.status) else ""
            self._end()
            self._cut_short(f"the run was cut short: the pump is {state}{by}")
        elif self._owed_stop:
            if not self._of_another(look, run):
                self._end()
        elif run.end_steps is not None and not self._of_another(look, run):
            missing = run.end_steps - raw["emitted_steps"]
            if missing <= 0:
                self._end()
                self._say("the volume is infused")
            elif not raw["bolus"]:
                self._end()
                self._cut_short(f"the volume was cut short by {missing} steps")

    # What is sent

    def _begin(self, rate_pl_per_day: int, steps: int | None) -> None:
        look = self._contact.look(0)
        if look is None:
            raise CannotRun("the pump does not answer")
        self._refuse_unless_ready(look, rate_pl_per_day)
        program, bolus, end = self._program(rate_pl_per_day if steps is None else 0), {}, None
        if steps is not None:
            bolus, steps = self._bolus(steps, rate_pl_per_day)
            end = look.raw["emitted_steps"] + steps
        self.running = Run(digest(program), rate_pl_per_day, end)
        try:
            pump = self._contact.line()
            pump.set_program(program)
            # no old dose comes back (S13): the client has stated this one, or the rate is nothing
            stated = None if look.raw["dose_confirmed"] else Dose(program.get("dose_ng_per_day", 0))
            pump.start(stated)
            if bolus:
                self.running.bolus = pump.session.ask("bolus", **bolus)["id"]
        except ClepsydraError as error:
            self._noted(error)
            self._end()
            raise CannotRun(str(error)) from error
        self.paused = self._owed_stop = False
        self._contact.stale()
        what = "without an end" if steps is None else f"{steps} steps"
        conc = pump.conc_ng_per_ml
        self._say(f"a client has started {flow_text(rate_pl_per_day, conc)}, {what}")

    def _refuse_unless_ready(self, look: Look, rate_pl_per_day: int) -> None:
        state = look.status.state
        unheard = [
            alarm.name
            for alarm in look.status.alarms
            if alarm.priority == "HIGH" and not alarm.acknowledged and alarm.name != _NOT_ITS_HARM
        ]
        if not rate_pl_per_day:
            raise CannotRun("no rate is set")
        if state != "STOPPED":
            raise CannotRun(f"the pump is {state}")
        if unheard:
            raise CannotRun(f"{', '.join(unheard)} was not acknowledged: clepsydra ack")

    def _end(self) -> None:
        """The run is stopped, and its program taken back. What fails is done at a later look."""
        run, self._owed_stop = self.running, False
        if run is None:
            return
        try:
            self._contact.line().stop()
        except ClepsydraError as error:
            self._noted(error)
            self._owed_stop = True
            return
        self.running, self._left_program = None, run.program
        look = self._contact.look(0)
        if look is not None:
            self._take_back(look)

    def _take_back(self, look: Look) -> None:
        """Nobody shall start the gateway's program by mistake."""
        if look.program != self._left_program:
            self._left_program = ""
        elif look.status.state in ("STOPPED", "EMPTY"):
            try:
                self._contact.line().set_program(STOPPED)
            except ClepsydraError as error:
                self._noted(error)
            self._contact.stale()

    def _program(self, rate_pl_per_day: int) -> dict[str, Any]:
        """Of that rate, rounded down to a dose where there is a drug."""
        conc = self._conc()
        if not conc:
            return {"mode": "continuous", "rate_pl_per_day": rate_pl_per_day}
        return {"mode": "continuous", "dose_ng_per_day": rate_pl_per_day * conc // PL_PER_ML}

    def _bolus(self, steps: int, rate_pl_per_day: int) -> tuple[dict[str, int], int]:
        """The fields of one, and how many steps it gives: those, or fewer where a ng is more than
        a step. Half a step more is asked for, since the pump rounds down rate, time and dose.
        CannotRun.
        """
        head, conc = self._config()["head"], self._conc()
        pl_per_rev, steps_per_rev = head["pl_per_rev"], head["steps_per_rev"]
        volume_pl, given = (2 * steps + 1) * pl_per_rev // (2 * steps_per_rev), steps
        fields = {"volume_pl": volume_pl}
        if conc:
            rounded_up = -(-volume_pl * conc // PL_PER_ML)
            for dose in (rounded_up, rounded_up - 1):
                volume_pl = dose * PL_PER_ML // conc
                given = max(0, volume_pl - ROUNDED_PL) * steps_per_rev // pl_per_rev
                fields = {"dose_ng": dose}
                if given <= steps:
                    break
        if not given:
            raise CannotRun("the volume is less than a step of the pump, or holds less than 1 ng")
        least_ms, most_ms = TABLE["bolus"].fields["duration_ms"]
        lasts_ms = max(least_ms, -(-volume_pl * MS_PER_DAY // rate_pl_per_day))
        if lasts_ms > most_ms:
            raise CannotRun("it would last longer than 7 days: set no volume, and stop it yourself")
        return {**fields, "duration_ms": lasts_ms}, given

    def _of_another(self, look: Look, run: Run) -> bool:
        """Whether a bolus runs that the gateway has not given."""
        last = look.raw["last_bolus"]
        return bool(look.raw["bolus"]) and (last is None or last["id"] != run.bolus)

    def _cut_short(self, why: str) -> None:
        """A client must not take it for the end of its volume."""
        self._say(why)
        if not self._contact.alarms:
            self._contact.alarms.append(ERROR)

    def _noted(self, error: ClepsydraError) -> None:
        self._contact.stale()
        if isinstance(error, NoPump):
            self._contact.lost(error)
        else:
            self._say(f"the pump refuses: {error}")

    def _config(self) -> dict[str, Any]:
        pump = self._contact.pump
        if pump is None or pump.config is None:
            raise CannotRun("the pump has no usable configuration, or does not answer")
        return pump.config

    def _conc(self) -> int:
        return int(self._config()["drug"]["conc_ng_per_ml"])
