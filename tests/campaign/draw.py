"""Draws a therapy from a seed: configuration, world, what people do. mishaps.py draws what goes
wrong.

    therapy = hostile(seed)      # everything happens
    therapy = peaceful(seed)     # within its caps, on sound parts: nothing may alarm
"""

import random

from host_sim.judge.doses import in_rates
from tests.campaign import mishaps
from tests.campaign.oracle.programs import in_highest_day_pl
from tests.campaign.record import Therapy
from tests.campaign.wire import frame, frames
from tests.rigs.config import NEVER_NG, made_config
from tests.rigs.doses import sent

UL, ML = 10**6, 10**9  # pL
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
MONDAY_S = 1_767_571_200  # 2026-01-05 00:00
JUST_BEFORE_THE_WRAP_MS = (1 << 30) - 1000
MOST_PULSES = 40_000
HEADS = ((10 * UL, 3200), (10 * UL, 3200), (10_300_001, 3217), (4 * UL, 12_800), (999_983, 200))


class Script:
    """Collects what happens, and numbers the commands."""

    def __init__(self, chance, duration_ms, conc_ng_per_ml):
        self.chance = chance
        self.duration_ms = duration_ms
        self.entries = []
        self._conc_ng_per_ml = conc_ng_per_ml
        self._id = chance.randrange(1, 1 << 30)

    def some_time(self):
        return self.chance.randrange(self.duration_ms)

    def add(self, at_ms, what, argument):
        if at_ms < self.duration_ms:
            self.entries.append((at_ms, what, argument))

    def frame_of(self, do, **fields):
        self._id += 1
        return frame(sent({"id": self._id, "do": do, **fields}, self._conc_ng_per_ml))

    def send(self, at_ms, do, **fields):
        """A command as it should come; returns its bytes."""
        data = self.frame_of(do, **fields)
        self.add(at_ms, "bytes", data)
        return data

    def state_doses(self, config, chance):
        """Most starts state the dose of the program that was sent last."""
        section, least = config["program"], config["limits"]["min_rate_pl_per_day"]
        conc = config["drug"]["conc_ng_per_ml"]
        self.entries.sort(key=lambda entry: entry[0])
        for n, (at_ms, what, data) in enumerate(self.entries):
            payload = frames([(0, data)])[0].payload if what == "bytes" else {}
            if payload.get("do") == "set_program":
                section = payload["program"]
            elif payload.get("do") == "start" and chance.random() < 0.9:
                dose_ng = in_highest_day_pl(in_rates(section, conc), least) * conc // ML
                payload["confirm_dose_ng_per_day"] = dose_ng
                self.entries[n] = at_ms, what, frame(payload)

    def fill(self, at_ms, reservoir):
        """All but the residual is drawn off, at most what it holds, and it is filled as before."""
        fill_pl = reservoir["fill_pl"] - reservoir["residual_pl"]
        self.add(at_ms, "fill", fill_pl)
        self.send(at_ms, "refill", fill_pl=fill_pl, withdrawn_pl=reservoir["capacity_pl"])


def hostile(seed):
    """A therapy in which anything may go wrong."""
    chance = random.Random(f"hostile {seed}")
    config, most = _config(chance, caps=chance.random() < 0.5)
    config["pump"]["after_reset"] = random.Random(f"reset {seed}").choice(("stop", "resume"))
    duration_ms = _duration(chance, config, most, 48 * HOUR_MS)
    script = Script(chance, duration_ms, config["drug"]["conc_ng_per_ml"])
    _begin(script, config)
    _visits(script, config)
    for _ in range(chance.choice((0, 2, 6, 12))):
        _do_something(script, config, most)
    script.state_doses(config, random.Random(f"doses {seed}"))
    mishaps.line(script, config)
    mishaps.faults(script, config)
    truth = _truth(chance, config, sound=chance.random() < 0.5)
    return Therapy(
        seed,
        config,
        truth,
        duration_ms,
        sorted(script.entries, key=lambda entry: entry[0]),
        **_lateness(chance),
        watched=chance.random() < 0.3,
        noise=_noise(chance) if chance.random() < 0.3 else None,
        raw_ms=chance.choice((0, JUST_BEFORE_THE_WRAP_MS)),
    )


