"""Does one action after the other to a pump, and holds it against the model after each.

walker = Walker("full of 2000 ug/mL")
walker.act("bolus")         # Wrong, if the pump did what it must not
walker.end()                # it is started again, and goes on: nothing comes back
"""

from firmware import events
from firmware.link.frames import encode
from firmware.link.status import status as status_of
from tests.walk.model import BOLUSES, MAY, MUST, MUST_NOT, PL_PER_ML, PL_PER_STEP, Model
from tests.walk.scenes import (
    BOLUS,
    BRIDGE_DOSE,
    CAP_1H,
    CAPACITY,
    CATHETER,
    DOSES,
    DWELL_MS,
    HIGH,
    LOW,
    MAX_RATE,
    STALL_MS,
    begun,
)

ROUNDING = 2  # steps, for each run and change of rate
MOST_OVERBOOKED = 965  # steps, by one cut (decision 0130)
OVERLAYS = ("bolus", "patient", "prime", "test", "take_up")
AFTER_MS = (600_000, 2 * 3_600_000)  # an ended walk is judged


class Wrong(Exception):
    """The pump did what it must not, or did not what it must."""


def check(right, *told):
    if not right:
        raise Wrong(" ".join(str(word) for word in told))


def _doubt(status):
    """Steps in the books of which nobody knows whether they have moved anything."""
    return status["unproven_steps"] + status["emitted_steps"] - status["moved_steps"]


