"""A balance of any protocol in virtual time, for the contract cases and the weighing."""

from bench.balances import PROTOCOLS
from bench.balances.poller import Balance
from bench.rehearse.replies import SPEAKERS, Shown
from bench.rehearse.virtual_clock import SimClock
from bench.rehearse.wire import SimWire


class Virtual:
    """shown: what the display shows, to be set; wire, clock, balance: see there; the balance has
    been asked once
    """

    def __init__(self, name, show=None):
        protocol = PROTOCOLS[name]
        self.name = name
        self.shown = Shown("stable", 12.3456)
        self.clock = SimClock()
        self.wire = SimWire(
            SPEAKERS[name], show or (lambda now_s: self.shown), self.clock, protocol.serial.char_s()
        )
        self.balance = Balance(protocol, self.wire, self.clock)
        self.balance.open()
        self.ask()

    def ask(self):
        return list(self.balance.ask())

    def print_key(self):
        """A line that nobody asked for, all of it there."""
        data = SPEAKERS[self.name].print_key(self.shown)
        self.wire.say(self.clock.now_s(), data)
        self.pass_s(1.0)

    def pass_s(self, seconds):
        self.clock.wait_until_s(self.clock.now_s() + seconds)
