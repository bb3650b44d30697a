"""Draws what goes wrong: noise on the line, faults of the world, power cuts and resets."""

UL = 10**6
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
POWER_ON, WATCHDOG_RESET, UNKNOWN_RESET = 0, 2, 3  # reset causes
SYNC = b"\xc5"


def line(script, config):
    """Noise, broken frames, frames in pieces, stale halves and repeated frames."""
    for _ in range(script.chance.choice((0, 0, 3, 10))):
        script.chance.choice((_noise, _noise, _broken, _pieces, _stale_half, _again))(script)


def _noise(script):
    """Random bytes; and, after a quiet second or at once, a command that has to be taken."""
    chance, at_ms = script.chance, script.some_time()
    noise = bytes(chance.randrange(256) for _ in range(chance.choice((1, 3, 40, 3000))))
    noise += chance.choice((b"", SYNC, SYNC + b"\x2c\x01", SYNC + b"\xff\x1f" * 2))
    script.add(at_ms, "bytes", noise)
    script.send(at_ms + chance.choice((0, 1, 500, 1100, 2000)), "status")


def _broken(script):
    """A frame with a flipped bit, and the same frame once more."""
    chance, at_ms = script.chance, script.some_time()
    good = _something(script)
    bad = bytearray(good)
    bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
    script.add(at_ms, "bytes", bytes(bad))
    script.add(at_ms + chance.choice((0, 200, 1500)), "bytes", good)


def _pieces(script):
    """A frame in several packets within its second, or slightly beyond."""
    chance, at_ms = script.chance, script.some_time()
    data = _something(script)
    lasts_ms = chance.choice((0, 300, 900, 1100, 5000))
    cuts = sorted(chance.sample(range(1, len(data)), min(chance.randrange(1, 6), len(data) - 1)))
    for n, (begin, end) in enumerate(zip([0] + cuts, cuts + [len(data)])):
        script.add(at_ms + lasts_ms * n // len(cuts), "bytes", data[begin:end])


def _stale_half(script):
    """The first half of a frame now, the other much later."""
    chance, at_ms = script.chance, script.some_time()
    data = _something(script)
    middle = chance.randrange(1, len(data))
    script.add(at_ms, "bytes", data[:middle])
    script.add(at_ms + chance.choice((1500, 60_000, 6 * HOUR_MS)), "bytes", data[middle:])


def _again(script):
    """The same frame again, as a sender that has heard no reply does."""
    chance, at_ms = script.chance, script.some_time()
    data = _something(script)
    for _ in range(chance.randrange(2, 5)):
        script.add(at_ms, "bytes", data)
        at_ms += chance.choice((300, 5000, 11 * MINUTE_MS, 5 * HOUR_MS))


def _something(script):
    """A frame that does something."""
    chance = script.chance
    do = chance.choice(("bolus", "bolus", "start", "stop", "status"))
    if do == "bolus":
        lasts_ms = chance.choice((10_000, 600_000))
        return script.frame_of(do, volume_pl=chance.choice((1, 5)) * UL // 2, duration_ms=lasts_ms)
    return script.frame_of(do)


def faults(script, config):
    """Faults of the world, power cuts and resets."""
    chance = script.chance
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        kind = chance.choice(sorted(KINDS))
        fault = {"kind": kind, "lasts_ms": _lasts(chance)}
        fault.update(KINDS[kind](chance, config))
        script.add(script.some_time(), "fault", fault)
    for _ in range(chance.choice((0, 0, 0, 1, 3))):
        cause = chance.choice((POWER_ON, POWER_ON, WATCHDOG_RESET, UNKNOWN_RESET))
        off_ms = chance.choice((500, 60_000, HOUR_MS)) if cause == POWER_ON else 300
        script.add(script.some_time(), "cut", {"cause": cause, "off_ms": off_ms})


def _lasts(chance):
    return chance.choice((3000, 12_000, 60_000, 20 * MINUTE_MS, 2 * HOUR_MS, None))


def _plain(chance, config):
    return {}


KINDS = {
    "stall": _plain,
    "step_loss": lambda chance, config: {"by_ppt": chance.choice((50, 250, 450, 700))},
    "occlusion": _plain,
    "leak": lambda chance, config: {
        "rate_pl_per_day": config["limits"]["program_max_rate_pl_per_day"] // 10
    },
    "wear": lambda chance, config: {"by_ppt": 100, "over_ms": 6 * HOUR_MS},
    "empty_early": lambda chance, config: {
        "volume_pl": config["reservoir"]["fill_pl"] * chance.choice((1, 3, 6)) // 8
    },
    "encoder_dead": _plain,
    "driver_reset": _plain,
    "driver_silent": _plain,
    "driver_off": _plain,
    "level_stuck": lambda chance, config: {"at": chance.choice(("active", "inactive"))},
    "door_open": _plain,
    "button": lambda chance, config: {"lasts_ms": chance.choice((500, 3000, 90_000))},
    "clock_lost": _plain,
    "supply_dip": lambda chance, config: {
        "to_mv": chance.choice((2000, 4300)),
        "lasts_ms": chance.choice((5500, 20_000, 60_000, HOUR_MS)),
    },
    "slow_crystal": lambda chance, config: {"by_ppb": 40_000},
    # The sensor of the rotor: one reading is wrong, or the magnet sticks
    "one_wrong_angle": lambda chance, config: {
        "counts": chance.choice((-1500, -300, 60, 569, 2000)),
        "lasts_ms": None,
    },
    "sensor_stuck": _plain,
    # The rotor turns by itself: by hand or by pressure, all at once; or further than the pulses say
    "turned": lambda chance, config: {
        "steps": chance.choice((2, 40, 400, 4000)),
        "lasts_ms": None,
    },
    "overturns": lambda chance, config: {"times": chance.choice((2, 4))},
    # The step generator: pulses out of nowhere, and more than were queued
    "slip": lambda chance, config: {"pulses": chance.choice((1, 12, 50)), "lasts_ms": None},
    "runaway": lambda chance, config: {"times": chance.choice((2, 5))},
    "store_silent": lambda chance, config: {"reads": chance.choice((1, 2, 3, 5)), "lasts_ms": None},
}
