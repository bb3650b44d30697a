"""Which program was in force when, in rates: that of the program, or while a bridge lasts its doses
at the concentration at the tip. CPython only.

    in_force = InForce(scenario, lost)
    for told, end in power_ups:
        history = in_force.read(told)        # [(from_ms, program in rates)]

The programs and the doses of bridges come from the scenario. From the pump come the instants, and
the concentration that it says is at the tip.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from firmware import events
from firmware.link import commands
from firmware.therapy import bridge
from host_sim.judge.doses import in_rates
from host_sim.run.records import Event
from host_sim.scenario.load import Scenario

SET_PROGRAM = commands.TABLE["set_program"].number
LATE_MS = 1_000  # a command is carried out within this time

Program = dict[str, Any]


class InForce:
    """program: in doses, the one that is in force or waits for the end of a bridge.

    lost: places of the commands that never reached the pump
    """

    def __init__(self, scenario: Scenario, lost: Collection[int]) -> None:
        self.program: Program = scenario.config["program"]
        self._conc: int = scenario.config["drug"]["conc_ng_per_ml"]
        self._bridge: Program | None = None
        self._tip_conc = self._conc
        sent = [c for n, c in enumerate(scenario.job.commands) if n not in lost]
        self._sent = sent
        self._programs = iter(p["program"] for _, p in sent if p["do"] == "set_program")

    def read(
        self, told: Sequence[Event], bench_ms: Callable[[int], int]
    ) -> list[tuple[int, Program]]:
        """The history of a power-up. The pump answers each set_program, in the order sent, by
        PROGRAM_SET or COMMAND_REFUSED.
        """
        history = [(0, self._now())]
        for event in told:
            if event.code == events.COMMAND_REFUSED and event.a == SET_PROGRAM:
                next(self._programs)
            elif event.code == events.PROGRAM_SET:
                self.program = next(self._programs)
                history.append((event.time_ms, self._now()))
            elif event.code == events.CONCENTRATION:
                self._conc, self._bridge = event.a, None
                history.append((event.time_ms, self._now()))
            elif event.code == events.BRIDGE:
                self._take(event, bench_ms(event.time_ms))
                history.append((event.time_ms, self._now()))
        return history

    def _now(self) -> Program:
        if self._bridge is None:
            return in_rates(self.program, self._conc)
        return in_rates(self._bridge, self._tip_conc)

    def _take(self, event: Event, at_ms: int) -> None:
        self._tip_conc = event.b
        if event.a in (bridge.ENDED, bridge.LEFT_OUT):
            self._bridge = None
        elif event.a == bridge.BEGUN:
            dose = self._asked("refill", "bridge_ng_per_day", at_ms)
            self._bridge = _at_dose(dose) if dose else self.program
        elif event.a == bridge.CHANGED:
            self._bridge = _at_dose(self._asked("bridge_dose", "dose_ng_per_day", at_ms))

    def _asked(self, do: str, field: str, at_ms: int) -> int:
        """The dose that the last such command before an instant asked for."""
        doses = [
            payload[field]
            for sent_ms, payload in self._sent
            if payload["do"] == do and field in payload and sent_ms <= at_ms + LATE_MS
        ]
        return int(doses[-1])


def _at_dose(dose_ng_per_day: int) -> Program:
    return {"mode": "continuous", "dose_ng_per_day": dose_ng_per_day}
