"""The keys of a scenario file that have a time: commands, and what must or may be seen.
CPython only.

As keys.py; those of a fault stand in fault_keys.py.
"""

from firmware import states
from firmware.alarms import alarm_table
from firmware.link.commands import CONFIRM
from host_sim.scenario.syringe_keys import CONFIRMS_LINE, WITHDRAW
from host_sim.shared import values as v
from host_sim.shared.values import REQUIRED, Key

HOLDS = "holds_ng_per_ml"
ALARM_NAMES = sorted(row.name for row in alarm_table.TABLE.values())
STATE_NAMES = [states.NAMES[code] for code in sorted(states.NAMES)]

ALARM = v.choice(*ALARM_NAMES)._replace(unit="an alarm", allowed="names in the alarm table")
ALARM_OR_ANY = v.choice("any", *ALARM_NAMES)._replace(
    unit="an alarm", allowed="`any`, or names in the alarm table"
)
STATE = v.choice(*STATE_NAMES)._replace(unit="a state")

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
    "patient_bolus": {},
    "press_button": {
        "lasts": Key(v.LASTING, "0.5 s", "how long the patient's button is down", "lasts_ms")
    },
    "cancel_bolus": {},
    "start": {
        "confirm_dose": Key(
            v.DOSE_RATE,
            None,
            "the dose a day that the program gives: it must be stated after an outage of unknown "
            "length",
            CONFIRM,
        ),
        **CONFIRMS_LINE,
    },
    "confirm_dose": {
        "dose": Key(v.DOSE_RATE, REQUIRED, "the dose a day that the program gives", CONFIRM)
    },
    "stop": {},
    "refill": {
        "withdrawn": Key(
            v.WITHDRAWN,
            REQUIRED,
            "drawn off before it, as read on the syringe; `first`: the reservoir was never filled; "
            "`all`: what is truly there, read to 0.01 mL",
            "withdrawn_pl",
        ),
        "fill": Key(v.VOLUME, REQUIRED, "volume injected", "fill_pl"),
        "concentration": Key(
            v.CONCENTRATION,
            None,
            "of what is injected; without it as before. Every rate follows from its dose anew",
            "conc_ng_per_ml",
        ),
        "drug": Key(v.LABEL, None, "what is injected; without it as before", "drug"),
        "bridge": Key(
            v.BRIDGE,
            None,
            "with another concentration: the daily dose until it is at the tip, `program` for that "
            "of the program, `none` to leave the bridge out; the host confirms the consequence",
        ),
    },
    "prime": {
        "tubing": Key(
            v.FLAG, False, "prime the tubing, and state that it holds no drug: fast, at `max_rate`"
        ),
        "catheter": Key(
            v.FLAG,
            False,
            "the same of the catheter; the host confirms the dose that the prime counts",
        ),
    },
    "bridge_dose": {
        "dose": Key(
            v.DOSE_RATE,
            REQUIRED,
            "the daily dose for the rest of the bridge in force",
            "dose_ng_per_day",
        ),
    },
    "empty": {
        "withdrawn": Key(
            v.ANY_VOLUME, REQUIRED, "drawn off, as read on the syringe", "withdrawn_pl"
        ),
    },
    "catheter_flushed": {
        "aspirated": Key(
            v.ANY_VOLUME, REQUIRED, "drawn out of the catheter's port first", "aspirated_pl"
        ),
        "injected": Key(v.ANY_VOLUME, REQUIRED, "injected there afterwards", "injected_pl"),
        "with": Key(v.HELD, "water", "what was injected", "with_ng_per_ml"),
    },
    "line_confirmed": {
        "holds": Key(v.HELD, REQUIRED, "what a person knows the unknown content to be", HOLDS),
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
    "test_bolus": {
        "dose": Key(v.DOSE, REQUIRED, "the next of 50, 75 and 100 ug", "dose_ng"),
        "over": Key(
            v.BOLUS_TIME,
            REQUIRED,
            "from its start to its end, on top of the basal rate",
            "duration_ms",
        ),
    },
    "screening_response": {
        "effective": Key(v.FLAG, REQUIRED, "whether the last test bolus had an effect"),
        "lasted": Key(v.MAYBE_ZERO, "0 s", "how long that lasted, in whole minutes rounded down"),
        "note": Key(v.TEXT, "none", "what was seen", "note"),
    },
    "plan_confirm": {
        "dose": Key(v.FLOW, REQUIRED, "the dose a day of the stage that is due and waits for it")
    },
    "plan_pause": {},
    "plan_resume": {},
    "plan_end": {},
    "withdraw": WITHDRAW,
    "acknowledge": {},
    "audio_pause": {
        "for": Key(v.PAUSE, REQUIRED, "how long no sound comes; the lamp stays", "duration_ms")
    },
    "reset_fault": {},
    "alarm_test": {},
    "accept_books": {
        "fill": Key(v.VOLUME, REQUIRED, "what the reservoir holds, after BOOKS_LOST", "fill_pl")
    },
}
BY_HAND = ("press_button",)  # what is done to the pump, and is no command
COMMANDS = tuple(do for do in AT if do not in BY_HAND)

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
    "prescribed": {
        "prescribed": Key(v.FLOW, REQUIRED, "the dose a day that the program in force prescribes"),
        "at": Key(v.INSTANT, REQUIRED, "at this instant"),
        "tolerance": Key(v.TOLERANCE, "0.1 %", "how far it may be off"),
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
WHEN = {  # of a command or a fault
    "time": Key(v.INSTANT, None, "when, after the start; required without `at_times`"),
    "every": Key(v.INTERVAL, None, "again and again from `time` on"),
    "at_times": Key(
        v.TIMES_OF_DAY, None, "each day at these times of the bench's clock, from `time` on"
    ),
    "until": Key(v.INSTANT, None, "the last of `every` or `at_times`; without it the run's end"),
}
