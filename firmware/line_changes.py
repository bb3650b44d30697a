"""Changes of what the line carries: another concentration, and the bridge until it is at the tip.

    pump.change_drug(name, conc_ng_per_ml, section, now_ms)
    pump.bridge_with(section, now_ms)

What was asked for is judged before, by the command (link/line_commands.py).
"""

from firmware import events, states
from firmware.books.life import NEVER_MS
from firmware.parts import Parts
from firmware.therapy import bridge
from firmware.therapy.overlays import PRIME, by_volume
from firmware.units import MS_PER_DAY, MS_PER_HOUR, MS_PER_MIN

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
        line = self.books.line
        if line.needs_bridge(self.books.ledger.drawn_pl()):
            self._bridge(bridge.BEGUN if section else bridge.LEFT_OUT, section, now_ms)
        elif line.bridge is not None:  # nothing of another concentration has come in meanwhile
            self._bridge(bridge.ENDED, None, now_ms)
        self.follow_line(now_ms)

    def bridge_with(self, section, now_ms):
        """The bridge gives other doses from now on; None: it is left out."""
        now_ms = self.delivery.cut()
        self._bridge(bridge.CHANGED if section else bridge.LEFT_OUT, section, now_ms)

    def _bridge(self, what, section, now_ms):
        books, demand = self.books, self.demand
        books.set_bridge(section, int(what == bridge.DROPPED))
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

    def start_prime(self, tubing, catheter, now_ms):
        """A permitted prime begins now. Returns (its steps, when it is over)."""
        now_ms = self.delivery.cut()
        books, rate = self.books, self.settings.limits.max_rate_pl_per_day
        front_pl, volume_pl = self.prime_asked(tubing, catheter)
        steps = books.begin_prime(front_pl, volume_pl)
        prime = by_volume(PRIME, books.epoch.most_volume_of(steps), rate, now_ms)
        self.volumes.allow(steps, prime.end_ms + MS_PER_MIN, books.ledger.driver_steps)
        self.delivery.start_overlay(prime)
        self.log.add(PRIME.accepted, now_ms, prime.volume_pl, prime.end_ms - now_ms, rate)
        return steps, prime.end_ms

    def prime_asked(self, tubing, catheter):
        """(from the drug's front to the tip, what is missing of the parts asked for), pL."""
        front_pl = self.books.line.front_pl(self.books.ledger.drawn_pl())
        catheter_pl = self.settings.config["line"]["catheter_pl"]
        return front_pl, front_pl if catheter else max(0, front_pl - catheter_pl)

    def drop_bridge(self, now_ms):
        """A prime was interrupted: a bridge that was to follow it is dropped."""
        if self.books.line.unbridged and self.books.line.bridge is not None:
            self._bridge(bridge.DROPPED, None, now_ms)

    def restore_bridge(self, now_ms):
        """After a restart: a bridge that was in force is in force, if that is not over with what
        was reserved.
        """
        self.drop_bridge(now_ms)
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
        if books.line.short or books.line.missing[0]:
            self._look_at_short(now_ms)
        due_ms = now_ms + LOOK_MS if books.line.mixed else NEVER_MS
        if books.line.prime_to_pl:  # somebody tells at its end that nothing is missing any more
            due_ms = min(due_ms, max(now_ms + 1, self.demand.overlays.running.end_ms))
        return due_ms

    def _look_at_short(self, now_ms):
        """After an interrupted prime: what is missing, and when drug arrives without it."""
        line = self.books.line
        missing_pl = line.front_pl(self.books.ledger.drawn_pl()) if line.short else 0
        ms = self.ms_until_pumped(missing_pl, now_ms)
        line.tell_missing(missing_pl, -1 if ms is None else -(-ms // MS_PER_HOUR))
        self.conditions.seldom_looked_at(now_ms)

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
