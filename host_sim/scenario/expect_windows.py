"""The windows and spans of expectations, read and in words. CPython only."""

from host_sim.scenario.setting import Expect, Setting, Span, ends_in_time
from host_sim.shared.quantities import format_instant
from host_sim.shared.reader import Reader, Table


def read_window(reader: Reader, where: str, table: Table, setting: Setting) -> Span | None:
    """(from_ms, to_ms) of within + of, or of between; None after noting a problem."""
    within, of, both = table.get("within"), table.get("of"), table["between"]
    if both is not None and within is None and of is None:
        window = both
    elif both is None and within is not None and of is not None:
        window = (of, of + within)
    else:
        remedy = 'write for instance between = ["5 d 18:00", "6 d 06:00"]'
        reader.problem(where, "has no clear window; allowed: within and of, or between", remedy)
        return None
    return window if ends_in_time(reader, where, window[1], setting) else None


def read_span(reader: Reader, where: str, table: Table, setting: Setting) -> Span | None:
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


def timed(window: Span, text: str, **fields: object) -> Expect:
    return {**fields, "from_ms": window[0], "to_ms": window[1], "text": text}


def between(window: Span) -> str:
    return "between %s and %s" % (format_instant(window[0]), format_instant(window[1]))


def during(span: Span) -> str:
    return (
        "at %s" % format_instant(span[0])
        if span[0] == span[1]
        else "from %s to %s" % (format_instant(span[0]), format_instant(span[1]))
    )
