"""Every key of a scenario file, in tables: what it holds, its default, what it means. CPython only.

The reader takes its keys from here, and docs/scenario_reference.md shows the same tables
(scenario_tables.py).
"""

from firmware import states
from firmware.alarms import alarm_table
from host_sim.shared import values as v
from host_sim.shared.values import REQUIRED, Key

ALARM_NAMES = sorted(row[alarm_table.NAME] for row in alarm_table.TABLE.values())
STATE_NAMES = [states.NAMES[code] for code in sorted(states.NAMES)]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

ALARM = v.choice(*ALARM_NAMES)._replace(unit="an alarm", allowed="names in the alarm table")
ALARM_OR_ANY = v.choice("any", *ALARM_NAMES)._replace(
    unit="an alarm", allowed="`any`, or names in the alarm table"
)
STATE = v.choice(*STATE_NAMES)._replace(unit="a state")
BOARD = v.LABEL._replace(unit="a board", allowed="a file in boards/, without .py")
NAME = v.LABEL._replace(allowed="a pattern's name")

TOP = {
    "name": Key(v.LABEL, REQUIRED, "what the run is called in the report"),
    "description": Key(
        v.TEXT,
        None,
        "what it shows, in a sentence; without it the comment that the file opens with",
    ),
    "board": Key(BOARD, REQUIRED, "whose pins, chip and timing limits are used"),
    "start": Key(v.WALL, REQUIRED, "the bench's date and time at power-up"),
    "duration": Key(v.LASTING, REQUIRED, "how long the run is"),
    "clock": Key(
        v.choice("set", "unset"),
        "set",
        "`set`: the pump is told the time at power-up; `unset`: it is not",
    ),
    "autostart": Key(v.FLAG, True, "whether the pump gets `start` at power-up"),
    "raw_ticks": Key(v.RAW_TICKS, 0, "where the chip's raw counter stands at power-up"),
    "seed": Key(v.whole(0, 2**32 - 1, "1"), 1, "of all that is random in the plant"),
    "drug": Key(v.TABLE, None, "without it only volumes can be said, and no dose caps"),
    "head": Key(v.TABLE, REQUIRED, "the pump head as the pump believes it to be"),
    "calibration": Key(
        v.TABLE,
        None,
        "where the head's figures come from, as `python -m bench calibrate` writes it",
    ),
    "truth": Key(v.TABLE, None, "what the head, line and reservoir really are, where that differs"),
    "reservoir": Key(v.TABLE, REQUIRED, "the reservoir by the books"),
    "limits": Key(v.TABLE, None, "what the pump enforces whatever it is told"),
    "program": Key(v.TABLE, REQUIRED, "the basal program at power-up"),
    "at": Key(v.TABLES, None, "commands sent during the run"),
    "fault": Key(v.TABLES, None, "what goes wrong during the run"),
    "expect": Key(v.TABLES, None, "what must be seen, or the run fails"),
    "allow": Key(v.TABLES, None, "alarms and refusals that may come"),
}

DRUG = {
    "name": Key(v.LABEL, REQUIRED, "what is in the reservoir"),
    "concentration": Key(v.CONCENTRATION, REQUIRED, "turns doses into volumes, rounded down"),
}

HEAD = {
    "volume_per_rev": Key(v.CALIBRATION, REQUIRED, "calibrated volume of one revolution"),
    "steps_per_rev": Key(v.whole(1, 1_000_000, "3200"), 3200, "microsteps of one revolution"),
    "rollers": Key(v.whole(1, 100, "6"), 6, "rollers of the peristaltic head"),
    "safe_state": Key(
        v.choice("hold", "off"),
        "hold",
        "what the motor does at rest: `hold` stands against free flow",
    ),
}

CALIBRATION = {
    "date": Key(v.LABEL, REQUIRED, "when it was weighed"),
    "tube": Key(v.LABEL, REQUIRED, "which tube or head that was"),
    "temperature": Key(v.LABEL, REQUIRED, "of the water"),
    "n": Key(v.whole(1, 1_000_000, "10"), REQUIRED, "how many runs were weighed"),
    "residual": Key(v.TOLERANCE, REQUIRED, "standard deviation of a run about the fit"),
    "uncertainty": Key(v.TOLERANCE, REQUIRED, "of the volume of a revolution, 95 %"),
    "lowest_rate": Key(v.VOLUME_RATE, None, "of the runs"),
    "highest_rate": Key(v.VOLUME_RATE, None, "of the runs"),
    "linearity": Key(
        v.LABEL,
        None,
        "how far the volume of a revolution changes from the lowest rate to the highest",
    ),
}

