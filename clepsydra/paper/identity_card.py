"""The identity card of a pump: what whoever finds it has to know (S26). CPython only."""

from clepsydra.paper import delivery_blocks as delivery
from clepsydra.paper import pump_blocks as pump
from clepsydra.paper.paper import Block, Paper
from clepsydra.paper.taken import Taken
from firmware.alarms.alarm_table import HIGH, LOW, MEDIUM, TABLE

# As hal/patterns.py plays them
SOUNDS = (
    (HIGH, "HIGH", "ten short pulses, again every few seconds", "go to the pump at once"),
    (MEDIUM, "MEDIUM", "three pulses, again every 6 s", "go to the pump soon"),
    (LOW, "LOW", "one pulse every 16 s", "plan what it asks for"),
)
FIELD = (
    "No limit has been measured for this pump: keep it away from scanners and magnets. A field "
    "stops its rotor. Before and after: clepsydra scan before, clepsydra scan after."
)
# General words on intrathecal baclofen, for whoever compares a rehearsal with the literature
TOO_MUCH = "drowsiness, weakness that rises, slow and shallow breath, coma"
TOO_LITTLE = "itching without a rash, spasticity that returns, fever, seizures"


def identity_card(taken: Taken, contact: str) -> Paper:
    """contact: as typed; the pump knows none."""
    raw = taken.status.raw
    rows = [
        ("serial", taken.identity.serial),
        ("drug", pump.drug_text(taken)),
        ("daily dose", pump.daily_text(taken)),
    ]
    if taken.conc_ng_per_ml:
        hour, day = (pump.cap_text(taken, f"max_dose_{key}_ng") for key in ("1h", "24h"))
        rows.append(("in an hour, in 24 h", f"{hour}, {day}"))
    rows += delivery.refill_dates(taken)[:1]
    rows += [
        ("replace the tube set by", taken.day(raw["eos_day"])),
        ("contact", contact or "................................................"),
    ]
    sounds = [(name, sound, what) for _, name, sound, what in SOUNDS]
    blocks = [
        Block("Pump", rows),
        Block("What its sounds mean", heads=("priority", "sound", "do"), lines=sounds),
        Block(
            "What stops it",
            notes=[f"HIGH alarms that stop the delivery: {', '.join(_stopping())}.", FIELD],
        ),
    ]
    if taken.conc_ng_per_ml and taken.config and taken.config["drug"]["name"] == "baclofen":
        blocks.append(
            Block(
                "What is published of intrathecal baclofen; no advice",
                [("too much", TOO_MUCH), ("too little", TOO_LITTLE)],
                notes=["The two can look alike: the log of the pump says what was delivered."],
            )
        )
    return Paper("Identity card", pump.about(taken), blocks, pump.foot(taken), kind="card")


def _stopping() -> list[str]:
    return [row.name for _, row in sorted(TABLE.items()) if "stop" in row.action]
