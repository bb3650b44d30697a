"""A pump that gives shots: where in its cycle they come, so that sampling can keep away from them.
CPython only.

IEC 60601-2-24:1998, 50.105, samples in step with the shots. Their place in the cycle is read off
the log as a mean over all cycles, so that a single shot may drown in the balance's noise.
"""

from dataclasses import dataclass

import numpy as np

from bench.inputs.setup import Setup
from bench.reduction.gaps_and_steps import Tidy

# Of all that was gained points one way: below this the flow does not come in shots of this cycle
CLEAR = 0.5


@dataclass(frozen=True)
class Rhythm:
    """`quiet_s` after the start, and every cycle later, is the middle between two shots. `share`
    says how clearly the log shows them: 1 is a shot in an instant, 0 a steady flow or another
    cycle.
    """

    quiet_s: float
    share: float

    @property
    def clear(self) -> bool:
        """Whether the flow comes in shots of this cycle."""
        return self.share >= CLEAR


def rhythm(tidy: Tidy, volume: np.ndarray, *, cycle_s: float, start_s: float) -> Rhythm:
    """The Rhythm of a log; `volume` is what was delivered up to each of its readings.

    Each gain is a vector of that length at its phase of the cycle. Shots add up to a long vector
    that points to them; a steady flow points everywhere and cancels out.
    """
    pointer, gained = 0j, 0.0
    for first, last in tidy.pieces:
        times, gains = tidy.time_s[first : last + 1], np.diff(volume[first : last + 1])
        middles = (times[1:] + times[:-1]) / 2
        pointer += complex(np.sum(gains * np.exp(2j * np.pi * (middles - start_s) / cycle_s)))
        gained += float(gains.sum())
    share = min(1.0, abs(pointer) / gained) if gained > 0 else 0.0
    return Rhythm(float((np.angle(pointer) / (2 * np.pi) + 0.5) % 1.0) * cycle_s, share)


def of_setup(
    tidy: Tidy, volume_ul: np.ndarray, setup: Setup, start_s: float
) -> tuple[Rhythm | None, list[str]]:
    """(the clear Rhythm of a pump that gives shots, else None; notes)"""
    if not setup.shots:
        return None, []
    cycle_s = setup.shots.cycle_s
    found = rhythm(tidy, volume_ul, cycle_s=cycle_s, start_s=start_s)
    if found.clear:
        return found, []
    unclear = f"no shots can be told every {cycle_s:g} s, so sampling is not in step with them"
    return None, [f"{unclear}; a whole shot is allowed for; see [shots] cycle"]