RESERVOIR = {
    "capacity": Key(v.VOLUME, REQUIRED, "the most it can hold"),
    "fill": Key(v.VOLUME, REQUIRED, "what it holds at power-up by the books"),
    "low": Key(v.ANY_VOLUME, "2 mL", "LOW_RESERVOIR below this"),
    "residual": Key(v.ANY_VOLUME, "0.5 mL", "never pumped: EMPTY_RESERVOIR here"),
    "level_tolerance": Key(
        v.ANY_VOLUME, "0.1 mL", "how far books and level switch may differ at a refill"
    ),
    "level_tolerance_share": Key(
        v.ANY_SHARE, "14.5 %", "and how far more, as a share of what was delivered since"
    ),
}

LIMITS = {
    "max_rate": Key(
        v.VOLUME_RATE, "24 mL/d", "the most the pump delivers, basal and bolus together"
    ),
    "min_rate": Key(
        v.VOLUME_RATE, "0.006 mL/d", "the rate of minimum-rate mode, and at a dose cap"
    ),
    "program_max_rate": Key(
        v.VOLUME_RATE, None, "the most a basal program may ask for; without it `max_rate`"
    ),
    "max_dose_1h": Key(v.DOSE, None, "cap over any hour, all sources; without it no cap"),
    "max_dose_24h": Key(v.DOSE, None, "cap over any 24 h, all sources; without it no cap"),
    "bolus_lockout": Key(
        v.LOCKOUT, "0 s", "least time from the start of a bolus to the start of the next"
    ),
    "blind": Key(v.VOLUME, "1 uL", "most volume queued ahead of the control loop"),
    "stopped_limit": Key(v.STOPPED_LIMIT, "1 h", "STOPPED_TOO_LONG after this"),
    "supply_min": Key(v.VOLTAGE, "4500 mV", "SUPPLY_LOW below this"),
    "stall_steps": Key(
        v.whole(4, 1_000_000, "40"), 40, "steps with less than half of their motion sensed: a stall"
    ),
}

TRUTH = {
    "volume_per_rev": Key(
        v.CALIBRATION, None, "true volume of one revolution; without it as in [head]"
    ),
    "fill": Key(v.ANY_VOLUME, None, "true content at power-up; without it as in [reservoir]"),
    "residual": Key(
        v.ANY_VOLUME, None, "true content that will not flow; without it as in [reservoir]"
    ),
    "line_compliance": Key(v.COMPLIANCE, "0.1 mL/bar", "how much the line swells under pressure"),
    "line_time_constant": Key(
        v.LASTING, "2 s", "how fast flow at the outlet follows flow at the head"
    ),
    "occlusion_threshold": Key(v.PRESSURE, "1 bar", "line pressure at which the switch closes"),
    "level_switch_at": Key(
        v.ANY_VOLUME, None, "content at which the level switch trips; without it `reservoir.low`"
    ),
    "pulsation": Key(v.ANY_SHARE, "10 %", "how deep flow dips as a roller lets go"),
    "roller_spread": Key(v.ANY_SHARE, "1 %", "how much the rollers differ, drawn by the seed"),
    "crystal": Key(v.CLOCK_ERROR, "0 ppm", "how fast the pump's clock runs; negative is slow"),
    "supply": Key(v.VOLTAGE, "5000 mV", "supply voltage"),
}

_SAFE = Key(v.FLOW, REQUIRED, "the rate while the wall clock is unset")
PROGRAM = {
    "stopped": {},
    "minimum": {},
    "continuous": {"rate": Key(v.FLOW, REQUIRED, "the one rate")},
    "flex": {
        "steps": Key(
            v.LIST,
            REQUIRED,
            "rates from times of day on; before the first the last holds on from the day before",
        ),
        "safe_rate": _SAFE,
    },
    "weekly": {
        "patterns": Key(
            v.TABLE,
            REQUIRED,
            "name = steps as in flex; before a day's first step the rate of the day before goes on",
        ),
        "days": Key(v.TABLE, REQUIRED, "`mon` to `sun`, each = a pattern's name; all seven"),
        "safe_rate": _SAFE,
    },
}

_LASTS = Key(v.LASTING, None, "how long; without it to the end of the run")
AT = {
    "bolus": {
        "dose": Key(v.DOSE, None, "either this ..."),
        "volume": Key(v.VOLUME, None, "... or this"),
        "over": Key(v.BOLUS_TIME, REQUIRED, "from its start to its end, on top of the basal rate"),
    },
    "start": {},
    "stop": {},
    "refill": {
        "fill": Key(v.VOLUME, REQUIRED, "content of the reservoir afterwards"),
        "every": Key(v.INTERVAL, None, "again and again until the end of the run"),
    },
    "set_program": {
        "program": Key(v.TABLE, REQUIRED, "a table [at.program] with the keys of [program]")
    },
    "set_clock": {
        "to": Key(v.WALL, None, "what the pump is told; without it the bench's true time")
    },
    "acknowledge": {},
    "audio_pause": {"for": Key(v.PAUSE, REQUIRED, "how long no sound comes; the lamp stays")},
    "reset_fault": {},
    "alarm_test": {},
}
COMMANDS = tuple(AT)

