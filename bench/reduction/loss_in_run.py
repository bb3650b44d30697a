"""What the vessel lost while the pump ran: it follows the air, and blanks do not see all of it.
CPython only.

Two equal blanks are no proof that the loss was the same in between: it may have gone up and come
down, with the day. Where the air is logged in the run and in the blanks the loss follows it
(drive.py). Else the log itself tells how much there can have been: a loss that goes up makes the
flow seem to go down. What the flow did between the blanks may all have been the loss.
"""

from dataclasses import dataclass, replace

import numpy as np

from bench.inputs.log_file import Log
from bench.inputs.setup import Setup
from bench.inputs.setup_sections import Blanks
from bench.metrology.uncertainty import Input
from bench.reduction import drive
from bench.reduction.evaporation import Loss
from bench.reduction.gaps_and_steps import Tidy
from bench.shared.say import within

S_PER_MIN = 60
END = 8  # of the run, the part at either end that is compared with the whole
# The means over the ends see two thirds of what goes up and comes down between them, and the blanks
# lie further out: so much more than what is seen is allowed for
BEYOND = 2.0
NOISES = 2
WEIGHED = 0.5  # of a span, for its flow to be known
MOVED = {"humidity_pct": (10.0, "%"), "water_c": (1.0, "K"), "air_c": (2.0, "K")}

Span = tuple[float, float]


@dataclass(frozen=True)
class Profile:
    """How the loss went with the air: seconds of the mean loss that have gone by at `time_s`."""

    time_s: np.ndarray
    mean_s: np.ndarray

    def at(self, time_s: np.ndarray) -> np.ndarray:
        return np.interp(time_s, self.time_s, self.mean_s)


def follow(
    loss: Loss, log: Log, setup: Setup, span: Span
) -> tuple[Loss, Profile | None, list[str]]:
    """(the Loss over the span, how it went with the air if that is known, notes)"""
    drives = drive.of_log(log, setup)
    measured = [blank.drive_hpa for blank in loss.blanks]
    known = [one for one in measured if one is not None]
    if drives is None or not known or len(known) < len(measured):
        return loss, None, _moved(log, setup, span)
    inside = (log.time_s >= span[0]) & (log.time_s <= span[1])
    mean_hpa = float(np.mean(drives[inside])) if inside.any() else float(np.mean(drives))
    ratio = mean_hpa / float(np.mean(known))
    scaled = [replace(one, value=one.value * ratio, scale=one.scale * ratio) for one in loss.inputs]
    total = sum(one.value for one in scaled)
    trusted = abs(total) * abs(1 - 1 / ratio) * (1 - drive.TRUSTED)
    scaled.append(Input("evaporation, as the air drives it", 0.0, "mg/min", "rectangular", trusted))
    steps = np.diff(log.time_s, prepend=log.time_s[0])
    profile = Profile(log.time_s, np.cumsum(drives / mean_hpa * steps))
    note = f"the evaporation follows the air: {ratio:.3f} times that of the blanks"
    return replace(loss, inputs=tuple(scaled)), profile, [note]


def _moved(log: Log, setup: Setup, span: Span) -> list[str]:
    """A warning where what drives the loss moved, and nothing follows it."""
    inside = (log.time_s >= span[0]) & (log.time_s <= span[1])
    notes = []
    for column, (far, unit) in MOVED.items():
        values = log.columns.get(column)
        if values is None or np.isnan(values[inside]).all():
            continue
        went = float(np.nanmax(values[inside]) - np.nanmin(values[inside]))
        if went > far:
            name = column.rpartition("_")[0]
            moved = f"{name} moved by {went:.3g} {unit} meanwhile, and evaporation with it"
            notes.append(f"{moved}: log humidity_pct in the run and in the blanks")
    return notes


