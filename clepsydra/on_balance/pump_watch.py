"""A look at the pump now and then while a balance is read, and its stop at the end. CPython only.

    watch = PumpWatch(line, pl_per_day, every_s=30, note=log.note)
    weigh(..., watch=lambda kind, heard: watch.look_if_due())
    halt(line)

A cable to the pump that is out does not end a weighing: the pump goes on, and so does the balance.
"""

from collections.abc import Callable
from typing import NamedTuple

from clepsydra.amounts import flow_text
from clepsydra.errors import ClepsydraError, LinkLost, NoPump, WrongKey
from clepsydra.on_balance.weighing_line import Line
from clepsydra.pump.readings import Status
from clepsydra.show.stop_words import stopped_text
from host_sim.shared import ending
from host_sim.shared.number_text import span

S_PER_DAY = 86_400
LOOK_EVERY_S = 30.0
PATIENCE_S = 60.0
TRY_AGAIN_S = 2.0
SLACK_S, SLACK_STEPS = 3.0, 3  # of flow: what a start and a status take at most
MAY_DELIVER = "THE PUMP MAY STILL DELIVER: stop it by its own switch or its plug"
PUMP = "pump"  # the kind of a row of lines.csv that is about the pump
Note = Callable[[float, str, str], None]  # instant of the clock, kind, text


class PumpOff(ClepsydraError):
    """The pump does not deliver what it was set to, by itself; what was weighed is kept."""

    status = ending.FAILED


class PumpHalted(ClepsydraError):
    """Somebody stopped the pump; what was weighed is kept, and it is not started again."""

    status = ending.INTERRUPTED


class Since(NamedTuple):
    """The pump's time and its count of steps when it was started."""

    now_ms: int
    emitted_steps: int


class PumpWatch:
    """since: from there on its steps have to be those of its rate, None where any will do"""

    def __init__(
        self,
        line: Line,
        pl_per_day: int,
        note: Note,
        every_s: float = LOOK_EVERY_S,
        since: Since | None = None,
    ) -> None:
        self._line = line
        self._pl_per_day = pl_per_day
        self._note = note
        self._every_s = every_s
        self._since = since
        self._due_s = line.clock.now_s() + every_s
        self._lost = False

    def look_if_due(self) -> None:
        """PumpOff, PumpHalted."""
        now_s = self._line.clock.now_s()
        if now_s >= self._due_s:
            self._due_s = now_s + self._every_s
            self.look()

    def look(self) -> Status | None:
        """Its status; None while it cannot be reached. PumpOff, PumpHalted."""
        self._line.meet()
        try:
            if self._lost:
                reopen(self._line)
            status = self._line.pump.status()
        except NoPump as error:
            if not self._lost:
                self._note(self._line.clock.now_s(), PUMP, f"out of reach: {error}")
            self._lost = True
            return None
        if self._lost:
            self._note(self._line.clock.now_s(), PUMP, "answers again")
        self._lost = False
        self._must_deliver(status)
        return status

    def _must_deliver(self, status: Status) -> None:
        if status.state == "STOPPED":
            told = stopped_text(status) or "without power, and has not started again"
            raise PumpHalted(f"the pump was {told}")
        alarms = "; ".join(f"{alarm.name}, {alarm.text}" for alarm in status.alarms)
        if status.state != "INFUSING":
            raise PumpOff(f"the pump is {status.state}: {alarms or 'no alarm says why'}")
        now = status.raw["permitted_pl_per_day"]
        if now != self._pl_per_day:
            conc = status.conc_ng_per_ml
            wanted = flow_text(self._pl_per_day, conc)
            why = "a bolus runs, or the gate has lowered it: clepsydra log says why"
            raise PumpOff(f"the pump delivers {status.rate} in place of {wanted}: {why}")
        if self._since is not None:
            self._must_have_delivered(status, self._since)

    def _must_have_delivered(self, status: Status, since: Since) -> None:
        """Whether it was stopped and started again between two looks."""
        config = self._line.pump.config or {}
        a_day = self._pl_per_day * config["head"]["steps_per_rev"] / config["head"]["pl_per_rev"]
        lasts_s = (status.raw["now_ms"] - since.now_ms) / 1000
        wanted = a_day * lasts_s / S_PER_DAY
        counted = status.raw["emitted_steps"] - since.emitted_steps
        # The play of a screw is less than a turn
        taken_up = config["head"]["steps_per_rev"] if config["syringe"]["diameter_um"] else 0
        slack = a_day * SLACK_S / S_PER_DAY + SLACK_STEPS
        if wanted - slack <= counted <= wanted + slack + taken_up:
            return
        raise PumpOff(
            f"the pump has counted {counted:,} steps since it was started, and its rate makes "
            f"{wanted:,.0f}: it was stopped and started again, or it was without power; clepsydra "
            "log says what came between"
        )


def reopen(line: Line) -> None:
    """The line to the pump. NoPump, also where another pump is on it by now: that one is left
    alone.
    """
    try:
        line.pump.session.reopen()
        serial = line.pump.identity().serial
    except WrongKey as error:
        line.pump.session.close()
        raise NoPump(str(error)) from error
    if serial != line.serial:
        line.pump.session.close()
        raise NoPump(
            f"{line.pump.said}: the pump with the serial number {serial} is there, and it was "
            f"{line.serial} that was started; connect that one"
        )


def halt(line: Line) -> Status:
    """Stop the pump, and its status then. LinkLost if it is out of reach for a minute: it may still
    deliver.
    """
    line.meet()
    end_s = line.clock.now_s() + PATIENCE_S
    while True:
        try:
            line.pump.stop()
            return line.pump.status()
        except NoPump as error:
            if line.clock.now_s() >= end_s:
                raise LinkLost(
                    f"{error}; {MAY_DELIVER}, it was out of reach for "
                    f"{span(int(PATIENCE_S * 1000))}"
                ) from error
        _try_again(line)


def _try_again(line: Line) -> None:
    line.wait(TRY_AGAIN_S)
    try:
        reopen(line)
    except NoPump:
        return  # the next stop finds that out as well