FAULT = {
    "stall": {"lasts": _LASTS},
    "occlusion": {"lasts": _LASTS},
    "wear": {
        "by": Key(v.SHARE, REQUIRED, "how much volume per revolution is lost in the end"),
        "over": Key(v.LASTING, REQUIRED, "how long the loss takes, evenly"),
    },
    "step_loss": {
        "by": Key(v.SHARE, REQUIRED, "share of the steps that the rotor misses"),
        "lasts": _LASTS,
    },
    "empty_early": {
        "volume": Key(v.VOLUME, REQUIRED, "gone from the reservoir, unknown to the books")
    },
    "leak": {
        "rate": Key(v.VOLUME_RATE, REQUIRED, "lost between the head and the outlet"),
        "lasts": _LASTS,
    },
    "encoder_dead": {"lasts": _LASTS},
    "driver_reset": {},
    "clock_lost": {},
    "slow_crystal": {
        "by": Key(v.SLOWNESS, REQUIRED, "how much slower the pump's clock runs from then on")
    },
    "supply_dip": {"to": Key(v.VOLTAGE, REQUIRED, "supply voltage meanwhile"), "lasts": _LASTS},
    "door_open": {"lasts": _LASTS},
    "level_stuck": {
        "at": Key(
            v.choice("active", "inactive"), REQUIRED, "what the level switch says; active means low"
        ),
        "lasts": _LASTS,
    },
}

# Fault: (key of a board's pins or of the board, what that is); without it nobody could see the
# fault
NEEDS = {
    "encoder_dead": ("encoder", "a rotor encoder"),
    "driver_reset": ("driver_uart_tx", "a driver that can tell"),
    "supply_dip": ("supply_sense", "a supply measurement"),
    "door_open": ("door", "a door switch"),
    "level_stuck": ("level_low", "a level switch"),
}

_WINDOW = {
    "within": Key(v.MAYBE_ZERO, None, "at most so long ..."),
    "of": Key(v.INSTANT, None, "... after this instant"),
    "between": Key(v.WINDOW, None, "or in this window"),
}
_SPAN = {
    "at": Key(v.INSTANT, None, "at this instant"),
    "from": Key(v.INSTANT, None, "or all the time from here"),
    "until": Key(v.INSTANT, None, "to here; without it to the end of the run"),
}
EXPECT = {
    "alarm": {"alarm": Key(ALARM, REQUIRED, "this alarm is raised in the window"), **_WINDOW},
    "cleared": {
        "cleared": Key(ALARM, REQUIRED, "the condition of this alarm goes in the window"),
        **_WINDOW,
    },
    "no_alarm": {
        "no_alarm": Key(ALARM_OR_ANY, REQUIRED, "this alarm is not raised"),
        "between": Key(v.WINDOW, None, "in this window; without it in the whole run"),
    },
    "state": {"state": Key(STATE, REQUIRED, "the pump is in this state"), **_SPAN},
    "rate": {
        "rate": Key(v.FLOW, REQUIRED, "the permitted rate"),
        **_SPAN,
        "tolerance": Key(v.TOLERANCE, "0.1 %", "how far it may be off"),
    },
    "delivered": {
        "delivered": Key(v.AMOUNT, REQUIRED, "volume delivered since power-up"),
        "by": Key(
            v.choice("books", "plant"),
            REQUIRED,
            "`books`: the pump's ledger; `plant`: what left the outlet",
        ),
        "at": Key(v.INSTANT, None, "up to here; without it to the end of the run"),
        "tolerance": Key(v.TOLERANCE, "1 %", "how far it may be off"),
    },
    "refused": {
        "refused": Key(
            v.choice(*COMMANDS), REQUIRED, "a command of this kind is refused in the window"
        ),
        **_WINDOW,
    },
}

ALLOW = {
    "alarm": {"alarm": Key(ALARM, REQUIRED, "may be raised, at any time")},
    "refused": {
        "refused": Key(
            v.choice(*COMMANDS), REQUIRED, "commands of this kind may be refused, at any time"
        )
    },
}

MODE = Key(v.choice(*PROGRAM), REQUIRED, "which kind of program")
DO = Key(v.choice(*AT), REQUIRED, "which command")
KIND = Key(v.choice(*FAULT), REQUIRED, "which fault")
DAY = Key(NAME, REQUIRED, "the pattern of this weekday")
TIME = Key(v.INSTANT, REQUIRED, "when, after the start")
