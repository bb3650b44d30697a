"""A pump on the line, a balance under its outlet, and the clock of both: real ones, or a live
simulated pump with a simulated balance in virtual time. CPython only.

    with opened(Wanted(pump="sim", balance="sim"), setup) as line:
        line.pump.start()
        line.wait(60)
        line.balance.open()

Of a simulated pump the minutes pass as fast as the computer can; it stays where it is afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import NamedTuple

from bench.balances.host_clock import HostClock
from bench.balances.poller import Balance
from bench.balances.protocol import Protocol
from bench.balances.serial_port import SerialPort
from bench.balances.transport import Clock, Transport
from bench.inputs.setup import Setup
from bench.rehearse.cases import draw
from bench.rehearse.replies import SPEAKERS
from bench.rehearse.simulated_balance import SimBalance
from bench.rehearse.weighing import USB_S
from bench.rehearse.wire import SimWire
from bench.weigh import options
from clepsydra.errors import BadInput
from clepsydra.link import targets
from clepsydra.on_balance.simulated_room import room_of
from clepsydra.on_balance.simulated_world import LedClock, RunningWorld, World
from clepsydra.pump.remote_pump import Pump, connect
from host_sim.live import running

SIM = "sim"
SPOKEN = "mt-sics"  # by the simulated balance
SLOW_SPEED = 10  # times real time: a faster pump would run away between two readings


class Wanted(NamedTuple):
    """As on the command line. balance: None where a person types what it shows; settings: of its
    port, None for the maker's; seed: of a simulated balance
    """

    pump: str | None
    balance: str | None
    settings: str | None = None
    unit: str = "g"
    seed: int = 1


@dataclass
class Line:
    """balance: None where a person reads it; called: balance and port, for the record; serial: of
    the pump, which may be another one after its cable was out
    """

    pump: Pump
    clock: Clock
    balance: Balance | None
    called: str
    simulated: bool
    serial: str

    def wait(self, seconds: float) -> None:
        """Nothing is to be done for a while."""
        self.clock.wait_until_s(self.clock.now_s() + seconds)
        self.meet()

    def meet(self) -> None:
        """A simulated pump comes up to the clock: before it is asked something."""
        if isinstance(self.clock, LedClock):
            self.clock.meet()


@contextmanager
def opened(wanted: Wanted, setup: Setup) -> Iterator[Line]:
    """The Line. NoPump, BadInput, BenchError. setup: how a simulated balance weighs."""
    spoken = None if wanted.balance in (None, SIM) else _spoken(wanted)
    pump, world = reached(wanted.pump)
    with pump:
        _same_kind(wanted, world is not None)
        clock: Clock = HostClock() if world is None else LedClock(world, pump.said)
        balance = None
        if isinstance(clock, LedClock) and wanted.balance == SIM:
            balance = _simulated(clock, setup, wanted.seed)
        elif spoken is not None:
            protocol, port = spoken
            balance = Balance(protocol, port, clock, wanted.unit)
        called = wanted.balance or "read by a person"
        yield Line(pump, clock, balance, called, world is not None, pump.identity().serial)


def reached(text: str | None) -> tuple[Pump, World | None]:
    """The pump, and of a live simulated one its world. NoPump, BadInput."""
    found = targets.find(text)
    kind, _, name = found.said.partition(":")
    if kind not in (targets.SIM, targets.CHIP):
        return connect(found.said), None
    run = running.the_one(name + (running.ON_CHIP if kind == targets.CHIP else ""))
    speed = running.ask(run, {"do": "look"})["speed"]
    if Fraction(speed) > SLOW_SPEED:
        raise BadInput(
            f"{found.said} runs {speed} times as fast as real time; allowed: up to {SLOW_SPEED}, "
            f"since the bench leads its time itself; end it, and start it without --speed"
        )
    return connect(found.said), RunningWorld(run)


def _same_kind(wanted: Wanted, simulated: bool) -> None:
    if wanted.balance is None or (wanted.balance == SIM) == simulated:
        return
    if simulated:
        raise BadInput(
            f"--balance: {wanted.balance} stands under no simulated pump; write --balance sim"
        )
    raise BadInput(
        "--balance: the simulated one stands under a simulated pump alone; name a protocol and a "
        "port, as mt-sics:/dev/ttyUSB0, or --pump sim"
    )


def _spoken(wanted: Wanted) -> tuple[Protocol, Transport]:
    protocol, port = options.balance_of(wanted.balance or "")
    settings = protocol.serial
    if wanted.settings is not None:
        settings = options.serial_of(wanted.settings)
    return protocol, SerialPort(port, settings)


def _simulated(clock: LedClock, setup: Setup, seed: int) -> Balance:
    room = draw(*room_of(setup), Random(seed))
    pan = SimBalance(room, clock.outlet, 0.0, seed)
    protocol = options.balance_of(f"{SPOKEN}:{SIM}")[0]
    wire = SimWire(SPEAKERS[SPOKEN], pan.show, clock, protocol.serial.char_s(), USB_S)
    return Balance(protocol, wire, clock)
