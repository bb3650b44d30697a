"""[[expect]] and [[allow]] to plain dicts with instants in ms and one line of text each.

CPython only.
"""

from collections.abc import Mapping

from host_sim.scenario import timed_keys
from host_sim.scenario.setting import Expect, Setting, Span, ends_in_time, volume_pl
from host_sim.shared.quantities import (
    PL_PER_ML,
    did_you_mean,
    format_dose,
    format_instant,
    format_rate,
    format_share,
    format_volume,
)
from host_sim.shared.reader import Reader, Table
from host_sim.shared.values import Key

_CLIPPED = ("no_alarm", "state", "rate")  # may be judged on the part of their window that was run


def read_expects(reader: Reader, raw_expects: list[Table], setting: Setting) -> list[Expect]:
    """The expectations in the file's order; "beyond_end" is true for those that a shortened run
    cannot judge.
    """
    expects = []
    for number, raw in enumerate(raw_expects, 1):
        where = "expect[%d]" % number
        kind = _kind(reader, where, raw, timed_keys.EXPECT)
        table = kind and reader.table(where, raw, timed_keys.EXPECT[kind])
        expect = kind and table and _READ[kind](reader, where, table, setting)
        if expect:
            expects.append(_within_run({"kind": kind, **expect}, setting))
    return expects


def read_allows(reader: Reader, raw_allows: list[Table]) -> list[Table]:
    """[{"alarm": NAME} or {"refused": command}, ...]"""
    allows = []
    for number, raw in enumerate(raw_allows, 1):
        where = "allow[%d]" % number
        kind = _kind(reader, where, raw, timed_keys.ALLOW)
        table = kind and reader.table(where, raw, timed_keys.ALLOW[kind])
        if table:
            allows.append(table)
    return allows


def _kind(
    reader: Reader, where: str, raw: Table, variants: Mapping[str, Mapping[str, Key]]
) -> str | None:
    """The one key that says which kind of table it is; None after noting that there is not one."""
    named = [kind for kind in variants if kind in raw]
    if len(named) != 1:
        unknown = (
            next((hint for key in raw for hint in [did_you_mean(key, variants)] if hint), "")
            if not named
            else ""
        )
        fault = "has %s%s; allowed: exactly one of %s" % (
            " and ".join(named) or "no key that says what",
            unknown,
            ", ".join(variants),
        )
        reader.problem(where, fault, 'write for instance %s = "..."' % next(iter(variants)))
        return None
    return named[0]


def _window(reader: Reader, where: str, table: Table, setting: Setting) -> Span | None:
    """(from_ms, to_ms) of within + of, or of between; None after noting a problem."""
    within, of, between = table.get("within"), table.get("of"), table["between"]
    if between is not None and within is None and of is None:
        window = between
    elif between is None and within is not None and of is not None:
        window = (of, of + within)
    else:
        remedy = 'write for instance between = ["5 d 18:00", "6 d 06:00"]'
        reader.problem(where, "has no clear window; allowed: within and of, or between", remedy)
        return None
    return window if ends_in_time(reader, where, window[1], setting) else None


def _span(reader: Reader, where: str, table: Table, setting: Setting) -> Span | None:
    """(from_ms, to_ms) of at, or of from and until; None after noting a problem."""
    at, start, until = table["at"], table["from"], table["until"]
    if (at is None) == (start is None) or (at is not None and until is not None):
        reader.problem(
            where,
            "has no clear time; allowed: at, or from, or from and until",
            'write for instance from = "5 d 14:15"',
        )
        return None
    if setting.duration_ms is None:
        return None
    span = (at, at) if at is not None else (start, setting.duration_ms if until is None else until)
    if not ends_in_time(reader, where, max(span), setting):
        return None
    if span[1] < span[0]:
        reader.problem(
            where + ".until",
            "ends before it begins; allowed: from %s on" % format_instant(span[0]),
            "make it later than `from`",
        )
        return None
    return span


