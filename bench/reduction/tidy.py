"""What happens to a balance while it weighs: gaps, tare steps, bumps, drops. Told apart, flagged,
and never bridged. CPython only.

    tidy = sort_out(log.time_s, log.mass_mg, gap_s=90, rate_mg_per_s=0.006, noise_mg=0.1,
    readability_mg=0.1)
    tidy.pieces     # [(first, last)] row ranges within which the mass is continuous
    tidy.flags      # what was found, for the report

A jump is what neither noise nor 2.5 times the flow explains. Jumps up that come again and again at
one size are drops or shots and belong to the flow, as do small ones down if the pump draws back.
Others that cancel each other within a minute are a bump: the readings between are left out. What
remains is a step (tare, vessel emptied, something put on): the log is cut there. A hole in time is
a gap: the log is cut there too.
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np

# A disturbance that has not gone back by then, or by the second reading after it, is a step
BUMP_S = 60.0
SETTLE_S = 5.0  # left out after a disturbance; a balance needs some 3 s to settle
AROUND = 5  # readings before and after a disturbance, whose medians are compared
STIR_S = 1.0  # left out before it: the hand arrives before the jump
# Standard deviations; a difference of two readings goes beyond once in 10**8, the readability aside
NOISES = 8
STEPS = 3  # of readability
FLOWS = 2.5  # times the flow: a peristaltic pump's peaks stay below
LEAST_DROPS, FEWEST_DROPS = 5, 2
SCARCE = 0.5  # of what the set rate brings: when the rest is less, the jumps are the flow
SHAKEN = 0.5  # of the jumps down as many up, and of that size
MOST_FLOW = 3.0  # times what the set rate brings: more in large jumps is no shots of a pump
DROP_RANGE = (0.3, 2.5)  # of the usual drop; two may fall between two readings
# A drop of water from a 5 mm tube has 100 mg; only shots that are all of the flow may be larger
LARGEST_DROP_MG = 100.0
ALIKE = 0.7  # of the jumps up have the usual size
DROPWISE = 0.4  # at least so much comes in drops, for one part that comes otherwise
LONG_PCT = 95  # of the intervals between readings are shorter than a long one
MAD = 1.4826  # from median absolute deviation to standard deviation, of a normal distribution
INNER, INNER_SD = (
    0.98,
    1.07,
)  # share of the distances that counts, and from their root mean square to standard deviation, likewise


@dataclass(frozen=True)
class Flag:
    """Something found in a log: `kind`, from when to when (s), and a sentence."""

    kind: str
    from_s: float
    to_s: float
    text: str


@dataclass
class Tidy:
    """A log sorted out.

    `noise_mg` is the scatter from reading to reading, `drop_mg` the usual drop or shot, 0 if none
    is seen.
    """

    time_s: np.ndarray
    mass_mg: np.ndarray
    pieces: list = field(default_factory=list)
    flags: list = field(default_factory=list)
    noise_mg: float = 0.0
    usual_s: float = 0.0
    drop_mg: float = 0.0
    drop_times_s: np.ndarray = field(default_factory=lambda: np.empty(0))


def sort_out(time_s, mass_mg, gap_s, rate_mg_per_s, noise_mg, readability_mg, loss_mg_per_s=0.0):
    """A Tidy of readings at times that never go back. `noise_mg` and `readability_mg` are the
    balance's; what the pump and evaporation should bring and take is `rate_mg_per_s` and
    `loss_mg_per_s`.

    `gap_s` may be None: then it is `long_gap_s`.
    """
    flags = []
    time_s, mass_mg = without_twins(time_s, mass_mg, flags)
    steps_s = np.diff(time_s)
    usual_s = float(np.median(steps_s))
    scatter = scatter_mg(time_s, mass_mg)
    rate = max(abs(rate_mg_per_s), _usual_rate(time_s, mass_mg))
    limit = NOISES * max(scatter, noise_mg) + STEPS * readability_mg
    gains = np.diff(mass_mg)
    gap_s = long_gap_s(time_s) if gap_s is None else max(gap_s, 1.001 * usual_s)
    near = steps_s <= gap_s
    up, down = (
        near & (gains > limit + FLOWS * rate * steps_s),
        near & (gains < -limit - (rate + FLOWS * loss_mg_per_s) * steps_s),
    )
    drops, drop_mg = _drops(
        gains, up, float(gains[~up & ~down].sum()), rate_mg_per_s * float(time_s[-1] - time_s[0])
    )
    back, back_mg = _backflow(gains, up, down, drop_mg)
    foreign = np.flatnonzero((up & ~drops) | (down & ~back))
    keep = np.ones(len(time_s), dtype=bool)
    cuts = _disturbances(
        time_s, mass_mg, foreign, limit + FLOWS * rate * usual_s, rate, keep, flags
    )
    tidy = Tidy(
        time_s[keep], mass_mg[keep], flags=flags, noise_mg=scatter, usual_s=usual_s, drop_mg=drop_mg
    )
    tidy.drop_times_s = time_s[1:][drops]
    _cut(tidy, cuts, gap_s)
    if not drop_mg:
        tidy.noise_mg = max(scatter, _lumpy_mg(tidy))
    whole = float(time_s[0]), float(time_s[-1])
    if drop_mg:
        flags.append(
            Flag(
                "drops",
                *whole,
                f"{int(drops.sum())} jumps of some {drop_mg:.3g} mg: the flow comes in drops or shots",
            )
        )
    if back_mg:
        flags.append(
            Flag(
                "backflow",
                *whole,
                f"{int(back.sum())} times some {back_mg:.3g} mg went back: the flow pulsates",
            )
        )
    flags.sort(key=lambda flag: flag.from_s)
    return tidy


def long_gap_s(time_s, most_s=math.inf):
    """Three usual intervals and a second; in a log that is irregular throughout three of its long
    intervals, up to most_s.
    """
    usual_s, long_s = np.percentile(np.diff(time_s), (50, LONG_PCT))
    return float(max(3 * usual_s, min(3 * long_s, most_s), 1.0))


def without_twins(time_s, mass_mg, flags):
    """Of readings with one time stamp the first."""
    first = np.concatenate(([True], np.diff(time_s) > 0))
    twins = np.flatnonzero(~first)
    if len(twins):
        text = f"{len(twins)} readings have the time stamp of the one before and are left out"
        flags.append(Flag("twins", float(time_s[twins[0]]), float(time_s[twins[-1]]), text))
    return time_s[first], mass_mg[first]


def scatter_mg(time_s, mass_mg):
    """Standard deviation of one reading, from its distance to the line between its neighbours; a
    median, so that jumps do not count.
    """
    off = _off_mg(time_s, mass_mg)
    return float(MAD * np.median(np.abs(off))) if len(off) else 0.0


def _off_mg(time_s, mass_mg):
    """How far each reading but the first and the last is from the line between its neighbours,
    scaled to scatter as a reading does.
    """
    if len(time_s) < 3:
        return np.empty(0)
    before = (time_s[2:] - time_s[1:-1]) / (time_s[2:] - time_s[:-2])
    off = mass_mg[1:-1] - before * mass_mg[:-2] - (1 - before) * mass_mg[2:]
    return off / np.sqrt(1 + before**2 + (1 - before) ** 2)


def _lumpy_mg(tidy):
    """As scatter_mg within the pieces, but of all save the largest fiftieth: of readings in every
    few of which a drop fell a median is blind.
    """
    parts = [
        _off_mg(tidy.time_s[first : last + 1], tidy.mass_mg[first : last + 1])
        for first, last in tidy.pieces
    ]
    off = np.abs(np.concatenate([np.empty(0), *parts]))
    if not len(off):
        return 0.0
    inner = math.ceil(INNER * len(off))
    return float(INNER_SD * np.sqrt(np.mean(np.partition(off, inner - 1)[:inner] ** 2)))


def _usual_rate(time_s, mass_mg, blocks=100):
    """The median over blocks of the log of how fast the mass changes, in mg/s, as a positive
    number.
    """
    edges = np.unique(np.linspace(0, len(time_s) - 1, blocks + 1).astype(int))
    return abs(float(np.median(np.diff(mass_mg[edges]) / np.diff(time_s[edges]))))


def _alike(sizes, among, least):
    """(which of the jumps `among` have the usual size, that size), or (none, 0) if fewer than
    `least` or than ALIKE of them do.
    """
    none = np.zeros(len(among), dtype=bool)
    if among.sum() < least:
        return none, 0.0
    usual = float(np.median(sizes[among]))
    found = among & (sizes >= DROP_RANGE[0] * usual) & (sizes <= DROP_RANGE[1] * usual)
    return (found, usual) if found.sum() >= max(least, ALIKE * among.sum()) else (none, 0.0)


def _drops(gains, up, rest_mg, expected_mg):
    """(which jumps are drops or shots, their usual size): alike, and many that are a good part of
    what was gained beside `rest_mg`;

    few are enough if without them hardly anything came of what was expected.
    """
    scarce = rest_mg < SCARCE * expected_mg
    drops, usual = _alike(gains, up, FEWEST_DROPS if scarce else LEAST_DROPS)
    brought_mg = float(gains[drops].sum())
    too_large = usual > LARGEST_DROP_MG and not (scarce and brought_mg <= MOST_FLOW * expected_mg)
    if too_large or brought_mg < DROPWISE * max(rest_mg, 0.0):
        return np.zeros(len(gains), dtype=bool), 0.0
    return drops, usual


def _backflow(gains, up, down, drop_mg):
    """(which jumps down are the pump's, their usual size): a roller that lets go draws back, again
    and again, less than it brought.

    As many jumps up of that size are no pump but something that shakes the balance.
    """
    back, usual = _alike(-gains, down, LEAST_DROPS)
    shaken = up.sum() >= SHAKEN * down.sum() and not usual < SHAKEN * drop_mg
    if usual > LARGEST_DROP_MG or shaken or -gains[back].sum() > SCARCE * gains[~back].sum():
        return np.zeros(len(gains), dtype=bool), 0.0
    return back, usual


def _disturbances(time_s, mass_mg, jumps, limit, rate, keep, flags):
    """Marks in `keep` what is not to be used; returns [(from_s, to_s)] of the steps."""
    cuts = []
    usual_s = float(np.median(np.diff(time_s)))
    before_s, after_s = (0.0, 0.0) if usual_s >= SETTLE_S else (STIR_S, SETTLE_S)
    for first, last in _groups(time_s, jumps, max(BUMP_S, 2.5 * usual_s)):
        from_s, to_s = float(time_s[first]), float(time_s[last + 1])
        after, before = (
            slice(last + 1, last + 1 + AROUND),
            slice(max(0, first + 1 - AROUND), first + 1),
        )
        net, lasts_s = (
            float(np.median(values[after]) - np.median(values[before]))
            for values in (mass_mg, time_s)
        )
        net -= rate * lasts_s
        begin, end = (
            np.searchsorted(time_s, from_s - before_s, "right"),
            np.searchsorted(time_s, to_s + after_s, "left"),
        )
        keep[begin:end] = False
        if last > first and abs(net) <= limit:
            size = float(np.max(np.abs(mass_mg[first + 1 : last + 1] - mass_mg[first])))
            flags.append(
                Flag("bump", from_s, to_s, f"a bump of {size:.4g} mg that went back: left out")
            )
        else:
            cuts.append((from_s, to_s))
            flags.append(
                Flag(
                    "step",
                    from_s,
                    to_s,
                    f"a step of {net:+.5g} mg, not delivered: the log is cut there",
                )
            )
    return cuts


def _groups(time_s, jumps, apart_s):
    """Jumps no further than apart_s from the one before belong together: [(first, last)]."""
    if not len(jumps):
        return []
    breaks = np.flatnonzero(np.diff(time_s[jumps]) > apart_s) + 1
    return [(part[0], part[-1]) for part in np.split(jumps, breaks)]


def _cut(tidy, cuts, gap_s):
    """Fills `pieces`, and flags the gaps."""
    holes = np.diff(tidy.time_s) > gap_s
    for _, to_s in cuts:
        at = int(np.searchsorted(tidy.time_s, to_s))
        if 0 < at < len(tidy.time_s):
            holes[at - 1] = True
    for hole in np.flatnonzero(holes):
        _tell_hole(tidy, float(tidy.time_s[hole]), float(tidy.time_s[hole + 1]), cuts, gap_s)
    edges = np.concatenate(([-1], np.flatnonzero(holes), [len(tidy.time_s) - 1]))
    tidy.pieces = [(int(a) + 1, int(b)) for a, b in zip(edges[:-1], edges[1:]) if b - a >= 2]


def _tell_hole(tidy, start, end, cuts, gap_s):
    """Flags a hole as a gap, unless it is at one of the cuts; where it is no more than what a bump
    left out, the bump's flag says so.
    """
    if any(start <= to_s and from_s <= end for from_s, to_s in cuts):
        return
    for n, flag in enumerate(tidy.flags):
        if (
            flag.kind == "bump"
            and flag.from_s - STIR_S - gap_s <= start <= flag.from_s
            and flag.to_s <= end <= flag.to_s + SETTLE_S + gap_s
        ):
            tidy.flags[n] = replace(flag, text=f"{flag.text}, and the log is cut there")
            return
    tidy.flags.append(
        Flag(
            "gap",
            start,
            end,
            f"no usable reading for {end - start:.4g} s: nothing is assumed about the flow meanwhile",
        )
    )
