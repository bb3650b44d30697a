"""The simulated world behind a live pump: faults to be let loose, and how fast its time goes.
CPython only.
"""

from typing import Any, NamedTuple

from host_sim.live import running
from host_sim.live.live_commands import fault_of, why_unseen
from host_sim.live.running import Running


class Offer(NamedTuple):
    """A fault with a button; lasting: it has another one that ends it."""

    kind: str
    label: str
    what: str
    values: tuple[str, ...] = ()
    lasting: bool = True


OFFERS = (
    Offer("stall", "Stall the rotor", "a magnet holds it; the pump tries again and again"),
    Offer("occlusion", "Occlude the line", "pressure builds up until the motor slips"),
    Offer("magnet", "Bring a magnet", "as a scanner does: rotor held, its sensor silent"),
    Offer("encoder_dead", "Kill the sensor", "the rotor's sensor says nothing more"),
    Offer(
        "driver_reset", "Reset the driver", "the stepper driver loses its settings", lasting=False
    ),
    Offer("empty_early", "Lose 1 mL", "unknown to the books", ("volume=1 mL",), lasting=False),
    Offer("supply_dip", "Sag the supply", "to 4.2 V", ("to=4.2 V",)),
    Offer(
        "power_cut", "Cut the power", "for 5 s, then it starts anew", ("lasts=5 s",), lasting=False
    ),
)
SPEEDS = ("1", "60", "600", "3600")


class DemoWorld:
    """run: the live pump; going: kinds of faults that were let loose and not ended"""

    def __init__(self, run: Running) -> None:
        self.run = run
        self.going: set[str] = set()
        self.offers = [offer for offer in OFFERS if not why_unseen(run, offer.kind)]

    def look(self) -> dict[str, Any]:
        """What the world says: speed, sounder, lamp, volumes. NotRunning."""
        return running.ask(self.run, {"do": "look"})

    def begin(self, kind: str) -> None:
        for offer in self.offers:
            if offer.kind == kind:
                order = {"do": "fault", "fault": fault_of(kind, list(offer.values))}
                running.ask(self.run, order)
                if offer.lasting:
                    self.going.add(kind)

    def end(self, kind: str) -> None:
        if kind in self.going:
            running.ask(self.run, {"do": "over", "fault": fault_of(kind, [], over=True)})
            self.going.discard(kind)

    def hasten(self, speed: str) -> None:
        if speed in SPEEDS:
            running.ask(self.run, {"do": "speed", "speed": speed})
