"""Clepsydra's programmer: what a person drives a pump with. For the bench; never on a person or an
animal.

    import clepsydra

    with clepsydra.connect("sim") as pump:
        print(pump.status().state)

The command line is `python -m clepsydra`; docs/programmer.md describes both.
"""

from clepsydra.amounts import Dose, Flow, Span, Volume
from clepsydra.confirmed_pump import ConfirmedPump as Pump
from clepsydra.confirmed_pump import connect
from clepsydra.errors import (
    BadInput,
    ClepsydraError,
    LinkLost,
    NoKey,
    NoPump,
    NotAsSent,
    NotBegun,
    NotConfirmed,
    Refused,
    WrongKey,
)
from clepsydra.pump.readings import Alarm, Event, Identity, Status

__all__ = [
    "Alarm",
    "BadInput",
    "ClepsydraError",
    "Dose",
    "Event",
    "Flow",
    "Identity",
    "LinkLost",
    "NoKey",
    "NoPump",
    "NotAsSent",
    "NotBegun",
    "NotConfirmed",
    "Pump",
    "Refused",
    "Span",
    "Status",
    "Volume",
    "WrongKey",
    "connect",
]
