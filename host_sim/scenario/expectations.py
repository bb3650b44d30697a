"""[[expect]] and [[allow]] to plain dicts with instants in ms and one line of text each.

CPython only.
"""

from collections.abc import Mapping

from host_sim.scenario import dose_expectations as doses
from host_sim.scenario import timed_keys
from host_sim.scenario.expect_windows import between, during, read_span, read_window, timed
from host_sim.scenario.setting import Expect, Setting, ends_in_time, volume_pl
from host_sim.shared.quantities import (
    did_you_mean,
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


def _alarm(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    kind = "alarm" if "alarm" in table else "cleared"
    window = read_window(reader, where, table, setting)
    word = "is raised" if kind == "alarm" else "clears"
    return window and timed(
        window, "%s %s %s" % (table[kind], word, between(window)), alarm=table[kind]
    )


def _no_alarm(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    whole_run = None if setting.duration_ms is None else (0, setting.duration_ms)
    window = whole_run if table["between"] is None else read_window(reader, where, table, setting)
    which = "alarm" if table["no_alarm"] == "any" else table["no_alarm"]
    return window and timed(window, "no %s %s" % (which, between(window)), alarm=table["no_alarm"])


def _state(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    span = read_span(reader, where, table, setting)
    return span and timed(span, "%s %s" % (table["state"], during(span)), state=table["state"])


def _rate(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    span = read_span(reader, where, table, setting)
    rate = volume_pl(reader, where + ".rate", table["rate"], setting)
    if span is None or rate is None:
        return None
    text = "permitted rate %s ± %s %s" % (
        format_rate(rate),
        format_share(table["tolerance"]),
        during(span),
    )
    return timed(span, text, rate_pl_per_day=rate, tolerance_ppm=table["tolerance"])


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


def _next_refill(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    if setting.duration_ms is None:
        return None
    day = table["next_refill"]
    return {
        "day": day,
        "at_ms": setting.duration_ms,
        "text": "the reservoir has to be refilled on %s" % day,
    }


def _refused(reader: Reader, where: str, table: Table, setting: Setting) -> Expect | None:
    window = read_window(reader, where, table, setting)
    return window and timed(
        window, "a %s is refused %s" % (table["refused"], between(window)), do=table["refused"]
    )


_READ = {
    "alarm": _alarm,
    "cleared": _alarm,
    "no_alarm": _no_alarm,
    "state": _state,
    "rate": _rate,
    "delivered": _delivered,
    "tip_dose": doses.tip_dose,
    "arrives": doses.arrives,
    "next_refill": _next_refill,
    "prescribed": doses.prescribed,
    "refused": _refused,
}


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
