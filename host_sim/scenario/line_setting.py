"""[line] of a scenario: what lies between the reservoir and the tip, and what it holds. CPython
only.

The plant gets its numbers from `truth_of`. The pump is to be told by what `LineSetting` holds.
"""

from fractions import Fraction
from typing import NamedTuple

from host_sim.shared.quantities import format_volume
from host_sim.shared.reader import Reader, Table
from host_sim.shared.values import DRUG_HELD, UNKNOWN_HELD, WATER_HELD

UM3_PER_PL = 1000
NM_PER_UM = 1000
DEFAULT_BORE_UM = 530  # of an implanted catheter: 2.2 uL/cm
_PI = Fraction(3_141_592_653_589_793, 10**15)


class LineSetting(NamedTuple):
    """What a pump is to be told of its line; None of what it holds: nobody knows."""

    tubing_pl: int
    catheter_pl: int
    tolerance_ppt: int
    holds_tubing_ng_per_ml: int | None
    holds_catheter_ng_per_ml: int | None


def read_line(
    reader: Reader, table: Table | None, conc_ng_per_ml: int | None
) -> LineSetting | None:
    """The setting of a table [line] that was read, or None without one or after noting a problem.

    conc_ng_per_ml: of the drug, 0 without one, None if it could not be read
    """
    if table is None:
        return None
    catheter_pl = _catheter_pl(reader, table)
    holds = [_held(reader, table, key, conc_ng_per_ml) for key in ("tubing", "catheter")]
    if None in (table["tubing"], table["tolerance"], catheter_pl):
        return None
    return LineSetting(table["tubing"], catheter_pl or 0, table["tolerance"], *holds)


def truth_of(line: LineSetting | None, table: Table | None, truth: Table, conc: int) -> Table:
    """The keys of the plant's truth that a line fills, where [truth] does not say otherwise.

    conc: of the drug by [drug], ng/mL
    """
    filled = conc if truth["concentration"] is None else truth["concentration"]
    found = {"conc_ng_per_ml": filled}
    if line is None or table is None:
        return found
    for part, volume_pl in (("tubing", line.tubing_pl), ("catheter", line.catheter_pl)):
        stated = truth[part]
        held = truth["holds_%s" % part] or table["holds_%s" % part]
        found["%s_pl" % part] = volume_pl if stated is None else stated
        # Of what nobody knows the pump has to fear the most; in truth it is water unless stated.
        names = {DRUG_HELD: filled, WATER_HELD: 0, UNKNOWN_HELD: 0}
        found["holds_%s_ng_per_ml" % part] = names.get(held, held)
    bore_um = table["catheter_bore"] or DEFAULT_BORE_UM
    return {**found, "bore_nm": bore_um * NM_PER_UM}


def _catheter_pl(reader: Reader, table: Table) -> int | None:
    """From its volume, or from its length and bore."""
    volume, length, bore = (table[key] for key in ("catheter", "catheter_length", "catheter_bore"))
    if (volume is None) == (length is None or bore is None) or (
        volume is not None and length is not None
    ):
        reader.problem(
            "line",
            "has no clear catheter; allowed: catheter, or catheter_length and catheter_bore",
            'write for instance catheter = "0.132 mL"',
        )
        return None
    if volume is not None:
        return volume
    pl = int(_PI / 4 * bore * bore * length / UM3_PER_PL)
    if pl == 0:
        reader.problem(
            "line.catheter_length",
            "gives %s; allowed: a catheter of 1 pL or more" % format_volume(pl),
            'make it longer, or write catheter = "0 mL"',
        )
    return pl


def _held(reader: Reader, table: Table, part: str, conc: int | None) -> int | None:
    """Concentration in a part of the line as the pump is told, ng/mL; None: nobody knows."""
    key = "holds_%s" % part
    held = table[key]
    if isinstance(held, int) and conc == 0:
        reader.problem(
            "line.%s" % key,
            "is a concentration, but no drug is stated; allowed: drug, water, unknown",
            "add [drug] with its concentration",
        )
    if held == DRUG_HELD:
        return conc
    return {WATER_HELD: 0, UNKNOWN_HELD: None}.get(held, held)