class Walker:
    """refused: whether the last action was refused, and so has changed nothing"""

    def __init__(self, scene):
        self.bench = begun(scene)
        self.model = Model(scene)
        self.done = []
        self.refused = False
        self._emitted = 0  # by the pin in this power-up, when judged last
        self._booked = 0  # by the pump
        self._by_source = self._status()["by_source"]
        self._heard = len(self.bench.far_end.events)
        self._runs_since_ms = 0  # None: no run is open
        self._asked = None  # (payload with its id) of the last command that gives something
        self._tip_ag = 0

    def act(self, action):
        """Carry it out, let time pass, judge."""
        self.done.append(action)
        self.refused = False
        self._stalls = action == "stall"
        getattr(self, "_" + action)()
        self._repeat()
        self._judge(DWELL_MS)

    def forbids(self, action):
        """Whether the model knows that it is refused."""
        model = self.model
        if action in BOLUSES:
            must = model.of_bolus(BOLUSES[action]["dose_ng"], action == "patient")
        elif action == "prime":
            must = MAY if model.stopped else model.of_prime()
        elif action == "bridge":
            must = model.of_change()
        elif action == "start":
            must = model.of_start()
        else:
            must = MUST_NOT if action == "program" and model.overlay else MAY
        return must == MUST_NOT

    def refuse(self, action):
        """It is refused, and changes nothing."""
        before = self._status()
        getattr(self, "_" + action)()
        check(self.refused, action, "was not refused")
        self._same(before)

    def end(self):
        """Nothing of what was interrupted comes back in hours of therapy."""
        self.done.append("end")
        self._stalls = False
        if self.model.may_be_stalled:
            self._judge(1_200_000)
        if self.model.stopped or self.model.held:
            self._start()
        self._repeat()
        for ms in AFTER_MS:
            self._judge(ms)

    # Actions

    def _send(self, do, must, gives=False, **fields):
        """Send a command; the reply. must: what the model says of it."""
        bench = self.bench
        reply = bench.send(do, **fields)
        told = "%s %s be carried out: %s" % (do, must, reply)
        check(not (must == MUST and not reply["ok"]), told)
        check(not (must == MUST_NOT and reply["ok"]), told)
        if gives and reply["ok"]:
            self._asked = dict(fields, do=do, id=reply["id"])
        self.refused = not reply["ok"]
        return reply

    def _bolus(self):
        must = self.model.of_bolus(BOLUS["dose_ng"])
        if self._send("bolus", must, gives=True, **BOLUS)["ok"]:
            self.model.bolus("bolus", BOLUS)

    def _patient(self):
        must = self.model.of_bolus(BOLUSES["patient"]["dose_ng"], patient=True)
        if self._send("patient_bolus", must, gives=True)["ok"]:
            self.model.bolus("patient", BOLUSES["patient"])

    def _prime(self):
        """Of what is missing. At rest the catheter is flushed first, if nothing is."""
        model = self.model
        if model.stopped and not model.line.front_pl():
            self._send(
                "catheter_flushed",
                MUST,
                aspirated_pl=CATHETER,
                injected_pl=CATHETER,
                with_ng_per_ml=0,
            )
            model.line.flush()
        must = model.of_prime()
        asked = {"tubing": int(model.line.front_pl() > CATHETER), "catheter": 1}
        shown = self.bench.send("prime", **asked)
        check(not shown["ok"], "a prime that nobody confirmed", shown)
        counted_ng = shown.get("consequence_ng", 1)
        reply = self._send("prime", must, gives=True, counted_ng=counted_ng, **asked)
        if reply["ok"]:
            missing = model.line.front_pl() // PL_PER_STEP
            check(abs(reply["steps"] - missing) <= 1, "it primes", reply["steps"], "not", missing)
            model.prime(MAX_RATE, reply["steps"])

    def _bridge(self):
        """A refill with the other concentration."""
        model = self.model
        conc = LOW if model.conc == HIGH else HIGH
        reply = self._send(
            "refill",
            model.of_change(),
            gives=True,
            withdrawn_pl=self.bench.pump.books.left_pl(),
            fill_pl=CAPACITY,
            conc_ng_per_ml=conc,
            bridge_ng_per_day=BRIDGE_DOSE,
        )
        if reply["ok"]:
            model.change(conc, BRIDGE_DOSE)

    def _refill(self):
        left_pl = self.bench.pump.books.left_pl()
        self._send("refill", MUST, gives=True, withdrawn_pl=left_pl, fill_pl=CAPACITY)

    def _stop(self):
        self._send("stop", MUST)
        self.model.interrupted()
        self.model.stopped = True

    def _start(self):
        model = self.model
        if model.stopped and model.unbridged:
            reply = self._send("start", MUST_NOT, confirm_dose_ng_per_day=model.dose)
            check(reply["error"] == "NOT_NOW", reply)
            self._send("bridge_dose", MUST, dose_ng_per_day=BRIDGE_DOSE)
            model.change(model.conc, BRIDGE_DOSE)
        do = "confirm_dose" if model.held and not model.stopped else "start"
        if self._send(do, model.of_start(), confirm_dose_ng_per_day=model.dose)["ok"]:
            model.stopped = model.held = False

    def _program(self):
        model = self.model
        dose = DOSES[model.dose == DOSES[0]]
        program = {"mode": "continuous", "dose_ng_per_day": dose}
        must = MUST_NOT if model.overlay else MUST
        if self._send("set_program", must, program=program)["ok"]:
            model.dose = dose

    def _stall(self):
        self.bench.fault("stall", lasts_ms=STALL_MS)

    def _cut(self):
        """The power is gone for a moment. What was reserved and not proved counts as pumped."""
        bench, model = self.bench, self.model
        runs = not model.stopped
        self._take(self._status())
        model.interrupted()
        before, emitted = self._by_source, self._booked
        self.bench = bench = bench.restart()
        status = self._status()
        sources = status["by_source"]
        for name in sources:
            check(sources[name] <= before[name], "after the cut", name, sources[name])
        over = status["emitted_steps"] - emitted
        check(over >= 0, "the books have forgotten", -over, "steps")
        check(over <= MOST_OVERBOOKED if runs else not over, "a cut booked", over, "steps too much")
        if over:
            self._tip_ag += model.drawn(over, model.at_ms)
        model.doubt_steps = _doubt(status)
        model.age_ms += model.at_ms
        model.at_ms = 0
        model.was_cut = model.stopped = True
        model.may_have_resumed = runs and model.resumes
        model.held = status["emitted_steps"] > 0  # a pump that never gave anything has no dose
        model.may_be_stalled = False
        self._by_source, self._booked, self._emitted = sources, status["emitted_steps"], 0
        self._heard, self._runs_since_ms = len(bench.far_end.events), None

    # Judging

    def _status(self):
        """As the command answers it, without its frames."""
        return status_of(self.bench.pump, self.bench.now_ms())

    def _judge(self, ms):
        self.bench.run_for(ms=ms)
        status = self._status()
        self._take(status)
        self._check_state(status)
        hour_ng = self.model.most_in_an_hour_ng()
        check(hour_ng <= CAP_1H, "%d ng at the tip within an hour" % hour_ng)
        check(status["counted_ng"] >= status["tip_ng"], "counted less than what is at the tip")

    def _repeat(self):
        """The last command that gave something comes once more under its id."""
        if self._asked is None:
            return
        before = self._status()
        (reply,) = self.bench.send_bytes(encode(self._asked))
        check(reply.get("repeated") == 1, "carried out again:", reply)
        self._same(before)

    def _same(self, before):
        after = self._status()
        for name in ("state", "by_source", "bolus", "prime_left_pl", "residual_pl", "line"):
            check(before[name] == after[name], "has changed, and must not:", name)

    def _take(self, status):
        """What has left since the last judgement is what is due."""
        bench, model = self.bench, self.model
        now_ms = bench.now_ms()
        spans, ends = self._spans(now_ms)
        stalled = [at_ms for at_ms, why in ends if why == events.RUN_STALL]
        check(self._stalls or not stalled, "a stall")
        until_ms = stalled[0] if stalled else now_ms
        due = model.due(spans, until_ms)
        emitted = bench.emitted() - self._emitted
        booked = status["emitted_steps"] - self._booked
        check(emitted == booked, emitted, "steps have left,", booked, "are in the books")
        in_all = sum(status["by_source"].values()) + status["unproven_steps"]
        check(in_all == status["emitted_steps"], "the sources do not sum up", status)
        self._check_overlays(status, due, until_ms)
        if stalled:
            model.interrupted()
        elif model.overlay and now_ms >= model.overlay.end_ms:
            model.overlay = None
        self._check_basal(status, due, spans)
        ag = model.drawn(booked, now_ms)
        self._check_tip(status, ag)
        model.doubt_steps = _doubt(status)
        self._emitted += emitted
        self._booked, self._by_source = status["emitted_steps"], status["by_source"]

    def _spans(self, now_ms):
        """([(from, to)] of the runs since the last judgement, [(instant, why)] of their ends)."""
        heard, spans, ends = self.bench.far_end.events, [], []
        for event in heard[self._heard :]:
            if event.code == events.RUN_START:
                self._runs_since_ms = event.at_ms
            elif event.code == events.RUN_END:
                spans.append((self._runs_since_ms, event.at_ms))
                ends.append((event.at_ms, event.c))
                self._runs_since_ms = None
        self._heard = len(heard)
        if self._runs_since_ms is not None:
            spans.append((self._runs_since_ms, now_ms))
            self._runs_since_ms = now_ms
        return spans, ends

    def _check_overlays(self, status, due, until_ms):
        overlay, given = self.model.overlay, 0
        for name in OVERLAYS:
            delta, most = status["by_source"][name] - self._by_source[name], 0
            if overlay and overlay.source == name:
                given = overlay.due(until_ms)
                most, overlay.counted = given - overlay.counted, given
            due[name] = delta
            check(abs(delta - most) <= 1 and (most or not delta), name, delta, "steps, due", most)

    def _check_basal(self, status, due, spans):
        """Of basal and bridge. In doubt nobody can tell where a front is, and the rate behind it
        may be four times that before.
        """
        delta = {name: status["by_source"][name] - self._by_source[name] for name in due}
        slack, doubt = ROUNDING * (len(spans) + 2), self.model.doubt_steps
        off = {name: float(delta[name] - due[name]) for name in ("basal", "bridge")}
        if not doubt:
            check(max(map(abs, off.values())) <= slack, "beyond what is due:", off)
        if self.model.mixed() != MUST_NOT:
            slack += 4 * doubt * max(1, self.model.fronts())
        check(abs(sum(off.values())) <= slack, "beyond what is due:", off)

    def _check_tip(self, status, ag):
        """By plug flow; to a ng after a cut, since what is kept is rounded."""
        self._tip_ag += ag
        off = status["tip_ng"] - self._tip_ag // PL_PER_ML
        check(abs(off) <= self.model.was_cut, "at the tip", status["tip_ng"], "ng, off by", off)

    def _check_state(self, status):
        model, state = self.model, status["state"]
        if model.may_have_resumed:  # not if it came up too often, or a bridge was dropped
            model.stopped = state != "INFUSING"
            model.may_have_resumed = False
        if model.stopped:
            check(state == "STOPPED", "it is", state)
            return
        if self._stalls and state in ("STALLED", "STOPPED"):
            model.may_be_stalled = state == "STALLED"
            check(state == "STALLED" or model.unbridged, "it is", state)
            model.stopped = state == "STOPPED"
            return
        if model.may_be_stalled and state == "STALLED":
            return
        model.may_be_stalled = False
        check(state == "INFUSING", "it is", state)
