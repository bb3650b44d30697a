"""Fluid line: what lies between the pump and the tip, and what is in it.

    line.tip_ng(drawn_pl)                     # past the tip, by plug flow
    conc, until_pl = line.at_tip(drawn_pl)    # the highest that may be at the tip, and up to where

The content is a list of slugs, first in first out. Nothing is moved while the pump runs: a slug is
known by the drawn volume (Ledger.drawn_pl) at which it began to enter the line, and it is at the
tip once the volume of the path was drawn in addition. So all is exact, and costs nothing in a pass.
"""

from firmware.books.primes import Primes
from firmware.books.slugs import CONC, FROM, NEVER_PL, UNKNOWN
from firmware.snapshot import Noticed, number, part, rows, whole

_MOST_AG = 1 << 69
# In this order in a record
_OF_PRIME = ("half_pl", "prime_to_pl", "prime_conc", "short", "unbridged", "tube_pl", "tube_conc")
_NO_PRIME = [0] * len(_OF_PRIME)
_PARTS = ("tubing_pl", "catheter_pl", "holds_tubing_ng_per_ml", "holds_catheter_ng_per_ml")


class FluidLine(Primes, Noticed):
    """section: `line` of a configuration; conc_ng_per_ml: of the reservoir, 0 without a drug.

    bridge: the program section whose doses are given at the concentration at the tip, None if none
    """

    def __init__(self, section, conc_ng_per_ml):
        Primes.__init__(self, conc_ng_per_ml)
        self.bridge = None
        self.known = False  # it holds what a record says
        self._waits = False
        self._waiting = None  # a record, while the configuration is unusable
        self._state(section)
        self.fill(0)
        self.changed = False

    def _state(self, section):
        self._stated = [-1 if section[name] is None else section[name] for name in _PARTS]
        self._tubing_pl = section["tubing_pl"]
        self.path_pl = self._tubing_pl + section["catheter_pl"]
        self._tolerance_pl = -(-self.path_pl * section["tolerance_ppt"] // 1000)

    def fill(self, drawn_pl, doubt_pl=0):
        """It holds what the configuration states."""
        self.bridge_by(None, 0)
        self.short = 0
        self._doubt_pl = max(self._doubt_pl, doubt_pl)
        tubing_pl, _, in_tubing, in_catheter = self._stated
        self._at_pl = max(self._at_pl, drawn_pl)
        self._slugs = []
        if self.path_pl:
            self._add(drawn_pl - self.path_pl, in_catheter)
            self._add(drawn_pl - tubing_pl, in_tubing)
        self._add(drawn_pl, self._conc)
        self._judge()

    def lost(self, drawn_pl):
        """The books are lost, or it was off: nobody knows what it holds."""
        self.bridge_by(None, 0)
        self.short = 0
        self._slugs = []
        if self.path_pl:
            self._add(drawn_pl - self.path_pl, UNKNOWN)
        self._add(drawn_pl, self._conc)
        self._judge()

    def adopt(self, section, drawn_pl):
        """Another configuration is in force. One that states another line states its content."""
        before = self._stated
        self._state(section)
        if self._stated != before:
            self.look(drawn_pl, 0)
            self.fill(drawn_pl)
        self._set_seal()

    def flushed(self, conc_ng_per_ml, drawn_pl):
        """The catheter was aspirated, and holds this from the tubing to the tip."""
        at_pl, slugs = drawn_pl - self._tubing_pl, self._slugs
        self.short = 0
        while len(slugs) > 1 and slugs[1][FROM] <= at_pl:
            slugs.pop(0)
        if slugs[0][FROM] < at_pl:
            slugs[0][FROM] = at_pl
        if slugs[0][CONC] != conc_ng_per_ml:
            slugs.insert(0, [drawn_pl - self.path_pl, conc_ng_per_ml, self._doubt_pl])
        self._judge()

    def confirmed(self, conc_ng_per_ml):
        """A person knows what was unknown."""
        known = []
        for slug in self._slugs:
            if slug[CONC] == UNKNOWN:
                slug[CONC] = conc_ng_per_ml
            if not known or known[-1][CONC] != slug[CONC]:
                known.append(slug)
        self._slugs = known
        self._judge()

    def is_known(self):
        """Whether somebody knows what all of it is."""
        return UNKNOWN not in [slug[CONC] for slug in self._slugs]

    def enters(self, conc_ng_per_ml, drawn_pl):
        """The reservoir holds another concentration from here on."""
        self._conc = conc_ng_per_ml
        self._add(drawn_pl, conc_ng_per_ml)
        self._judge()

    def _add(self, from_pl, conc):
        slugs = self._slugs
        if slugs and slugs[-1][FROM] == from_pl:
            slugs.pop()  # nothing of it came in
        if not slugs or slugs[-1][CONC] != conc:
            slugs.append([from_pl, conc, self._doubt_pl])

    def _judge(self):
        """Forget the slugs that are past the tip for certain."""
        slugs = self._slugs
        while len(slugs) > 1 and self._at_pl >= self._behind(slugs[1]):
            slugs.pop(0)
        self.mixed = len(slugs) > 1
        if not self.mixed:
            self.short = self.unbridged = 0
        self._set_seal()
        self.changed = True

    def _total(self):
        # Looked at while the pump runs: without a call or a list for what is rarely there.
        total = sum(self._stated) + self._tubing_pl + self.path_pl + self._tolerance_pl
        total += self._conc + self._doubt_pl + self.half_pl + self.prime_to_pl + self.prime_conc
        total += self.short + self.unbridged + self.tube_pl + self.tube_conc
        for slug in self._slugs:
            total += sum(slug)
        for row in self.primed:
            total += sum(row)
        return total

    def _set_seal(self):
        self._seal = ~self._total()

    def is_whole(self):
        """Whether no number has changed by itself but the sums of what is past the tip."""
        return self._total() == ~self._seal

    def look(self, drawn_pl, doubt_pl):
        """So much was drawn, and of all that was ever drawn so much may not have moved."""
        if drawn_pl > self._at_pl:
            self._tip_ag += self._sum(self.plug_at, self._at_pl, drawn_pl)
            self._counted_ag += self._sum(self.at_tip, self._at_pl, drawn_pl)
            self._at_pl = drawn_pl
        if doubt_pl > self._doubt_pl:
            self._doubt_pl = doubt_pl
            self._set_seal()
        if self.mixed and drawn_pl >= self._behind(self._slugs[1]):
            self._judge()

    def begin_prime(self, front_pl, drawn_pl, volume_pl):
        Primes.begin_prime(self, front_pl, drawn_pl, volume_pl)
        self._set_seal()

    def prime_over(self, drawn_pl, complete, bridged, now_ms):
        Primes.prime_over(self, drawn_pl, complete, bridged, now_ms)
        self._set_seal()

    def wait(self):
        """The configuration is unusable: what a record says of the line is kept as it is."""
        self._waits = True

    def bridge_by(self, section, drawn_pl=0, unbridged=0):
        """A bridge gives the doses of this program section; None: none."""
        self.bridge = section
        self.unbridged = unbridged
        if section is None:
            self.tube_pl = 0
        elif drawn_pl >= self.tube_pl:
            self.tube_pl, self.tube_conc = self._tube(drawn_pl)
        self._set_seal()

    # What survives a restart

    def snapshot(self, now_ms):
        """Few bytes: it is in every checkpoint. line: as stated, then the sums and the doubt."""
        if self._waiting is not None:
            return self._waiting
        sums = [self._at_pl, self._tip_ag, self._counted_ag, self._doubt_pl]
        kept = {"line": self._stated + sums, "slugs": [list(slug) for slug in self._slugs]}
        if self.bridge is not None:
            kept["bridge"] = self.bridge
        prime = [getattr(self, name) for name in _OF_PRIME]
        if max(prime):  # as with few pumps, and a checkpoint is short
            kept["prime"] = prime
        if self.primed:
            kept["primed"] = [[ng, now_ms - at_ms] for ng, at_ms in self.primed]
        return kept

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        rows("line", [part(snapshot, "line")], len(_PARTS) + 4)
        for pl in snapshot["line"][:4]:
            whole("line as stated", pl, UNKNOWN)
        at_pl, tip_ag, counted_ag, doubt_pl = snapshot["line"][4:]
        whole("line at_pl", at_pl)
        whole("line tip_ag", tip_ag, 0, _MOST_AG)
        whole("line counted_ag", counted_ag, 0, _MOST_AG)
        whole("line doubt_pl", doubt_pl)
        rows("line slugs", part(snapshot, "slugs"), 3)
        whole("number of line slugs", len(snapshot["slugs"]), 1)
        before_pl = -NEVER_PL
        for from_pl, conc, doubt_pl in snapshot["slugs"]:
            number("line slugs from", from_pl)
            whole("line slugs in order", from_pl - before_pl, 1, 1 << 63)
            whole("line slugs ng/mL", conc, UNKNOWN)
            whole("line slugs doubt", doubt_pl)
            before_pl = from_pl
        rows("line prime", [snapshot.get("prime", _NO_PRIME)], len(_OF_PRIME))
        rows("line primed", snapshot.get("primed", []), 2)
        for row in [snapshot.get("prime", _NO_PRIME)] + snapshot.get("primed", []):
            for value in row:
                whole("a number of line prime", value)

    def restore(self, snapshot, now_ms):
        if self._waits:
            self._waiting = snapshot
            return
        self._at_pl, self._tip_ag, self._counted_ag, self._doubt_pl = snapshot["line"][4:]
        self.primed = [[ng, now_ms - age_ms] for ng, age_ms in snapshot.get("primed", [])]
        # A configuration that states another line states its content, too.
        self.known = list(snapshot["line"][:4]) == self._stated
        if self.known:
            self._slugs = [list(slug) for slug in snapshot["slugs"]]
            self.bridge = snapshot.get("bridge")
            for name, value in zip(_OF_PRIME, snapshot.get("prime", _NO_PRIME)):
                setattr(self, name, value)
        self._judge()
