"""Settings: all that follows from a configuration. They live while it is in force.

    settings = Settings(config)       # a checked configuration, see config.py
    pump.adopt(config, now_ms)        # makes other settings, and hands them to all that use them

parts.py sorts the objects of a pump by how long they live.
"""

from firmware.books import packing
from firmware.books.epoch import epoch_of
from firmware.errors import ConfigError, SnapshotError, shown
from firmware.guard.gate import Limits
from firmware.snapshot import Noticed, part, rows, whole
from firmware.syringe_geometry import backlash_steps
from firmware.therapy import patient_boluses, programs
from firmware.therapy.overlays import PATIENT
from firmware.therapy.plan_checks import daily
from firmware.therapy.restart import RESUME
from firmware.units import rate_of_dose

# Of a program in the journal, and of that and a bridge together: with all else full a checkpoint
# fits into a sector (decision 0169). A bridge of one dose goes with any program.
MOST_BYTES, MOST_TOGETHER = 560, 580


class Settings:
    """config: a checked configuration, or the harmless one; of: settings that differ from it in
    their program alone; stage: of a plan.
    """

    def __init__(self, config, of=None, stage=0):
        limits, head = config["limits"], config["head"]
        self.config = config
        # What the guards compare their numbers with stays what it was made from at first.
        self.epoch = of.epoch if of else epoch_of(head, config["drug"])
        self.limits = of.limits if of else Limits(limits, self.epoch.conc_ng_per_ml)
        self.reservoir = config["reservoir"]
        self.blind_pl = limits["blind_pl"]
        self.hold_at_rest = head["safe_state"] == "hold"
        self.patient_pl = patient_boluses.volume_pl(
            config["patient_bolus"], self.epoch.conc_ng_per_ml
        )  # of one bolus of the patient, 0 where there is none
        self.stopped_limit_ms = limits["stopped_limit_s"] * 1000
        self.supply_min_mv = limits["supply_min_mv"]
        self.stall_steps = limits["stall_steps"]
        self.backlash_steps = backlash_steps(config["syringe"], head["steps_per_rev"])
        self.resumes = config["pump"]["after_reset"] == RESUME
        self.store_grace_ms = config["pump"]["store_grace_s"] * 1000
        self.holiday_ms = limits["holiday_s"] * 1000
        self.program = programs.build(
            config["program"], self.limits.min_rate_pl_per_day, self.epoch.conc_ng_per_ml, stage
        )

    def restart_at(self, conc_ng_per_ml):
        """The highest basal rate until the dose is confirmed, pL/day; conc_ng_per_ml: from which a
        bridge derives its rate, None without one.
        """
        restart_ng = self.config["limits"]["restart_dose_ng_per_day"]
        if restart_ng is None:
            return self.limits.min_rate_pl_per_day
        rate = rate_of_dose(restart_ng, conc_ng_per_ml or self.epoch.conc_ng_per_ml)
        return min(rate, self.limits.program_max_rate_pl_per_day)

    def with_program(self, section, stage=0):
        """The same with another checked program, or another stage of a plan."""
        return Settings(dict(self.config, program=section), of=self, stage=stage)

    def daily(self, section):
        """What a program section, no plan, prescribes for its highest day, as it is stated."""
        least, conc = self.limits.min_rate_pl_per_day, self.epoch.conc_ng_per_ml
        return daily(section, least, conc, programs.build)

    def with_drug(self, drug, stage=0):
        """The same with another section `drug`: each rate anew from its dose. stage: of a plan."""
        return Settings(dict(self.config, drug=drug), stage=stage)

    def blind_steps(self):
        """Steps that may be queued, or turn at rest, before somebody looks."""
        return self.epoch.steps_of(self.blind_pl)

    def lockout_ms(self, kind):
        """The least time from one start of an overlay of this kind to the next, ms."""
        if kind is PATIENT:
            return self.config["patient_bolus"]["lockout_s"] * 1000
        return 0 if kind.lockout is None else self.config["limits"][kind.lockout] * 1000

    def needs_rest(self, other):
        """True if head or drug differ from `other`: adopted only while nothing moves."""
        mine, others = self.config, other.config
        same = mine["head"] == others["head"] and mine["syringe"] == others["syringe"]
        return not same or self.epoch.facts() != other.epoch.facts()


