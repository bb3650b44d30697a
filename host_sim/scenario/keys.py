"""The keys of a scenario file that describe the pump and its world: what each holds, its default,
what it means. CPython only.

The reader takes its keys from here, timed_keys.py and fault_keys.py, and
docs/scenario_reference.md shows the same tables (reference.py). The last part of a key is its name
in the configuration or in the job.
"""

from collections.abc import Mapping

from firmware.therapy.plan_checks import ADVANCES, MOST_DAYS, MOST_UP
from host_sim.scenario.syringe_keys import SYRINGE
from host_sim.shared import values as v
from host_sim.shared.reader import Table
from host_sim.shared.values import REQUIRED, Key

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

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
        "`set`: the pump gets the time at power-up; `unset`: it does not",
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
    "line": Key(
        v.TABLE,
        None,
        "what lies between the reservoir and the tip; without it the tip is where the pump is",
    ),
    "limits": Key(v.TABLE, None, "what the pump enforces against every command"),
    "pump": Key(v.TABLE, None, "what the pump does by itself where something fails"),
    "service": Key(v.TABLE, None, "how long the tube set lasts, and what follows from that"),
    "patient_bolus": Key(v.TABLE, None, "what the patient may ask for; without it nothing"),
    "program": Key(v.TABLE, REQUIRED, "the basal program at power-up"),
    "at": Key(v.TABLES, None, "commands sent during the run"),
    "fault": Key(v.TABLES, None, "what goes wrong during the run"),
    "expect": Key(v.TABLES, None, "what must be seen, or the run fails"),
    "allow": Key(v.TABLES, None, "alarms and refusals that may come"),
}

DRUG = {
    "name": Key(v.LABEL, REQUIRED, "what is in the reservoir", "name"),
    "concentration": Key(
        v.CONCENTRATION, REQUIRED, "turns doses into volumes, rounded down", "conc_ng_per_ml"
    ),
}