def _alarm(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    kind = "alarm" if "alarm" in table else "cleared"
    window = _window(reader, where, table, setting)
    word = "is raised" if kind == "alarm" else "clears"
    return window and _timed(
        window, "%s %s %s" % (table[kind], word, _between(window)), alarm=table[kind]
    )


def _no_alarm(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    whole_run = None if setting.duration_ms is None else (0, setting.duration_ms)
    window = whole_run if table["between"] is None else _window(reader, where, table, setting)
    which = "alarm" if table["no_alarm"] == "any" else table["no_alarm"]
    return window and _timed(
        window, "no %s %s" % (which, _between(window)), alarm=table["no_alarm"]
    )


def _state(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    span = _span(reader, where, table, setting)
    return span and _timed(span, "%s %s" % (table["state"], _during(span)), state=table["state"])


def _rate(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    span = _span(reader, where, table, setting)
    rate = volume_pl(reader, where + ".rate", table["rate"], setting)
    if span is None or rate is None:
        return None
    text = "permitted rate %s ± %s %s" % (
        format_rate(rate),
        format_share(table["tolerance"]),
        _during(span),
    )
    return _timed(span, text, rate_pl_per_day=rate, tolerance_ppm=table["tolerance"])


def _delivered(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    volume = volume_pl(reader, where + ".delivered", table["delivered"], setting)
    at_ms = setting.duration_ms if table["at"] is None else table["at"]
    if volume is None or at_ms is None or not ends_in_time(reader, where + ".at", at_ms, setting):
        return None
    whose = "the books say" if table["by"] == "books" else "the plant delivers"
    text = "%s %s ± %s by %s" % (
        whose,
        format_volume(volume),
        format_share(table["tolerance"]),
        format_instant(at_ms),
    )
    return {
        "by": table["by"],
        "volume_pl": volume,
        "at_ms": at_ms,
        "tolerance_ppm": table["tolerance"],
        "text": text,
    }


def _tip_dose(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    span = _span(reader, where, {**table, "at": None}, setting)
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
        _during(span),
    )
    return _timed(
        span, text, by=table["by"], dose_ng=table["tip_dose"], tolerance_ppm=table["tolerance"]
    )


def _arrives(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    window = table["between"]
    if not ends_in_time(reader, where + ".between", window[1], setting):
        return None
    return _timed(
        window, "%s arrives at the tip %s" % (table["arrives"], _between(window)), arrives="drug"
    )


def _next_refill(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    if setting.duration_ms is None:
        return None
    day = table["next_refill"]
    return {
        "day": day,
        "at_ms": setting.duration_ms,
        "text": "the reservoir has to be refilled on %s" % day,
    }


def _prescribed(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
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


def _refused(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    window = _window(reader, where, table, setting)
    return window and _timed(
        window, "a %s is refused %s" % (table["refused"], _between(window)), do=table["refused"]
    )


_READ = {
    "alarm": _alarm,
    "cleared": _alarm,
    "no_alarm": _no_alarm,
    "state": _state,
    "rate": _rate,
    "delivered": _delivered,
    "tip_dose": _tip_dose,
    "arrives": _arrives,
    "next_refill": _next_refill,
    "prescribed": _prescribed,
    "refused": _refused,
}


def _timed(window: Span, text: str, **fields: object) -> Expect:
    return {**fields, "from_ms": window[0], "to_ms": window[1], "text": text}


def _between(window: Span) -> str:
    return "between %s and %s" % (format_instant(window[0]), format_instant(window[1]))


def _during(span: Span) -> str:
    return (
        "at %s" % format_instant(span[0])
        if span[0] == span[1]
        else "from %s to %s" % (format_instant(span[0]), format_instant(span[1]))
    )


def _within_run(expect: Expect, setting: Setting) -> Expect:
    """Clip the window to a shortened run, or mark the expectation as beyond its end."""
    start, end = (
        (expect["from_ms"], expect["to_ms"])
        if "from_ms" in expect
        else (expect["at_ms"], expect["at_ms"])
    )
    if end > setting.run_ms:
        if expect["kind"] in _CLIPPED and start < setting.run_ms:
            return {**expect, "to_ms": setting.run_ms}
        return {**expect, "beyond_end": True}
    return expect
