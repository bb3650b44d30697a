"""Settings: all that follows from a configuration. They live while it is in force.

    settings = Settings(config)       # a checked configuration, see config.py
    pump.adopt(config, now_ms)        # makes other settings, and hands them to all that use them

parts.py sorts the objects of a pump by how long they live.
"""

from firmware.books.epoch import epoch_of
from firmware.guard.gate import Limits
from firmware.therapy import programs


class Settings:
    """config: a checked configuration, or the harmless one."""

    def __init__(self, config):
        limits, head = config["limits"], config["head"]
        self.config = config
        self.epoch = epoch_of(head, config["drug"])
        self.limits = Limits(limits, self.epoch.conc_ng_per_ml)
        self.program = programs.build(config["program"], self.limits.min_rate_pl_per_day)
        self.reservoir = config["reservoir"]
        self.blind_pl = limits["blind_pl"]
        self.hold_at_rest = head["safe_state"] == "hold"
        self.stopped_limit_ms = limits["stopped_limit_s"] * 1000
        self.supply_min_mv = limits["supply_min_mv"]
        self.stall_steps = limits["stall_steps"]

    def lockout_ms(self, kind):
        """The least time from one start of an overlay of this kind to the next, ms."""
        return self.config["limits"][kind.lockout] * 1000

    def needs_rest(self, other):
        """True if head or drug differ from `other`: adopted only while nothing moves."""
        heads = self.config["head"], other.config["head"]
        return heads[0] != heads[1] or self.epoch.facts() != other.epoch.facts()