HEAD = {
    "kind": Key(
        v.choice("peristaltic", "syringe"),
        "peristaltic",
        "what the motor turns: rollers or a screw",
    ),
    "volume_per_rev": Key(
        v.CALIBRATION,
        None,
        "calibrated volume of one revolution; required for a peristaltic head, and derived for a "
        "syringe",
        "pl_per_rev",
    ),
    "steps_per_rev": Key(
        v.whole(1, 1_000_000, "3200"), 3200, "microsteps of one revolution", "steps_per_rev"
    ),
    "rollers": Key(v.whole(1, 100, "6"), 6, "rollers of the peristaltic head", "rollers"),
    **SYRINGE,
    "safe_state": Key(
        v.choice("hold", "off"),
        "hold",
        "what the motor does at rest: `hold` stands against free flow",
        "safe_state",
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
    "capacity": Key(v.VOLUME, REQUIRED, "the most it can hold", "capacity_pl"),
    "fill": Key(v.VOLUME, REQUIRED, "what it holds at power-up by the books", "fill_pl"),
    "low": Key(v.ANY_VOLUME, "2 mL", "LOW_RESERVOIR below this", "low_pl"),
    "residual": Key(v.ANY_VOLUME, "0.5 mL", "never pumped: EMPTY_RESERVOIR here", "residual_pl"),
    "level_tolerance": Key(
        v.ANY_VOLUME,
        "0.1 mL",
        "how far the volume may be off at which the level switch closes",
        "level_tolerance_pl",
    ),
    "level_belief": Key(
        v.ANY_SHARE,
        "30 %",
        "how far the level switch may be off from the books and be believed, as a share of what "
        "was delivered since the fill",
        "level_belief_ppt",
    ),
}

LIMITS = {
    "max_rate": Key(
        v.VOLUME_RATE,
        "24 mL/d",
        "the most the pump delivers, basal and bolus together",
        "max_rate_pl_per_day",
    ),
    "min_rate": Key(
        v.VOLUME_RATE,
        "0.006 mL/d",
        "the rate of minimum-rate mode, and at a dose cap",
        "min_rate_pl_per_day",
    ),
    "program_max_rate": Key(
        v.VOLUME_RATE,
        None,
        "the most a basal program may ask for; without it `max_rate`",
        "program_max_rate_pl_per_day",
    ),
    "max_dose_1h": Key(
        v.DOSE, None, "cap over any hour, all sources; required with a drug", "max_dose_1h_ng"
    ),
    "max_dose_24h": Key(
        v.DOSE, None, "cap over any 24 h, all sources; required with a drug", "max_dose_24h_ng"
    ),
    "max_bolus": Key(
        v.DOSE, None, "the most that one bolus gives; without it 100 ug with a drug", "max_bolus_ng"
    ),
    "max_prime": Key(
        v.DOSE,
        None,
        "the most that one prime counts, from half of the drug's way to the tip on; without it "
        "300 ug with a drug",
        "max_prime_ng",
    ),
    "bolus_lockout": Key(
        v.LOCKOUT, "0 s", "least time from the start of a bolus to the start of the next"
    ),
    "blind": Key(v.VOLUME, "1 uL", "most volume queued ahead of the control loop", "blind_pl"),
    "stopped_limit": Key(v.STOPPED_LIMIT, "1 h", "NOTHING_DELIVERED after this"),
    "longest_pause": Key(
        v.STOPPED_LIMIT,
        None,
        "how long a program's rate may be 0 without that alarm, where the program states nothing; "
        "without it `stopped_limit`",
    ),
    "supply_min": Key(v.VOLTAGE, "4500 mV", "SUPPLY_LOW below this", "supply_min_mv"),
    "stall_steps": Key(
        v.whole(4, 1_000_000, "40"),
        40,
        "steps with less than half of their motion sensed: a stall",
        "stall_steps",
    ),
    "monitor_1h": Key(
        v.VOLUME,
        None,
        "the monitor stops the pump beyond this volume in an hour, whatever the gate permitted; "
        "without it the least that it may be: what the other limits let out, 1.05 times, and "
        "what some power cuts book too much",
        "monitor_1h_pl",
    ),
    "monitor_24h": Key(v.VOLUME, None, "the same in 24 h", "monitor_24h_pl"),
    "holiday": Key(v.STOPPED_LIMIT, "48 h", "after longer at rest the dose is to be confirmed"),
    "restart_dose": Key(
        v.DOSE_RATE,
        None,
        "the dose a day until it is confirmed; without it that of `min_rate`",
        "restart_dose_ng_per_day",
    ),
}

PUMP = {
    "after_reset": Key(
        v.choice("stop", "resume"),
        "stop",
        "`stop`: it stays stopped until a person starts it; `resume`: it goes on with the program, "
        "at `limits.min_rate` until the dose is confirmed if it may have been away for long",
        "after_reset",
    ),
    "store_grace": Key(
        v.GRACE,
        "24 h",
        "how long it goes on with the basal rate when the journal takes nothing more",
    ),
}

_SAFE = Key(v.FLOW, REQUIRED, "the rate while the wall clock is unset", "safe_rate_pl_per_day")
_PAUSE = Key(
    v.STOPPED_LIMIT,
    None,
    "how long its rate may be 0 without NOTHING_DELIVERED; without it `limits.longest_pause`",
)
PROGRAM = {
    "stopped": {},
    "minimum": {"longest_pause": _PAUSE},
    "continuous": {
        "rate": Key(v.FLOW, REQUIRED, "the one rate", "rate_pl_per_day"),
        "longest_pause": _PAUSE,
    },
    "flex": {
        "steps": Key(
            v.LIST,
            REQUIRED,
            "rates from times of day on; before the first the last holds on from the day before",
        ),
        "safe_rate": _SAFE,
        "longest_pause": _PAUSE,
    },
    "weekly": {
        "patterns": Key(
            v.TABLE,
            REQUIRED,
            "name = steps as in flex; before a day's first step "
            "the rate of the day before continues",
        ),
        "days": Key(v.TABLE, REQUIRED, "`mon` to `sun`, each = a pattern's name; all seven"),
        "safe_rate": _SAFE,
        "longest_pause": _PAUSE,
    },
    "plan": {
        "advance": Key(
            v.choice(*ADVANCES),
            "confirm",
            "whether a stage that raises the dose waits for `plan_confirm`, or begins by itself",
            "advance",
        ),
        "origin": Key(
            v.choice(*sorted(MOST_UP)),
            "cerebral",
            "of the spasticity: from stage to stage the dose rises by 30 % at most (`spinal`) or "
            "15 % (`cerebral`), and falls by 20 % at most",
            "origin",
        ),
        "stages": Key(v.TABLES, REQUIRED, "one after the other, see below"),
        "programs": Key(
            v.TABLE, None, "[program.programs.NAME]: a list of programs that stages name"
        ),
    },
}


def _table_or_name(raw: object) -> object:
    return raw if isinstance(raw, str) else v.TABLE.parse(raw)


STAGE = {
    "days": Key(
        v.whole(1, MOST_DAYS, "7"),
        REQUIRED,
        "so many times 24 h of the pump's own time; the plan ends with those of the last stage",
    ),
    "program": Key(
        v.Value(_table_or_name, "table or text", "see below"),
        REQUIRED,
        "a table [program.stages.program], with the keys of one of these modes; or the name of one "
        "in [program.programs]",
    ),
}

MODE = Key(v.choice(*PROGRAM), REQUIRED, "which kind of program")
DAY = Key(NAME, REQUIRED, "the pattern of this weekday")


def fields(table: Mapping[str, Key], values: Table) -> Table:
    """{field: value} of the keys of a table that are passed on under a name of their own."""
    return {spec.field: values[key] for key, spec in table.items() if spec.field}
