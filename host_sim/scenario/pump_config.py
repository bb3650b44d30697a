"""The sections of the pump to its configuration, [truth] to the plant's truth. CPython only."""

from firmware.config import VERSION, harmless
from firmware.limit_checks import BOARD_HZ
from firmware.units import hz_of, rate_of
from host_sim.machine.job import Truth, make_truth
from host_sim.scenario import keys, world_keys
from host_sim.scenario.line_setting import LineSetting, truth_of
from host_sim.scenario.patient_keys import MOST_BOLUS_NG
from host_sim.scenario.service_keys import SERVICE
from host_sim.scenario.setting import Board, check_fill, fits
from host_sim.scenario.syringe_keys import backlash_steps, barrel_pl, section_of
from host_sim.shared.quantities import format_rate, format_volume
from host_sim.shared.reader import Reader, Table

# (key, field, what it is with a drug where it is not stated, ng)
MOST = (("max_bolus", "max_bolus_ng", MOST_BOLUS_NG), ("max_prime", "max_prime_ng", 300_000))
CAPS = ("max_dose_1h", "max_dose_24h")


def check_limits(reader: Reader, limits: Table, drug_stated: bool) -> None:
    """Notes limits that contradict each other or need a drug."""
    for lower, upper in (
        ("min_rate", "program_max_rate"),
        ("min_rate", "max_rate"),
        ("program_max_rate", "max_rate"),
    ):
        if (
            limits[lower] is not None
            and limits[upper] is not None
            and limits[lower] > limits[upper]
        ):
            fault = "is %s; allowed: up to %s, limits.%s" % (
                format_rate(limits[lower]),
                format_rate(limits[upper]),
                upper,
            )
            reader.problem("limits.%s" % lower, fault, "lower it, or raise limits.%s" % upper)
    missing = [cap for cap in CAPS if limits[cap] is None and drug_stated]
    if missing:
        fault = "is missing; allowed: a dose, with a drug both caps are required"
        reader.problem("limits.%s" % missing[0], fault, "state both max_dose_1h and max_dose_24h")
    for cap in (*CAPS, "max_bolus", "max_prime"):
        if limits[cap] is not None and not drug_stated:
            fault = "is a dose, but no drug is stated; allowed: no dose caps"
            reader.problem(
                "limits.%s" % cap, fault, "add [drug] with its concentration, or remove the cap"
            )
    if (
        None not in (limits["max_dose_1h"], limits["max_dose_24h"])
        and limits["max_dose_1h"] > limits["max_dose_24h"]
    ):
        fault = "is %d ng, less than limits.max_dose_1h, %d ng; allowed: at least as much" % (
            limits["max_dose_24h"],
            limits["max_dose_1h"],
        )
        reader.problem("limits.max_dose_24h", fault, "raise it, or lower limits.max_dose_1h")


def check_step_rate(reader: Reader, limits: Table, head: Table, board: Board) -> None:
    """Notes a maximum rate at which the board or, without a ramp, its motor cannot step."""
    rate, pl_per_rev, steps_per_rev = (
        limits["max_rate"],
        head["volume_per_rev"],
        head["steps_per_rev"],
    )
    if None in (rate, pl_per_rev, steps_per_rev):
        return
    step_hz = hz_of(rate, pl_per_rev, steps_per_rev)
    for name in BOARD_HZ:
        most_hz = board["limits"][name]
        if step_hz > most_hz:
            fault = "is %s, %d steps/s with this head; allowed: up to %d steps/s (%s of %s), %s" % (
                format_rate(rate),
                step_hz,
                most_hz,
                name,
                board["name"],
                format_rate(rate_of(most_hz, pl_per_rev, steps_per_rev)),
            )
            reader.problem(
                "limits.max_rate", fault, "lower it, or take a head that gives more in a turn"
            )
            return


def check_reservoir(reader: Reader, reservoir: Table) -> None:
    """Notes a reservoir whose marks are in the wrong order."""
    if reservoir["low"] >= reservoir["capacity"]:
        fault = "is %s; allowed: below %s, reservoir.capacity" % (
            format_volume(reservoir["low"]),
            format_volume(reservoir["capacity"]),
        )
        reader.problem("reservoir.low", fault, "lower it, or raise reservoir.capacity")
    fits(reader, "reservoir.residual", reservoir["residual"], "reservoir.low", reservoir["low"])
    check_fill(reader, "reservoir.fill", reservoir["fill"], reservoir)


def check_truth(reader: Reader, truth: Table, reservoir: Table) -> None:
    """Notes a truth that its reservoir cannot hold."""
    for key in ("fill", "residual", "level_switch_at"):
        fits(reader, "truth.%s" % key, truth[key], "reservoir.capacity", reservoir["capacity"])


def check_line(reader: Reader, truth: Table, line_stated: bool) -> None:
    """Notes what is said of a line that is not there."""
    for key in ("tubing", "catheter", "holds_tubing", "holds_catheter"):
        if truth[key] is not None and not line_stated:
            reader.problem(
                "truth.%s" % key,
                "is of a line, but none is stated; allowed: with a table [line]",
                "add [line], or remove it",
            )


def build_config(
    top: Table, sections: dict[str, Table], program: Table, patient: Table, line: LineSetting | None
) -> Table:
    """The pump's configuration, integers only, as firmware/config.py takes it."""
    limits, drug = sections["limits"], sections["drug"]
    most = {
        field: limits[key] or default_ng if drug["concentration"] else None
        for key, field, default_ng in MOST
    }
    rates_and_times = {
        "program_max_rate_pl_per_day": limits["program_max_rate"] or limits["max_rate"],
        "bolus_lockout_s": -(-limits["bolus_lockout"] // 1000),
        "stopped_limit_s": limits["stopped_limit"] // 1000,
        "holiday_s": limits["holiday"] // 1000,
    }
    return {
        "version": VERSION,
        "name": top["name"],
        "board": top["board"],
        "drug": keys.fields(keys.DRUG, sections["drug"]),
        "head": keys.fields(keys.HEAD, sections["head"]),
        "limits": {**keys.fields(keys.LIMITS, limits), **most, **rates_and_times},
        "reservoir": keys.fields(keys.RESERVOIR, sections["reservoir"]),
        "pump": {
            **keys.fields(keys.PUMP, sections["pump"]),
            "store_grace_s": sections["pump"]["store_grace"] // 1000,
        },
        "service": keys.fields(SERVICE, sections["service"]),
        "patient_bolus": patient,
        "syringe": section_of(sections["head"]),
        "line": harmless()["line"] if line is None else line._asdict(),
        "program": program,
    }


def build_truth(sections: dict[str, Table], line: LineSetting | None) -> Truth:
    """What the plant really is; where nothing is said, what the pump believes."""
    head, reservoir, truth = sections["head"], sections["reservoir"], sections["truth"]
    believed = {
        "pl_per_rev": head["volume_per_rev"],
        "rollers": head["rollers"],
        "steps_per_rev": head["steps_per_rev"],
        "backlash_steps": backlash_steps(head),
        "barrel_pl": barrel_pl(head),
        "fill_pl": reservoir["fill"],
        "residual_pl": reservoir["residual"],
        "level_switch_pl": reservoir["low"],
    }
    stated = keys.fields(world_keys.TRUTH, truth)
    return make_truth(
        **{
            **believed,
            **{field: value for field, value in stated.items() if value is not None},
            **truth_of(line, sections["line"], truth, sections["drug"]["concentration"]),
        }
    )
