"""Who stopped a pump, in words (S24). CPython only.

rate_text(status)          # "0 mL/d, stopped 12 min ago by the stop input"
stopped_text(status)       # "stopped 12 min ago by the stop input", "" where nobody did
"""

from clepsydra.pump.readings import Status
from firmware.link.key_slots import ROLES
from firmware.states import STOPPERS
from host_sim.shared.number_text import span

LEAVE_IT = "leave it stopped? It beeps every 5 min until"


def rate_text(status: Status) -> str:
    """What it delivers, and where it is stopped by whom."""
    return ", ".join(text for text in (str(status.rate), stopped_text(status)) if text)


def stopped_text(status: Status) -> str:
    """As the pump says it; of a paired pump with the key that asked for it."""
    by = status.raw["stopped_by"]
    if by is None:
        return ""
    return f"stopped {span(by['for_ms'] // 1000 * 1000)} ago by {stopper(status)}"


def stopper(status: Status) -> str:
    """Who it was, "" where nobody did."""
    by = status.raw["stopped_by"]
    if by is None:
        return ""
    if by["slot"] is not None:
        return f"the key of slot {by['slot']}, of a {ROLES[by['role'] - 1]}"
    return STOPPERS.get(by["why"], "the pump itself")
