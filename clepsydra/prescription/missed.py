"""What was prescribed between two looks at a pump, and what of it its rotor gave. CPython only.

found = between(before, after, meant, config)
found.missed_pl, found.dose(found.missed_pl)
"""

from typing import Any, NamedTuple

from clepsydra.prescription.outlook import Outlook

_NOT_BASAL = ("bolus", "prime", "patient", "test", "take_up")


class Missed(NamedTuple):
    """All in pL, of the basal; span_ms: of the pump's time, or of civil time after a power-up"""

    span_ms: int
    prescribed_pl: int
    given_pl: int
    step_pl: int

    @property
    def missed_pl(self) -> int:
        """A part of a step at either end is nothing that was missed."""
        short_pl = self.prescribed_pl - self.given_pl
        return short_pl if short_pl >= 2 * self.step_pl else 0


def between(
    before: dict[str, Any], after: dict[str, Any], meant: Outlook, config: dict[str, Any]
) -> Missed | None:
    """before, after: raw statuses; meant: the program in force at both. None where nobody knows how
    long it was: the pump has started anew meanwhile, and its clock was unset.
    """
    span_ms = after["now_ms"] - before["now_ms"]
    if after["emitted_steps"] < before["emitted_steps"]:
        return None  # its books began anew
    if span_ms < 0:
        if before["wall_s"] is None or after["wall_s"] is None:
            return None
        span_ms = (after["wall_s"] - before["wall_s"]) * 1000
    local_ms = None
    if before["wall_s"] is not None:
        local_ms = (before["wall_s"] + before["offset_s"]) * 1000
    steps = after["moved_steps"] - before["moved_steps"] - _beside(after) + _beside(before)
    head = config["head"]
    given_pl = max(0, steps) * head["pl_per_rev"] // head["steps_per_rev"]
    step_pl = -(-head["pl_per_rev"] // head["steps_per_rev"])
    return Missed(span_ms, meant.used_pl(local_ms, span_ms, 0), given_pl, step_pl)


def _beside(raw: dict[str, Any]) -> int:
    """Steps that are none of the basal."""
    return sum(raw["by_source"].get(source, 0) for source in _NOT_BASAL)