def check_size(section, own, bridge=None):
    """ConfigError for a program that leaves the other records no room in a sector. own: it is the
    configuration's, of which at most a stage is ever kept. bridge: the section in force, if any.
    """
    size, most = _kept_bytes(section, own), MOST_BYTES
    if bridge is not None:
        most = min(most, MOST_TOGETHER - len(packing.pack(bridge)))
    if size > most:
        raise ConfigError(
            "program",
            "one of %d bytes in the journal" % size,
            "at most %d, but for the configuration's own" % most,
            "use fewer steps or stages, or push it as the configuration's",
        )


def _kept_bytes(section, own):
    """The most that the journal may come to hold of a program."""
    possible = [stage["program"] for stage in section.get("stages", ())] + [section] * (not own)
    return max([len(packing.pack(one)) for one in possible] + [0])


class KeptProgram(Noticed):
    """The program in force, over a restart: the one that was set last, as long as the stored
    configuration is the one under which it was set. Another configuration brings its own (decision
    0081).

    stored: a config.Stored; digest: of its bytes
    section: the program in force
    drug: its section `drug`, if a refill has brought another than the configuration's, else None
    dropped: the program that was kept belongs to another configuration
    known: it belongs to the configuration that is stored
    """

    def __init__(self, stored, digest):
        self.section = self._own = stored.values["program"]
        self.drug = None
        self.dropped = self.known = False
        self._limits = stored.values["limits"]
        self._conc_ng_per_ml = stored.values["drug"]["conc_ng_per_ml"]
        self._digest = digest
        self._usable = stored.error is None
        self._waiting = None  # a record, while the configuration to which it belongs is unusable

    def set(self, section, digest=None):
        """This program is in force now; digest: of the configuration, if that is another."""
        self.section = section
        if digest is not None:
            self._digest = digest
            self._own = section
            self.drug = None
        self.changed = True

    def set_drug(self, drug):
        """A refill has brought this drug."""
        self.drug = drug
        self.changed = True

    def waits(self):
        """Does a record wait for a configuration that can be used?"""
        return self._waiting is not None

    def snapshot(self, now_ms):
        # The configuration's own is not written again: it may be longer than a sector has room.
        program = None if self.section == self._own else self.section
        kept = {"config": self._digest, "program": program}
        if self.drug is not None:
            kept["drug"] = [self.drug["name"], self.drug["conc_ng_per_ml"]]
        return self._waiting or kept

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        whole("program.config", part(snapshot, "config"), 0, (1 << 64) - 1)
        section = part(snapshot, "program")
        drug = self._drug_of(snapshot)
        if section is None or not self.is_of(snapshot):
            return
        try:
            conc = drug["conc_ng_per_ml"] if drug else self._conc_ng_per_ml
            programs.check(section, self._limits, conc)
        except ConfigError as error:
            raise SnapshotError("the program of a snapshot: %s" % error) from error

    def is_of(self, snapshot):
        """Was it set under the configuration that is stored, and can be used?"""
        return self._usable and snapshot["config"] == self._digest

    def section_in(self, snapshot):
        """The program of a record that `is_of` says is ours."""
        return self._own if snapshot["program"] is None else snapshot["program"]

    def check_size(self, section, bridge):
        """As check_size."""
        check_size(section, section == self._own, bridge)

    def check_bridge(self, section, field):
        """ConfigError for a bridge that leaves the other records no room beside the program."""
        size = len(packing.pack(section))
        most = MOST_TOGETHER - _kept_bytes(self.section, self.section == self._own)
        if size > most:
            raise ConfigError(
                field,
                "0, for a program of %d bytes in the journal" % size,
                "a program of at most %d" % most,
                "state one dose a day for the bridge",
            )

    @staticmethod
    def _drug_of(snapshot):
        """The section `drug` in a record, None if it is the configuration's. SnapshotError."""
        kept = snapshot.get("drug")  # a record from before a refill could bring one has none
        if kept is None:
            return None
        rows("program.drug", [kept], 2)
        if not isinstance(kept[0], str):
            raise SnapshotError("program.drug of a snapshot is %s, allowed is a text" % shown(kept))
        whole("program.drug ng/mL", kept[1])
        return {"name": kept[0], "conc_ng_per_ml": kept[1]}

    def restore(self, snapshot, now_ms):
        if not self._usable:
            self._waiting = snapshot
        elif snapshot["config"] == self._digest:
            self.known = True
            self.drug = self._drug_of(snapshot)
            self.section = self.section_in(snapshot)
        else:
            self.dropped = snapshot["program"] not in (None, self.section)