def peaceful(seed):
    """A therapy within its caps, the clock set, the reservoir filled, on parts within their data
    sheets: nothing of MEDIUM or above may be raised.
    """
    chance = random.Random(f"peaceful {seed}")
    config, most = _config(chance, caps=False, pauses=False)
    config["limits"]["stopped_limit_s"] = 7200
    _let_caps_fit(chance, config, most)
    duration_ms = _duration(chance, config, most, 48 * HOUR_MS)
    config["reservoir"].update(_much(config, most, duration_ms))
    script = Script(chance, duration_ms, config["drug"]["conc_ng_per_ml"])
    wall_s = MONDAY_S + chance.randrange(7 * 86_400)
    script.send(chance.randrange(30 * MINUTE_MS), "set_clock", wall_s=wall_s, confirm_jump=1)
    script.send(script.entries[-1][0] + 1000, "start")
    begun_ms = script.entries[-1][0]
    at_ms = begun_ms + chance.randrange(HOUR_MS)
    while at_ms < duration_ms:
        volume_pl, lasts_ms = _bolus(chance, config, most, 20)
        script.send(at_ms, "bolus", volume_pl=volume_pl, duration_ms=lasts_ms)
        at_ms += lasts_ms + chance.randrange(2, 12) * HOUR_MS
    for _ in range(chance.randrange(6)):
        do = chance.choice(("status", "hello", "alarm_test", "acknowledge"))
        script.send(script.some_time(), do)
    return Therapy(
        seed,
        config,
        _truth(chance, config, sound=True),
        duration_ms,
        sorted(script.entries, key=lambda entry: entry[0]),
        kind="peaceful",
        **_lateness(chance),
        watched=True,
        noise=_noise(chance),
        raw_ms=chance.choice((0, JUST_BEFORE_THE_WRAP_MS)),
    )


# The pump and its world


