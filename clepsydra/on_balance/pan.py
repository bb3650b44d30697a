"""What stands on the pan while nothing flows: read from the balance, or typed by a person. CPython
only.

    masses = BalanceMasses(line)
    before = masses.read("before")
    masses.read("after").mg - before.mg
"""

import sys
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple, Protocol

from bench.balances import protocol
from bench.balances.poller import SHIFTED, Balance, Heard
from bench.balances.transport import LinkLost as BalanceLost
from bench.shared.errors import NoBalance
from bench.shared.measured_quantities import mass_mg
from clepsydra.errors import BadInput, NotConfirmed
from clepsydra.on_balance.weighing_line import Line
from host_sim.shared.quantities import QuantityError

SETTLE_S = 20.0  # the tube gives back what it was wider by
READINGS, EVERY_S = 7, 1.0
PATIENCE_S = 180.0
MG_PER_G = 1000
TRIES = 3


class Mass(NamedTuple):
    """at_s: on the clock of the line, the middle of its readings."""

    mg: float
    at_s: float


Doubt = Callable[[Mass], str | None]  # why a mass cannot be, None if it can


class Masses(Protocol):
    def read(self, when: str, doubt: Doubt | None = None) -> Mass:
        """when: before or after a run; doubt: lets a person who has mistyped type again. NoBalance,
        BadInput.
        """


class BalanceMasses:
    """Once it has come to rest: the mean of stable readings one after the other."""

    def __init__(self, line: Line, balance: Balance, settle_s: float = SETTLE_S) -> None:
        self._line = line
        self._balance = balance
        self._settle_s = settle_s

    def read(self, when: str, doubt: Doubt | None = None) -> Mass:
        """NoBalance if it does not come to rest within three minutes."""
        clock = self._line.clock
        self._line.wait(self._settle_s)
        end_s = clock.now_s() + PATIENCE_S
        stable: list[Heard] = []
        said = "nothing"
        while len(stable) < READINGS:
            if clock.now_s() >= end_s:
                raise NoBalance(
                    f"--balance: it does not come to rest {when} the run, its last answer is "
                    f"{said}; keep draught, drops and hands away, and say --resume"
                )
            heard = self._asked()
            said = repr(heard.text.strip()) if heard else said
            if heard is not None and heard.kind == protocol.STABLE:
                stable.append(heard)
            elif heard is not None and heard.kind != SHIFTED:
                stable.clear()
            clock.wait_until_s(clock.now_s() + EVERY_S)
        grams = sum((one.mass_g or Decimal(0) for one in stable), Decimal(0)) / len(stable)
        return Mass(float(grams) * MG_PER_G, (stable[0].time_s + stable[-1].time_s) / 2)

    def _asked(self) -> Heard | None:
        """The last line of an answer; None while the cable is out."""
        try:
            last = None
            for last in self._balance.ask():
                pass
            return last
        except BalanceLost:
            self._open_again()
            return None

    def _open_again(self) -> None:
        self._balance.close()
        try:
            self._balance.open()
        except BalanceLost:
            return  # asked again until the patience is over


class TypedMasses:
    """A person reads the balance."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def read(self, when: str, doubt: Doubt | None = None) -> Mass:
        """BadInput for what is no mass, asked three times; NotConfirmed if nobody answers."""
        problem = ""
        for _ in range(TRIES):
            print(
                f"Type what the balance shows {when} the run, with its unit: ", end="", flush=True
            )
            answer = sys.stdin.readline()
            if not answer:
                print()
                raise NotConfirmed("nobody typed a mass; the runs so far are kept: --resume")
            try:
                mass = Mass(mass_mg(answer.strip()), self._line.clock.now_s())
                problem = (doubt(mass) if doubt else None) or ""
            except QuantityError as error:
                comma = "; write a point, not a comma" if "," in answer else ""
                problem = f"{error}{comma}"
            if not problem:
                return mass
            print(f"            {problem}")
        raise BadInput(f"the mass {when} the run: {problem}; the runs so far are kept: --resume")
