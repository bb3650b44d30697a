"""Changes of what the line carries: another concentration, and the bridge until it is at the tip.

    pump.change_drug(name, conc_ng_per_ml, section, now_ms)
    pump.bridge_with(section, now_ms)

What was asked for is judged before, by the command (link/line_commands.py).
"""

from firmware import events, states
from firmware.books.life import NEVER_MS
from firmware.parts import Parts
from firmware.therapy import bridge
from firmware.units import MS_PER_DAY, MS_PER_MIN

# Of which part of the line an event LINE_STATED is
UNKNOWN_PARTS = 1
CATHETER = 2
ALL_OFF = 3  # it was off, or the open head has turned: nobody knows what it holds
LOOK_MS = 15 * MS_PER_MIN  # so often the fronts of a mixed line are looked at, at least


class LineChanges(Parts):
    """As Parts."""

    def change_drug(self, drug, section, now_ms):
        """The reservoir holds another drug or concentration: a new epoch, at one instant. section:
        whose doses a bridge gives, None to leave it out.
        """
        before = self.books.epoch.conc_ng_per_ml
        if self.delivery.active:
            self.delivery.end(events.RUN_REFILLED)
            self.begins = self.state.now == states.INFUSING
        now_ms = self.adopt_settings(self.settings.with_drug(drug, self.plan.stage))
        self.plan.concentration(before, drug["conc_ng_per_ml"])
        self.kept_program.set_drug(drug)
        self.log.add(events.CONCENTRATION, now_ms, drug["conc_ng_per_ml"], before)
        if self.books.line.mixed:
            self._bridge(bridge.BEGUN if section else bridge.LEFT_OUT, section, now_ms)
        self.follow_line(now_ms)

    def bridge_with(self, section, now_ms):
        """The bridge gives other doses from now on; None: it is left out."""
        now_ms = self.delivery.cut()
        self._bridge(bridge.CHANGED if section else bridge.LEFT_OUT, section, now_ms)

    def _bridge(self, what, section, now_ms):
        books, demand = self.books, self.demand
        books.set_bridge(section)
        demand.follow(section, self.settings.limits.min_rate_pl_per_day, now_ms)
        conc = books.epoch.conc_ng_per_ml
        if section is not None:
            bridge_conc, _ = books.bridge_now()
            demand.derive_from(bridge_conc, now_ms)
            conc = bridge_conc or conc
        to_come_pl = books.epoch.volume_of(books.bridge_left())
        self.log.add(events.BRIDGE, now_ms, what, conc, to_come_pl)

    def go_on_with_bridge(self, now_ms):
        """A bridge that was interrupted goes on with what is left. Returns that, pL."""
        books = self.books
        left_pl = books.epoch.volume_of(books.bridge_left())
        if left_pl:
            self.log.add(events.BRIDGE, now_ms, bridge.GOES_ON, self.demand.conc, left_pl)
        return left_pl

    def restore_bridge(self, now_ms):
        """After a restart: a bridge that was in force is in force, if that is not over with what
        was reserved.
        """
        section = self.books.line.bridge
        if section is None:
            return
        if self.books.bridge_left():
            self._bridge(bridge.GOES_ON, section, now_ms)
        else:
            self._bridge(bridge.ENDED, None, now_ms)

    def lose_line(self, now_ms):
        """Nobody knows any more what it holds. A bridge ends with that."""
        books = self.books
        if not books.line.path_pl:
            return
        bridged = books.line.bridge is not None
        books.lose_line()
        self.log.add(events.LINE_STATED, now_ms, 0, ALL_OFF)
        if bridged:
            self._bridge(bridge.LEFT_OUT, None, now_ms)
        self.follow_line(now_ms)

    def book_turned(self, now_ms):
        """The rotor has turned otherwise than by pulses. With the head open nobody knows what that
        has done to the line (S17).
        """
        rotor = self.rotor
        if rotor.told is not None:
            steps, door_open = rotor.take_told()
            self.log.add(events.TURNED, now_ms, steps, door_open)
            if door_open:
                self.lose_line(now_ms)
        if rotor.beyond_steps:
            self.books.moved_beyond(rotor.take_beyond(), now_ms)

    def flush_catheter(self, conc_ng_per_ml, now_ms):
        """The catheter was aspirated, and holds this now."""
        self.books.flush_catheter(conc_ng_per_ml)
        self.log.add(events.LINE_STATED, now_ms, conc_ng_per_ml, CATHETER)
        self.follow_line(now_ms)

    def confirm_line(self, conc_ng_per_ml, now_ms):
        """What was unknown in the line is this."""
        self.books.confirm_line(conc_ng_per_ml)
        self.log.add(events.LINE_STATED, now_ms, conc_ng_per_ml, UNKNOWN_PARTS)
        self.follow_line(now_ms)

    def follow_line(self, now_ms):
        """The monitor knows the lowest concentration whose dose the gate may permit. Returns when
        to look again.
        """
        books, settings = self.books, self.settings
        books.look_at_line(now_ms)
        config = settings.config
        if books.line.mixed:
            conc = books.line.lowest()
            config = dict(config, drug=dict(config["drug"], conc_ng_per_ml=conc))
        if config["drug"] != self._watched_drug:
            self._watched_drug = config["drug"]
            self.volumes.adopt(config, now_ms)
        return now_ms + LOOK_MS if books.line.mixed else NEVER_MS

    def ms_until_pumped(self, volume_pl, now_ms):
        """How long the program takes for so much from now on, with the bridge; None if it never
        comes.
        """
        books, demand = self.books, self.demand
        at_pl, ms = books.ledger.drawn_pl(), 0
        end_pl = at_pl + volume_pl
        while at_pl < end_pl:
            conc, until_pl = books.line.rate_at(at_pl)
            piece_pl = min(until_pl, end_pl) - at_pl
            rate = demand.rate_from(conc if books.line.bridge else None, now_ms)
            if rate == 0:
                return None
            ms += -(-piece_pl * MS_PER_DAY // rate)
            at_pl += piece_pl
        return ms