def _config(chance, caps, pauses=True):
    """(configuration, highest rate of its program)."""
    pl_per_rev, steps_per_rev = chance.choice(HEADS)
    hz = chance.choice((0.02, 0.1, 0.3, 0.5, 1, 1, 2, 2, 5, 20))
    step_pl = pl_per_rev / steps_per_rev
    most = max(1000, int(hz * 86_400 * step_pl))
    limit = most * chance.choice((1, 2, 10))
    most_pl = int(step_pl * MOST_PULSES)
    fill_pl = int(most_pl * chance.choice((0.3, 0.7, 1.5, 20, 20)))
    low_pl = fill_pl // chance.choice((4, 10, 20))
    config = made_config(
        program(chance, most, pauses),
        drug={"conc_ng_per_ml": chance.choice((500_000, 2_000_000))},
        head={
            "pl_per_rev": pl_per_rev,
            "steps_per_rev": steps_per_rev,
            "rollers": chance.choice((3, 6, 8)),
            "safe_state": chance.choice(("hold", "off")),
        },
        limits={
            "max_rate_pl_per_day": limit,
            "min_rate_pl_per_day": most // chance.choice((10, 100)),
            "program_max_rate_pl_per_day": most,
            "bolus_lockout_s": chance.choice((0, 600, 3600, 4 * 3600)),
            "blind_pl": max(1, int(step_pl * chance.choice((1, 40, 40, 320, 320)))),
            "stopped_limit_s": chance.choice((600, 900, 3600)),
            "stall_steps": chance.choice((20, 40, 100)),
        },
        reservoir={
            "capacity_pl": fill_pl,
            "fill_pl": fill_pl,
            "low_pl": low_pl,
            "residual_pl": low_pl // 4,
            "level_tolerance_pl": low_pl // 10,
        },
    )
    if caps:
        conc = config["drug"]["conc_ng_per_ml"]
        hour_ng = most * conc // ML // 24
        limits, hours = config["limits"], (NEVER_NG, hour_ng // 2, hour_ng, hour_ng * 2)
        limits["max_dose_1h_ng"] = chance.choice(hours)
        days = NEVER_NG, hour_ng * 5, hour_ng * 12, hour_ng * 30
        limits["max_dose_24h_ng"] = chance.choice(days)
    return config, most


def program(chance, most, pauses=True):
    """A program section; pauses: a rate in it may be 0."""
    mode = chance.choice(("continuous", "continuous", "flex", "flex", "weekly", "minimum"))
    if mode == "continuous":
        return {"mode": mode, "rate_pl_per_day": _rate(chance, most, pauses)}
    if mode == "flex":
        return {
            "mode": mode,
            "safe_rate_pl_per_day": _rate(chance, most, pauses),
            "steps": _day(chance, most, pauses),
        }
    if mode == "weekly":
        return {
            "mode": mode,
            "safe_rate_pl_per_day": _rate(chance, most, pauses),
            "patterns": {name: _day(chance, most, pauses) for name in ("work", "rest")},
            "days": [chance.choice(("work", "rest")) for _ in range(7)],
        }
    return {"mode": mode}


def _rate(chance, most, pauses):
    if pauses and chance.random() < 0.06:
        return 0  # a pause of the program
    return chance.choice((most, most, most // 2, chance.randrange(most // 10, most)))


def _day(chance, most, pauses):
    starts = sorted(chance.sample(range(0, 86_400, 900), chance.randrange(1, 9)))
    return [[start_s, _rate(chance, most, pauses)] for start_s in starts]


def _let_caps_fit(chance, config, most):
    """Caps that the highest rate and a bolus an hour do not reach."""
    ng_per_hour = most * config["drug"]["conc_ng_per_ml"] // ML // 24
    step_ng = config["head"]["pl_per_rev"] * config["drug"]["conc_ng_per_ml"] // ML
    if chance.random() < 0.6:
        config["limits"]["max_dose_1h_ng"] = 4 * ng_per_hour + step_ng
        config["limits"]["max_dose_24h_ng"] = 60 * ng_per_hour + step_ng


def _much(config, most, duration_ms):
    fill_pl = 40 * most * (duration_ms // HOUR_MS + 24) // 24 + config["head"]["pl_per_rev"]
    low_pl = fill_pl // 10
    rest = {"residual_pl": low_pl // 4, "level_tolerance_pl": low_pl // 10}
    return dict(rest, capacity_pl=fill_pl, fill_pl=fill_pl, low_pl=low_pl)


def _duration(chance, config, most, longest_ms):
    """6 to 48 h, and not more than MOST_PULSES at the highest rate."""
    step_pl = config["head"]["pl_per_rev"] / config["head"]["steps_per_rev"]
    pulses_ms = int(MOST_PULSES * step_pl * DAY_MS / most)
    if config["limits"]["blind_pl"] < 2 * step_pl:
        pulses_ms = min(pulses_ms, 6 * HOUR_MS)  # a pass for each step
    drawn_ms = chance.randrange(6 * HOUR_MS, chance.choice((12 * HOUR_MS, longest_ms)))
    return min(max(pulses_ms, HOUR_MS), drawn_ms)


def _truth(chance, config, sound):
    """How the world differs from what the configuration believes."""
    head, reservoir = config["head"], config["reservoir"]
    off_ppt = chance.randrange(-20, 21) if sound else chance.choice((-140, -60, 0, 60, 140))
    return {
        "pl_per_rev": head["pl_per_rev"] * (1000 + off_ppt) // 1000,
        "rollers": head["rollers"],
        "steps_per_rev": head["steps_per_rev"],
        "fill_pl": reservoir["fill_pl"],
        "residual_pl": reservoir["residual_pl"],
        "level_switch_pl": reservoir["low_pl"],
        "conc_ng_per_ml": config["drug"]["conc_ng_per_ml"],
        "compliance_pl_per_pa": 1000,
        "occlusion_pa": 100_000,
        "pulsation_ppt": chance.choice((0, 100, 900)),
        "roller_spread_ppt": 10,
        "crystal_ppb": chance.randrange(-50_000, 50_001),  # a usual crystal
        "supply_mv": chance.choice((5000, 4800, 5200)),
    }


def _lateness(chance):
    """Passes that take time; or wake-ups that come late, as after a write to the flash; or
    neither. Both together in pass after pass are more than the HAL allows itself.
    """
    drawn = chance.random()
    late_ms = [chance.choice((0, 0, 5, 50, 400)) for _ in range(chance.randrange(1, 8))]
    return {"slow": drawn < 0.35, "late_ms": tuple(late_ms) if drawn > 0.65 else ()}


def _noise(chance):
    """AS5600: at most 0.043 degrees rms, with its fastest filter, and 1 degree of non-linearity."""
    return {"rms_counts": chance.choice((0, 0.17, 0.49)), "bent_counts": chance.randrange(12)}


# What people do


def _begin(script, config):
    chance = script.chance
    if chance.random() < 0.9:
        wall_s = MONDAY_S + chance.randrange(7 * 86_400)
        script.send(chance.randrange(MINUTE_MS), "set_clock", wall_s=wall_s, confirm_jump=1)
    if chance.random() < 0.95:
        script.send(MINUTE_MS + chance.randrange(MINUTE_MS), "start")


def _visits(script, config):
    """Somebody comes by, sees to what is wrong, and goes on."""
    chance, at_ms = script.chance, 0
    every_ms = chance.choice((20, 60, 180)) * MINUTE_MS
    while at_ms < script.duration_ms:
        at_ms += int(every_ms * chance.uniform(0.5, 1.5))
        does = ["status", "acknowledge", "reset_fault", "start", "status"]
        if chance.random() < 0.2:
            does.remove(chance.choice(does))
        for do in does:
            script.send(at_ms, do)
            at_ms += chance.randrange(50, 20_000)
        if chance.random() < 0.3:
            script.send(at_ms, "set_clock", wall_s=MONDAY_S + at_ms // 1000, confirm_jump=1)


def _bolus(chance, config, most, percent):
    """(volume, duration) that adds up to some percent of a day at the highest rate."""
    lasts_ms = chance.choice((10_000, 60_000, 10 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS))
    spare = max(most // 10, config["limits"]["max_rate_pl_per_day"] - most)
    volume_pl = spare * chance.randrange(1, percent) * lasts_ms // (100 * DAY_MS)
    step_pl = -(-config["head"]["pl_per_rev"] // config["head"]["steps_per_rev"])
    return max(volume_pl, step_pl * 2), lasts_ms


def _do_something(script, config, most):
    chance, at_ms = script.chance, script.some_time()
    what = chance.randrange(12)
    if what < 4:
        volume_pl, lasts_ms = _bolus(chance, config, most, 130)
        for n in range(chance.choice((1, 1, 2, 5))):
            at_ms += n * chance.choice((1000, 600_000, HOUR_MS))
            script.send(at_ms, "bolus", volume_pl=volume_pl, duration_ms=lasts_ms)
        if chance.random() < 0.3:
            script.send(at_ms + chance.randrange(1, lasts_ms + 1), "cancel_bolus")
    elif what == 4:
        script.send(at_ms, "stop")
        script.send(at_ms + chance.choice((100, 60_000, 14 * MINUTE_MS, 3 * HOUR_MS)), "start")
    elif what == 5:
        script.send(at_ms, "set_program", program=program(chance, most), confirm_no_therapy=1)
    elif what == 6:
        wall_s = MONDAY_S + at_ms // 1000 + chance.choice((-86_400, -3600, -1, 1, 3600, 86_400 * 3))
        script.send(at_ms, "set_clock", wall_s=wall_s, confirm_jump=1)
    elif what == 7:
        script.fill(at_ms, config["reservoir"])
    elif what == 8:
        for n in range(chance.randrange(1, 40)):
            script.send(at_ms + n * 9000, "alarm_test")
    elif what == 9:
        for n in range(chance.randrange(1, 12)):
            script.send(at_ms + n * 110_000, "audio_pause", duration_ms=120_000)
    elif what == 10:
        # A stop and a start, again and again: no alarm may be put off by it.
        for n in range(chance.randrange(1, 8)):
            script.send(at_ms + n * 14 * MINUTE_MS, "stop")
            script.send(at_ms + n * 14 * MINUTE_MS + 1000, "start")
    else:
        script.send(at_ms, chance.choice(("events_since", "hello", "status")))
