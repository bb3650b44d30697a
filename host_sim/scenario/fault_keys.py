"""The keys of a fault of a scenario file. CPython only.

As keys.py; what a fault's key is called in the job is held to host_sim/plant/faults.py by a test.
"""

from host_sim.machine.sim_flash import ERASE_CUTS, PROGRAM_CUTS
from host_sim.plant.faults import CAUSES, ENCODERS, SILENT
from host_sim.shared import values as v
from host_sim.shared.values import REQUIRED, Key

MODES = sorted({*PROGRAM_CUTS, *ERASE_CUTS})
_LASTS = Key(v.LASTING, None, "how long; without it to the end of the run", "lasts_ms")

FAULT = {
    "stall": {"lasts": _LASTS},
    "occlusion": {"lasts": _LASTS},
    "wear": {
        "by": Key(v.SHARE, REQUIRED, "how much volume per revolution is lost in the end", "by_ppt"),
        "over": Key(v.LASTING, REQUIRED, "how long the loss takes, evenly", "over_ms"),
    },
    "step_loss": {
        "by": Key(v.SHARE, REQUIRED, "share of the steps that the rotor misses", "by_ppt"),
        "lasts": _LASTS,
    },
    "empty_early": {
        "volume": Key(
            v.VOLUME, REQUIRED, "gone from the reservoir, unknown to the books", "volume_pl"
        )
    },
    "leak": {
        "rate": Key(
            v.VOLUME_RATE,
            REQUIRED,
            "lost where tubing and catheter join, as long as there is pressure",
            "rate_pl_per_day",
        ),
        "lasts": _LASTS,
    },
    "free_flow": {
        "rate": Key(
            v.VOLUME_RATE,
            REQUIRED,
            "runs by itself from the reservoir into the line: the rotor does not close the tube",
            "rate_pl_per_day",
        ),
        "lasts": _LASTS,
    },
    "turned": {
        "steps": Key(
            v.whole(1, 1_000_000, "400"),
            REQUIRED,
            "so far the rotor is turned forwards from outside, at once",
            "steps",
        )
    },
    "kink": {
        "by": Key(
            v.SHARE,
            REQUIRED,
            "share of the line's conductance that is gone: the same flow needs more pressure",
            "by_ppt",
        ),
        "lasts": _LASTS,
    },
    "disconnection": {"lasts": _LASTS},
    "dislodgement": {"lasts": _LASTS},
    "air": {"volume": Key(v.VOLUME, REQUIRED, "air that the head draws next", "volume_pl")},
    "magnet": {
        "lasts": _LASTS,
        "recovers_after": Key(
            v.LATER, "0 s", "how much later than the field the rotor is free", "recovers_after_ms"
        ),
        "encoder": Key(
            v.choice(*ENCODERS),
            SILENT,
            "what the field does to the rotor's encoder: `silent`, its own magnet out of limits; "
            "`pulled`, a quarter of a turn off; `sound`, nothing. The level switch closes",
            "encoder",
        ),
    },
    "loose_plunger": {"lasts": _LASTS},
    "encoder_dead": {"lasts": _LASTS},
    "driver_reset": {},
    "clock_lost": {},
    "power_cut": {
        "lasts": Key(v.LASTING, REQUIRED, "how long; then the pump starts anew", "lasts_ms")
    },
    "flash_cut": {
        "lasts": Key(
            v.LASTING, REQUIRED, "how long, from then on; then the pump starts anew", "lasts_ms"
        ),
        "operation": Key(
            v.whole(1, 100_000, "1"),
            1,
            "within which flash operation from `time` on; 1 is the next",
            "operation",
        ),
        "mode": Key(v.choice(*MODES), "prefix", "what the cut leaves of that operation", "mode"),
    },
    "reset": {
        "cause": Key(v.choice(*sorted(CAUSES)), "watchdog", "what the chip says of it", "cause")
    },
    "slow_crystal": {
        "by": Key(
            v.SLOWNESS, REQUIRED, "how much slower the pump's clock runs from then on", "by_ppb"
        )
    },
    "supply_dip": {
        "to": Key(v.VOLTAGE, REQUIRED, "supply voltage meanwhile", "to_mv"),
        "lasts": _LASTS,
    },
    "door_open": {"lasts": _LASTS},
    "button_stuck": {"lasts": _LASTS},
    "stop_input": {"lasts": _LASTS},
    "press_service": {"lasts": _LASTS},
    "level_stuck": {
        "at": Key(
            v.choice("active", "inactive"),
            REQUIRED,
            "what the level switch says; active means low",
            "at",
        ),
        "lasts": _LASTS,
    },
}

# Fault: (key of a board's pins or of the board, what that is); without it nobody could see the
# fault
NEEDS = {
    "encoder_dead": ("encoder", "a rotor encoder"),
    "driver_reset": ("driver_uart_tx", "a driver that can report it"),
    "supply_dip": ("supply_sense", "a supply measurement"),
    "door_open": ("door", "a door switch"),
    "button_stuck": ("patient_button", "a patient's button"),
    "stop_input": ("stop", "a stop input"),
    "press_service": ("service", "a service input"),
    "level_stuck": ("level_low", "a level switch"),
}

KIND = Key(v.choice(*FAULT), REQUIRED, "which fault")
