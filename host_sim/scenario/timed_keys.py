"""The keys of a scenario file that have a time: commands, faults, and what must or may be seen.
CPython only.

As keys.py; what a fault's key is called in the job is held to host_sim/plant/faults.py by a test.
"""

from firmware import states
from firmware.alarms import alarm_table
from firmware.link.commands import CONFIRM
from host_sim.machine.sim_flash import ERASE_CUTS, PROGRAM_CUTS
from host_sim.plant.faults import CAUSES, ENCODERS, SILENT
from host_sim.shared import values as v
from host_sim.shared.values import REQUIRED, Key

MODES = sorted({*PROGRAM_CUTS, *ERASE_CUTS})
ALARM_NAMES = sorted(row.name for row in alarm_table.TABLE.values())
STATE_NAMES = [states.NAMES[code] for code in sorted(states.NAMES)]

ALARM = v.choice(*ALARM_NAMES)._replace(unit="an alarm", allowed="names in the alarm table")
ALARM_OR_ANY = v.choice("any", *ALARM_NAMES)._replace(
    unit="an alarm", allowed="`any`, or names in the alarm table"
)
STATE = v.choice(*STATE_NAMES)._replace(unit="a state")

_LASTS = Key(v.LASTING, None, "how long; without it to the end of the run", "lasts_ms")
AT = {
    "bolus": {
        "dose": Key(v.DOSE, None, "either this ..."),
        "volume": Key(v.VOLUME, None, "... or this"),
        "over": Key(
            v.BOLUS_TIME,
            REQUIRED,
            "from its start to its end, on top of the basal rate",
            "duration_ms",
        ),
    },
    "cancel_bolus": {},
    "start": {
        "confirm_dose": Key(
            v.DOSE_RATE,
            None,
            "the dose a day that the program gives: it must be stated after an outage of unknown "
            "length",
            CONFIRM,
        )
    },
    "confirm_dose": {
        "dose": Key(v.DOSE_RATE, REQUIRED, "the dose a day that the program gives", CONFIRM)
    },
    "stop": {},
    "refill": {
        "withdrawn": Key(
            v.WITHDRAWN,
            REQUIRED,
            "drawn off before it, as read on the syringe; `first`: the reservoir was never filled",
            "withdrawn_pl",
        ),
        "fill": Key(v.VOLUME, REQUIRED, "volume injected", "fill_pl"),
    },
    "empty": {
        "withdrawn": Key(
            v.ANY_VOLUME, REQUIRED, "drawn off, as read on the syringe", "withdrawn_pl"
        ),
    },
    "set_program": {
        "program": Key(v.TABLE, REQUIRED, "a table [at.program] with the keys of [program]")
    },
    "set_clock": {
        "to": Key(
            v.WALL, None, "the time that the pump gets; without it the bench's true time", "wall_s"
        ),
        "offset": Key(
            v.OFFSET,
            None,
            "of the pump's local time, by which programs run, from `to`; without it as it was",
            "offset_s",
        ),
        "confirm_jump": Key(v.FLAG, False, "confirms a jump of more than a day"),
    },
    "tube_replaced": {
        "first_use": Key(
            v.DAY,
            None,
            "when the new tube set was used first; without it the bench's true date",
            "first_use_day",
        ),
        "turned": Key(v.REVOLUTIONS, None, "how far it had turned before", "revs"),
    },
    "acknowledge": {},
    "audio_pause": {
        "for": Key(v.PAUSE, REQUIRED, "how long no sound comes; the lamp stays", "duration_ms")
    },
    "reset_fault": {},
    "alarm_test": {},
}
COMMANDS = tuple(AT)

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
    "level_stuck": ("level_low", "a level switch"),
}

_WINDOW = {
    "within": Key(v.MAYBE_ZERO, None, "at most this long ..."),
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
    "tip_dose": {
        "tip_dose": Key(v.DOSE_OR_NONE, REQUIRED, "dose that reaches the tip"),
        "by": Key(
            v.choice("pump", "plant"),
            REQUIRED,
            "`pump`: as the pump reckons; `plant`: as it truly is",
        ),
        "from": Key(v.INSTANT, "0 s", "from here"),
        "until": Key(v.INSTANT, None, "to here; without it to the end of the run"),
        "tolerance": Key(v.TOLERANCE, "1 %", "how far it may be off"),
    },
    "arrives": {
        "arrives": Key(
            v.choice(v.DRUG_HELD),
            REQUIRED,
            "a front reaches the tip, by plug flow, with drug behind it",
        ),
        "between": Key(v.WINDOW, REQUIRED, "in this window"),
    },
    "next_refill": {
        "next_refill": Key(
            v.CIVIL_DAY,
            REQUIRED,
            "at the end of the run the reservoir has to be refilled on this day",
        )
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

DO = Key(v.choice(*AT), REQUIRED, "which command")
KIND = Key(v.choice(*FAULT), REQUIRED, "which fault")
WHEN = {  # of a command or a fault
    "time": Key(v.INSTANT, None, "when, after the start; required without `at_times`"),
    "every": Key(v.INTERVAL, None, "again and again from `time` on"),
    "at_times": Key(
        v.TIMES_OF_DAY, None, "each day at these times of the bench's clock, from `time` on"
    ),
    "until": Key(v.INSTANT, None, "the last of `every` or `at_times`; without it the run's end"),
}
