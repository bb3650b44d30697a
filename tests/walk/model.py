"""What an independent model knows of a pump, and what the pump must and must not do by it.

It is told what was done and what the pump answered, and knows the pulses that left the pin. It
shares no code with the firmware: volumes are exact fractions, and the line is moved.
"""

from fractions import Fraction

from tests.walk.scenes import (
    BOLUS,
    CAP_1H,
    CATHETER,
    DOSES,
    MIN_RATE,
    PATH,
    PATIENT,
    RESUME,
    SCENES,
    TUBING,
)

PL_PER_STEP, PL_PER_ML = 3125, 10**9
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
MUST, MAY, MUST_NOT = "must", "may", "must not"
WATER = 0


class Line:
    """parts: [[pL, ng/mL]] from the tip to the pump."""

    def __init__(self, parts):
        self.parts = []
        for pl, conc in parts:
            self._append(pl, conc)

    def _append(self, pl, conc):
        if self.parts and self.parts[-1][1] == conc:
            self.parts[-1][0] += pl
        elif pl:
            self.parts.append([pl, conc])

    def draw(self, pl, conc):
        """So much comes in from the pump; the drug past the tip, ag."""
        self._append(pl, conc)
        ag = 0
        while pl > 0:
            first = self.parts[0]
            passed = min(pl, first[0])
            ag += passed * first[1]
            pl -= passed
            first[0] -= passed
            if not first[0]:
                self.parts.pop(0)
        return ag

    def copy(self):
        return Line(self.parts)

    def flush(self):
        """The catheter holds water."""
        left, behind = PATH - CATHETER, []
        for pl, conc in reversed(self.parts):
            piece = min(pl, left)
            left -= piece
            behind.insert(0, [piece, conc])
        self.parts = []
        self._append(CATHETER, WATER)
        for pl, conc in behind:
            self._append(pl, conc)

    def front_pl(self):
        """From the tip to the first drug."""
        return self.parts[0][0] if self.parts[0][1] == WATER else 0

    def holds_other(self, conc):
        """Whether there is another drug in it."""
        return any(part[1] not in (WATER, conc) for part in self.parts)

    def is_all(self, conc):
        return [part[1] for part in self.parts] == [conc]


class Overlay:
    """source; rate in pL/day; start_ms, end_ms; steps: all of it"""

    def __init__(self, source, rate, start_ms, duration_ms, instead=False, steps=None):
        self.source = source
        self.rate = rate
        self.start_ms = start_ms
        self.end_ms = start_ms + duration_ms
        self.instead = instead
        self.steps = self.due(self.end_ms) if steps is None else steps
        self.counted = 0  # of them, when it was judged last

    def due(self, at_ms):
        return self.rate * (min(at_ms, self.end_ms) - self.start_ms) // (PL_PER_STEP * DAY_MS)


