"""What is kept of a therapy, for the oracle. Plain data, seen from outside the pump."""

from dataclasses import dataclass, field


@dataclass
class Therapy:
    """What is asked for. Times are true ms from the beginning.

    entries: [(at_ms, what, argument)], sorted: "bytes" to the pump, "fill" of the reservoir (pL),
        "fault" (a dict with kind, lasts_ms and more), "cut" (a dict with off_ms and cause)
    slow: the passes take time; late_ms: how late each wake-up comes, over and over
    watched: the machine looks at the sensors every 4 s, as a board does, though nothing is wrong
    noise: of the rotor's sensor, {"rms_counts", "bent_counts"}, or None
    """

    seed: int
    config: dict
    truth: dict
    duration_ms: int
    entries: list
    kind: str = "hostile"
    slow: bool = False
    late_ms: tuple = ()
    watched: bool = False
    noise: dict | None = None
    raw_ms: int = 0


@dataclass
class Life:
    """From a power-up to the next. Times are ms of the pump's own clock, since that power-up.

    base_ms: true ms of the power-up; off_ms: how long the power was off before it; cause: of the
        reset; end_ms: where it ended
    sent, heard: [(ms, bytes)] to and from the pump
    pulses_us: instants of all pulses that left the pin; directions: +1 or -1 of each
    sounds, lamps: [(ms, pattern)] at each change
    mishaps: [(ms, what, "begins" or "ends", the fault)]
    looks: [(ms, emitted, rotor steps, pL in the reservoir)], often enough
    inputs: [(ms, level switch, pressure switch, door, button)] at each change
    supply: [(ms, mV)] at each change
    error: None, or how the pump's loop ended by itself
    """

    base_ms: int
    off_ms: int = 0
    cause: int = 0
    end_ms: int = 0
    sent: list = field(default_factory=list)
    heard: list = field(default_factory=list)
    pulses_us: object = None
    directions: object = None
    sounds: list = field(default_factory=list)
    lamps: list = field(default_factory=list)
    mishaps: list = field(default_factory=list)
    looks: list = field(default_factory=list)
    inputs: list = field(default_factory=list)
    supply: list = field(default_factory=list)
    filled: list = field(default_factory=list)  # [(ms, pL)]: what a person filled in
    last_pass_ms: int = 0  # the pump's last pass began here, or later
    underruns: int = 0
    slow_ms: int = 0  # that passed inside passes
    error: str | None = None


@dataclass
class Record:
    therapy: Therapy
    lives: list