def with_change(
    loss: Loss,
    tidy: Tidy,
    delivered_mg: np.ndarray,
    *,
    setup: Setup,
    run: Span,
    span: Span,
    noise_mg: float,
) -> tuple[Loss, list[str]]:
    """(the Loss with what it may have changed between the blanks, notes); as it is where it is
    stated, or where the setup says how far to trust the blanks. The blanks lie at the ends of the
    `run`, of which the `span` is evaluated.
    """
    stated = setup.evaporation
    if not isinstance(stated, Blanks) or stated.uncertainty is not None or not loss.blanks:
        return loss, []
    blank_s = max(blank.lasts_s for blank in loss.blanks)
    off = _ends_off(tidy, delivered_mg, span, blank_s, noise_mg)
    if span[0] - run[0] > blank_s:
        off = max(off, _away_from_blanks(tidy, delivered_mg, run, span, blank_s, noise_mg))
    half = min(BEYOND * off, abs(loss.mg_per_min))
    if not half:
        return loss, []
    name = "evaporation, change during the run"
    note = f"the flow near the ends of the run differs from its mean by {within(off, ' mg/min')}"
    doubt = "nobody can tell whether the pump or the evaporation changed"
    remedy = "log humidity_pct, or state [evaporation] uncertainty"
    told = f"{note}, and {doubt}: it is in the budget; {remedy}"
    return (
        replace(loss, inputs=(*loss.inputs, Input(name, 0.0, "mg/min", "rectangular", half))),
        [told],
    )


def _ends_off(
    tidy: Tidy, delivered_mg: np.ndarray, span: Span, blank_s: float, noise_mg: float
) -> float:
    """By how much the mean of the flows near both ends differs from the mean flow, in mg/min,
    beyond what the noise makes; 0 where the log cannot tell.
    """
    from_s, to_s = span
    ends_s = min(max(blank_s, (to_s - from_s) / END), (to_s - from_s) / 3)
    flows = [
        _flow(tidy, delivered_mg, part)
        for part in ((from_s, from_s + ends_s), (to_s - ends_s, to_s), span)
    ]
    known = [flow for flow in flows if flow is not None]
    if len(known) < len(flows):
        return 0.0
    return _beyond_noise((known[0] + known[1]) / 2 - known[2], noise_mg, ends_s)


def _away_from_blanks(
    tidy: Tidy,
    delivered_mg: np.ndarray,
    run: Span,
    span: Span,
    blank_s: float,
    noise_mg: float,
) -> float:
    """The same where what is evaluated begins long after the first blank: by how much its mean flow
    lies off the line between the flows near the blanks, or off that near the last one alone, for
    what the pump does at the start is no loss; the smaller of the two.
    """
    near_s = min(max(blank_s, (run[1] - run[0]) / END), (run[1] - run[0]) / 3)
    begin = _flow(tidy, delivered_mg, (run[0], run[0] + near_s))
    end = _flow(tidy, delivered_mg, (run[1] - near_s, run[1]))
    mean = _flow(tidy, delivered_mg, span)
    if end is None or mean is None:
        return 0.0
    if begin is None:
        return _beyond_noise(mean - end, noise_mg, near_s)
    way = ((span[0] + span[1]) / 2 - run[0] - near_s / 2) / (run[1] - run[0] - near_s)
    line = begin + way * (end - begin)
    return _beyond_noise(min(abs(mean - end), abs(mean - line)), noise_mg, near_s)


def _beyond_noise(off: float, noise_mg: float, over_s: float) -> float:
    return max(0.0, abs(off) - NOISES * noise_mg / over_s) * S_PER_MIN


def _flow(tidy: Tidy, delivered_mg: np.ndarray, span: Span) -> float | None:
    """Of what was weighed in a span, mg/s; None if that is less than half of it."""
    gained = lasted = 0.0
    for first, last in tidy.pieces:
        times = tidy.time_s[first : last + 1]
        inside = np.flatnonzero((times >= span[0] - 1e-9) & (times <= span[1] + 1e-9))
        if len(inside) > 1:
            a, b = first + int(inside[0]), first + int(inside[-1])
            gained += float(delivered_mg[b] - delivered_mg[a])
            lasted += float(tidy.time_s[b] - tidy.time_s[a])
    return gained / lasted if lasted >= WEIGHED * (span[1] - span[0]) else None