class Model:
    """at_ms: of the pump's present power-up; age_ms: powered time before it"""

    def __init__(self, scene):
        tubing, catheter, self.conc, after_reset = SCENES[scene]
        self.resumes = after_reset == RESUME
        self.line = Line([[CATHETER, catheter], [TUBING, tubing]])
        self.dose = DOSES[0]
        self.at_ms = self.age_ms = 0
        self.stopped = False
        self.may_be_stalled = False
        self.may_have_resumed = False  # the program, since a cut
        self.held = False  # nobody has stated the dose since a cut
        self.unbridged = False
        self.bridge = None  # its daily dose, while one is in force
        self.overlay = None
        self.patient_ms = []  # starts, in powered time
        self.was_cut = False
        self.doubt_steps = 0  # emitted and not moved, or never seen to leave
        self.past = []  # (from, to, ag) past the tip, in powered time

    # What may be asked

    def mixed(self):
        """MUST: a boundary is in the line; MAY: perhaps still; MUST_NOT: none."""
        if not self.line.is_all(self.conc):
            return MUST
        return MAY if self.doubt_steps else MUST_NOT

    def fronts(self):
        """How many are in the line, that of the reservoir included."""
        last = self.line.parts[-1][1]
        return len(self.line.parts) - (last == self.conc)

    def of_bolus(self, dose_ng, patient=False):
        """Whether one may begin now."""
        if self.stopped or self.overlay or self.held or self.mixed() == MUST:
            return MUST_NOT
        sure = not (self.may_be_stalled or self.mixed() == MAY)
        if patient:
            now_ms = self.age_ms + self.at_ms
            if len(self.patient_ms) >= PATIENT["per_day"]:
                return MUST_NOT
            if self.patient_ms and now_ms - self.patient_ms[-1] < PATIENT["lockout_s"] * 1000:
                return MUST_NOT
            # An outage takes time that was not kept: a lockout lasts longer by that.
            sure = sure and not (self.was_cut and self.patient_ms)
        if not sure:
            return MAY
        given_ng = sum(ag for _, _, ag in self.past) // PL_PER_ML
        return MUST if given_ng + dose_ng + self.dose // 12 < CAP_1H else MAY

    def of_start(self):
        """Or a confirmation of the dose, while it is held."""
        return MUST if self.stopped or self.held else MUST_NOT

    def of_change(self):
        """Of a refill with another concentration."""
        if self.overlay:
            return MUST_NOT
        return MAY if self.may_be_stalled else MUST

    def of_prime(self):
        if self.overlay or self.held or not self.line.front_pl():
            return MUST_NOT
        if self.stopped and self.unbridged:
            return MUST_NOT
        return MAY

    # What was done

    def bolus(self, source, asked):
        volume_pl = asked["dose_ng"] * PL_PER_ML // self.conc
        rate = volume_pl * DAY_MS // asked["duration_ms"]
        self.overlay = Overlay(source, rate, self.at_ms, asked["duration_ms"])
        if source == "patient":
            self.patient_ms.append(self.age_ms + self.at_ms)

    def prime(self, rate, steps):
        duration_ms = -(-steps * PL_PER_STEP * DAY_MS // rate)
        self.overlay = Overlay("prime", rate, self.at_ms, duration_ms, True, steps)
        self.stopped = False

    def change(self, conc, bridge):
        self.conc = conc
        self.bridge = bridge if self.line.holds_other(conc) else None
        self.unbridged = False

    def interrupted(self):
        """What runs ends, and never goes on but for a bridge."""
        if self.overlay and self.overlay.source == "prime" and self.bridge:
            self.bridge = None
            self.unbridged = True
        self.overlay = None

    # What is due

    def due(self, spans, until_ms):
        """{source: steps, a fraction} that leave within the spans [(from, to)] of runs, from the
        last judgement on; until_ms: the overlay goes on until then at the latest.
        """
        line, found = self.line.copy(), {"basal": Fraction(0), "bridge": Fraction(0)}
        overlay, bridge = self.overlay, self.bridge
        for at_ms, to_ms in spans:
            while at_ms < to_ms:
                runs = overlay and at_ms < min(overlay.end_ms, until_ms)
                next_ms = min(to_ms, overlay.end_ms, until_ms) if runs else to_ms
                if runs and overlay.instead:
                    line.draw(Fraction(overlay.rate * (next_ms - at_ms), DAY_MS), self.conc)
                    at_ms = next_ms
                    continue
                if bridge and not line.holds_other(self.conc):
                    bridge = None
                rate = self._rate(line, bridge)
                pl = Fraction(rate) * (next_ms - at_ms) / DAY_MS
                beside = overlay.rate if runs else 0
                if bridge and pl > line.parts[0][0]:
                    pl = line.parts[0][0]
                    next_ms = at_ms + pl * DAY_MS / rate
                found["bridge" if bridge else "basal"] += pl / PL_PER_STEP
                line.draw(pl + Fraction(beside) * (next_ms - at_ms) / DAY_MS, self.conc)
                at_ms = next_ms
        return found

    def _rate(self, line, bridge):
        """Of the basal, pL/day."""
        if bridge:
            rate = bridge * PL_PER_ML // (line.parts[0][1] or self.conc)
        else:
            rate = self.dose * PL_PER_ML // self.conc
        return min(rate, MIN_RATE) if self.held else rate

    def drawn(self, steps, now_ms):
        """So many steps have left since the last judgement; the drug past the tip, ag."""
        ag = self.line.draw(steps * PL_PER_STEP, self.conc)
        self.past.append((self.age_ms + self.at_ms, self.age_ms + now_ms, ag))
        if self.bridge and not self.line.holds_other(self.conc):
            self.bridge = None
        if self.line.is_all(self.conc):
            self.unbridged = False
        self.at_ms = now_ms
        return ag

    def most_in_an_hour_ng(self):
        """The most that has passed the tip within an hour from one judgement to another."""
        most_ag = 0
        for first, (from_ms, _, _) in enumerate(self.past):
            within = [ag for _, to_ms, ag in self.past[first:] if to_ms - from_ms <= HOUR_MS]
            most_ag = max(most_ag, sum(within))
        return most_ag // PL_PER_ML


BOLUSES = {"bolus": BOLUS, "patient": PATIENT}
