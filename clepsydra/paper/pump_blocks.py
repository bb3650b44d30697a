"""Blocks of a report on what the pump is and was told: itself, its drug, its program, its life.
CPython only.
"""

from clepsydra.amounts import dose_text, flow_text
from clepsydra.paper.paper import Block
from clepsydra.paper.taken import Taken
from clepsydra.prescription.outlook import Outlook
from clepsydra.show.patient_words import patient_rows
from clepsydra.show.plan_words import HEAD, phase_text, plan_rows
from clepsydra.show.program_words import amount_text, one_line, steps_text
from clepsydra.show.status_lines import alarm_text, bridge_text, clock_text
from clepsydra.show.stop_words import rate_text
from host_sim.shared.source_version import said


def about(taken: Taken) -> str:
    """Whose paper it is, in a line."""
    name = taken.config["name"] if taken.config else "no usable configuration"
    return f"{name}; board {taken.identity.board}, serial {taken.identity.serial}"


def foot(taken: Taken) -> str:
    """Where the numbers come from."""
    who = taken.identity
    return (
        f"Read from the pump at {taken.read_at} ({taken.said}). Firmware {who.firmware}, "
        f"{said(who.commit, who.dirty)}, protocol {who.protocol}. Configuration "
        f"{who.config_sha256}, program {who.program_sha256} (SHA-256)."
    )


def state(taken: Taken) -> Block:
    status = taken.status
    rows = [
        ("state", f"{status.state}, {rate_text(status)}"),
        ("clock", clock_text(status)),
        ("alarms", "\n".join(alarm_text(alarm) for alarm in status.alarms) or "none is signalled"),
    ]
    return Block("State", rows)


def drug_text(taken: Taken) -> str:
    """What is in the reservoir."""
    conc = taken.conc_ng_per_ml
    if not conc:
        return "no drug"
    return f"{taken.status.raw['drug']} {dose_text(conc)}/mL"


def program(taken: Taken) -> list[Block]:
    """The drug and the program, with its caps; of a plan all stages."""
    rows = [("drug", drug_text(taken))]
    if taken.meant is None or taken.config is None:
        return [Block("Drug and program", rows, notes=["No configuration can be read."])]
    meant = taken.meant
    rows += [
        ("program", one_line(meant)),
        ("steps", steps_text(meant)),
        ("in any hour", _largest(taken, meant, meant.most_1h_pl, "max_dose_1h_ng")),
        ("in any 24 h", _largest(taken, meant, meant.most_24h_pl, "max_dose_24h_ng")),
    ]
    if taken.status.raw["bridge"]:
        rows.append(("bridge", bridge_text(taken.status)))
    return [Block("Drug and program", rows), *plan(taken)]


def plan(taken: Taken) -> list[Block]:
    """The stages of a plan, nothing without one."""
    if not taken.stages:
        return []
    return [
        Block(
            "Titration",
            [("plan", phase_text(taken.status.raw["plan"]))],
            HEAD,
            plan_rows(taken.stages, taken.status.raw, in_force=True),
        )
    ]


def patient(taken: Taken) -> list[Block]:
    """The patient's bolus, nothing without one."""
    rows = patient_rows(taken.config, taken.status)
    return [Block("Patient's bolus", rows)] if rows else []


def life(taken: Taken) -> Block:
    raw, service = taken.status.raw, (taken.config or {}).get("service") or {}
    wear = service.get("tube_revs")
    turns = f"{raw['tube_revs']:,} turns" + (f" of {wear:,}" if wear else "")
    return Block(
        "Life of the tube set",
        [
            ("first used", taken.day(raw["first_use_day"])),
            ("worn", turns),
            ("replacement due (ERI)", taken.day(raw["eri_day"])),
            ("life over (EOS)", taken.day(raw["eos_day"])),
        ],
    )


def cap_text(taken: Taken, key: str) -> str:
    cap = taken.config["limits"][key] if taken.config else None
    return "no cap" if cap is None else f"cap {dose_text(cap)}"


def daily_text(taken: Taken) -> str:
    """The daily dose prescribed now, as the pump says it."""
    number = taken.status.raw["prescribed_per_day"]
    conc = taken.conc_ng_per_ml
    return f"{dose_text(number)}/d" if conc else flow_text(number, 0)


def _largest(taken: Taken, meant: Outlook, pl: int, key: str) -> str:
    return f"{amount_text(meant, pl)} at most by the program; {cap_text(taken, key)}"
