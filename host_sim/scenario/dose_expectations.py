"""Expectations on doses: at the tip, and as prescribed. CPython only.

As in expectations.py: each answers the expectation, or None after noting what is wrong.
"""

from host_sim.scenario.expect_windows import between, during, read_span, timed
from host_sim.scenario.setting import Expect, Setting, ends_in_time, volume_pl
from host_sim.shared.quantities import (
    PL_PER_ML,
    format_dose,
    format_instant,
    format_rate,
    format_share,
)
from host_sim.shared.reader import Reader, Table


def tip_dose(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    span = read_span(reader, where, {**table, "at": None}, setting)
    if setting.conc_ng_per_ml == 0:
        reader.problem(
            where + ".tip_dose",
            "is a dose, but no drug is stated; allowed: with a table [drug]",
            "add [drug] with its concentration",
        )
    if span is None:
        return None
    whose = "the pump says" if table["by"] == "pump" else "the plant gives"
    text = "%s %s ± %s at the tip %s" % (
        whose,
        format_dose(table["tip_dose"]),
        format_share(table["tolerance"]),
        during(span),
    )
    return timed(
        span, text, by=table["by"], dose_ng=table["tip_dose"], tolerance_ppm=table["tolerance"]
    )


def arrives(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    window = table["between"]
    if not ends_in_time(reader, where + ".between", window[1], setting):
        return None
    return timed(
        window, "%s arrives at the tip %s" % (table["arrives"], between(window)), arrives="drug"
    )


def prescribed(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    rate = volume_pl(reader, where + ".prescribed", table["prescribed"], setting)
    at_ms = table["at"]
    if rate is None or not ends_in_time(reader, where + ".at", at_ms, setting):
        return None
    text = "%s ± %s prescribed at %s" % (
        _flow_text(rate, setting.conc_ng_per_ml),
        format_share(table["tolerance"]),
        format_instant(at_ms),
    )
    return {
        "rate_pl_per_day": rate,
        "at_ms": at_ms,
        "tolerance_ppm": table["tolerance"],
        "text": text,
    }


def _flow_text(pl_per_day: int, conc_ng_per_ml: int | None) -> str:
    if not conc_ng_per_ml:
        return format_rate(pl_per_day)
    return "%s a day" % format_dose(pl_per_day * conc_ng_per_ml // PL_PER_ML)
