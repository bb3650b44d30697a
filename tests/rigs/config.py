"""What every bench of the tests is built from: a sound configuration, a world that is as it says, a
job. On CPython and MicroPython.

    config = made_config(
        {"mode": "continuous", "rate_pl_per_day": 500 * UL}, limits={"stall_steps": 20}
    )
    hal, plant = build_machine(BOARD, made_truth(config))
    world = World(hal, plant, made_job(config), far_end)
"""

from firmware.config import harmless
from host_sim.machine.job import make_job, make_truth
from tests.rigs.doses import in_doses, sent

UL, ML = 10**6, 10**9  # in pL
LATER_MS = 1 << 50  # than any test lasts
NEVER_NG = 10**12  # a cap that no dose of a test comes near
CAPS = ("max_dose_1h_ng", "max_dose_24h_ng")

# Where a made configuration differs from the harmless one (firmware/config.py).
MADE: dict = {
    "drug": {"name": "baclofen", "conc_ng_per_ml": 2_000_000},
    "head": {"pl_per_rev": 10 * UL, "rollers": 6, "safe_state": "hold"},
    "limits": {
        "max_rate_pl_per_day": 24 * ML,
        "min_rate_pl_per_day": 6 * UL,
        "program_max_rate_pl_per_day": 24 * ML,
        "blind_pl": 1 * UL,
        "stopped_limit_s": 3600,
        "supply_min_mv": 4500,
    },
    "reservoir": {
        "capacity_pl": 20 * ML,
        "fill_pl": 20 * ML,
        "low_pl": 2 * ML,
        "residual_pl": 500 * UL,
        "level_tolerance_pl": 100 * UL,
        "level_belief_ppt": 300,
    },
}


def made_config(program, **changes):
    """A sound configuration: 3125 pL a step, 2 mg/mL (2 ng in 1 nL), with a drug caps that nothing
    reaches; `changes` update its sections. A program of rates is made one of doses where there is a
    drug.
    """
    config = harmless()
    config.update(name="made", board="rpi_pico", program=program)
    for sections in (MADE, changes):
        for section, values in sections.items():
            config[section].update(values)
    if config["drug"]["conc_ng_per_ml"]:
        for cap in CAPS:
            if config["limits"][cap] is None:
                config["limits"][cap] = NEVER_NG
    config["program"] = in_doses(config["program"], config["drug"]["conc_ng_per_ml"])
    return config


def made_truth(config, **changes):
    """A world that is as the configuration believes it to be, but for `changes`."""
    head, reservoir = config["head"], config["reservoir"]
    truth = {
        "pl_per_rev": head["pl_per_rev"],
        "rollers": head["rollers"],
        "steps_per_rev": head["steps_per_rev"],
        "fill_pl": reservoir["fill_pl"],
        "residual_pl": reservoir["residual_pl"],
        "level_switch_pl": reservoir["low_pl"],
        "conc_ng_per_ml": config["drug"]["conc_ng_per_ml"],
    }
    truth.update(changes)
    return make_truth(**truth)


def made_job(config, duration_ms=LATER_MS, commands=(), faults=()):
    """What the host asks for; commands, faults: [(true ms, payload)], sorted."""
    conc = config["drug"]["conc_ng_per_ml"]
    commands = [(at_ms, sent(payload, conc)) for at_ms, payload in commands]
    return make_job(
        config=config,
        truth=made_truth(config),
        duration_ms=duration_ms,
        commands=commands,
        faults=faults,
    )
