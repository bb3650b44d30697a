"""What the parts of a scenario need to know of each other while they are read, and dose to volume.

CPython only.
"""

from typing import Any, NamedTuple

from host_sim.scenario import slips
from host_sim.shared.quantities import PL_PER_ML, Amount, format_instant, format_rate, format_volume
from host_sim.shared.reader import Reader, Table

Expect = dict[str, Any]  # an expectation, its instants in ms, with a line of text
Timed = list[Any]  # [ms, payload of a command, or fault]
Span = tuple[int, int]  # (from_ms, to_ms)
Board = dict[str, Any]  # what a board file says


class Setting(NamedTuple):
    """The surroundings of a table.

    What could not be read itself is None, and what depends on it is not judged.
    """

    conc_ng_per_ml: int | None  # 0: no drug is stated
    limits: Table | None
    reservoir: Table | None
    truth: Table | None
    start_wall_s: int | None
    duration_ms: int | None  # as the file says
    run_ms: int  # as it will run
    board: Board | None = None
    line_stated: bool = False
    syringe: bool = True  # or nobody knows

    def program_max_rate(self) -> int | None:
        """The most a program may ask for, pL/day, or None if the limits could not be read."""
        if self.limits is None:
            return None
        return self.limits["program_max_rate"] or self.limits["max_rate"]


def volume_pl(reader: Reader, where: str, amount: Amount | None, setting: Setting) -> int | None:
    """An Amount (or an Amount per day) as pL (or pL/day), rounded down; None if unreadable or noted
    as a problem.
    """
    if amount is None or amount.dose is None:
        return amount and amount.volume
    conc = setting.conc_ng_per_ml
    if conc is None:
        return None
    if conc == 0:
        fault = "is a dose, but no drug is stated; allowed: volumes"
        reader.problem(
            where, fault, 'add [drug] with its concentration, or write a volume such as "0.5 mL"'
        )
        return None
    volume = amount.dose * PL_PER_ML // conc
    if volume == 0 and amount.dose:
        reader.problem(
            where,
            "%d ng rounds to zero at %d ng/mL; allowed: 1 pL or more" % (amount.dose, conc),
            "raise the dose",
        )
        return None
    return volume


def _volume(amount: Amount, conc_ng_per_ml: int | None) -> int | None:
    """An Amount as pL, None without a concentration that it needs."""
    if amount.dose is None:
        return amount.volume
    return amount.dose * PL_PER_ML // conc_ng_per_ml if conc_ng_per_ml else None


def prescribed(volume: int | None, amount: Amount | None, setting: Setting) -> int | None:
    """An Amount whose volume is known, as the pump takes it: with a drug as a dose, rounded down
    (S1).
    """
    if volume is None or amount is None or not setting.conc_ng_per_ml:
        return volume
    if amount.dose is not None:
        return amount.dose
    return volume * setting.conc_ng_per_ml // PL_PER_ML


def basal_flow(reader: Reader, where: str, flow: Amount | None, setting: Setting) -> int | None:
    """A flow of a program, at most the program maximum: with a drug in ng/day, else in pL/day; None
    after noting a problem.
    """
    rate = _basal_rate(reader, where, flow, setting)
    return prescribed(rate, flow, setting)


def _basal_rate(reader: Reader, where: str, flow: Amount | None, setting: Setting) -> int | None:
    """It in pL/day."""
    rate = volume_pl(reader, where, flow, setting)
    highest = setting.program_max_rate()
    if rate is not None and highest is not None and rate > highest:
        conc, least = setting.conc_ng_per_ml, (setting.limits or {}).get("min_rate") or 0

        def would_fit(text: str) -> bool:
            return slips.fits(text, least, highest, lambda amount: _volume(amount, conc))

        fault = slips.too_fast(reader.raw.get(where), rate, highest, conc, would_fit)
        reader.problem(
            where,
            "%s; allowed: up to %s, the program maximum" % (fault, format_rate(highest)),
            "correct the unit"
            if fault.endswith("?")
            else "lower it, or raise limits.program_max_rate or max_rate",
        )
        return None
    return rate


def before_the_end(reader: Reader, where: str, at_ms: int | None, setting: Setting) -> bool:
    """Whether an instant lies within the run; notes it if it does not."""
    if at_ms is None or setting.duration_ms is None:
        return False
    if at_ms >= setting.duration_ms:
        fault = "%s is not before the end of the run; allowed: before %s" % (
            format_instant(at_ms),
            format_instant(setting.duration_ms),
        )
        reader.problem(where, fault, "make it earlier, or `duration` longer")
        return False
    return True


def ends_in_time(reader: Reader, where: str, end_ms: int, setting: Setting) -> bool:
    """Whether a span ends within the run; notes it if it does not."""
    if setting.duration_ms is None:
        return False
    if end_ms > setting.duration_ms:
        fault = "reaches to %s, after the end of the run; allowed: up to %s" % (
            format_instant(end_ms),
            format_instant(setting.duration_ms),
        )
        reader.problem(where, fault, "make it earlier, or `duration` longer")
        return False
    return True


def check_fill(reader: Reader, where: str, fill: int, reservoir: Table) -> None:
    """Notes a fill that leaves nothing to pump, or is more than the reservoir holds."""
    fits(reader, where, fill, "reservoir.capacity", reservoir["capacity"])
    if fill <= reservoir["residual"]:
        fault = "is %s; allowed: above %s, reservoir.residual" % (
            format_volume(fill),
            format_volume(reservoir["residual"]),
        )
        reader.problem(where, fault, "fill in more, or lower reservoir.residual")


def fits(
    reader: Reader, where: str, volume: int | None, limit_name: str, limit: int | None
) -> bool:
    """Whether a volume is within another; notes it if it is not."""
    if volume is None or limit is None or volume <= limit:
        return True
    fault = "is %s; allowed: up to %s, %s" % (
        format_volume(volume),
        format_volume(limit),
        limit_name,
    )
    reader.problem(where, fault, "lower it, or raise %s" % limit_name)
    return False
