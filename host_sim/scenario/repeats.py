"""When an entry of [[at]] or [[fault]] comes: once, every so often, or at times of day. CPython
only.
"""

from collections.abc import Sequence

from host_sim.scenario.setting import Setting, before_the_end, ends_in_time
from host_sim.shared.quantities import MS_PER_DAY, format_instant
from host_sim.shared.reader import Reader, Table

MOST = 100_000  # repeats of one entry
_S_PER_DAY = 86_400


def instants(
    reader: Reader, where: str, table: Table, setting: Setting, end_ms: int | None = None
) -> Sequence[int]:
    """The instants of an entry before the end of the run, ms, sorted; none after noting a problem.

    table: with the keys time, every, until and at_times (timed_keys.WHEN); end_ms: another end
    """
    start, every, until, times = (table[key] for key in ("time", "every", "until", "at_times"))
    if not _is_clear(reader, where, table):
        return []
    if start is not None and not before_the_end(reader, where + ".time", start, setting):
        return []
    if until is not None and not ends_in_time(reader, where + ".until", until, setting):
        return []
    if until is not None and start is not None and until < start:
        fault = "ends before it begins; allowed: from %s on" % format_instant(start)
        reader.problem(where + ".until", fault, "make it later than `time`")
        return []
    end = setting.run_ms if end_ms is None else end_ms
    end = end if until is None else min(end, until + 1)
    if times is not None:
        found: Sequence[int] = _at_times(times, start or 0, end, setting)
    elif every is not None:
        found = range(start, end, every)
    else:
        found = [start] if start < end else []
    if len(found) > MOST:
        fault = "makes %d of them; allowed: up to %d" % (len(found), MOST)
        reader.problem(where + (".every" if times is None else ".at_times"), fault, "make it fewer")
        return []
    return found


def _is_clear(reader: Reader, where: str, table: Table) -> bool:
    """Whether the keys fit together; notes it if they do not."""
    if table["time"] is None and table["at_times"] is None:
        reader.problem(
            where + ".time",
            "is missing; allowed: 0 s to the end of the run",
            "add it: when, after the start; or at_times, as the bench's time of day",
        )
        return False
    if table["every"] is not None and table["at_times"] is not None:
        fault = "has both every and at_times; allowed: one of them"
        reader.problem(where, fault, "remove one")
        return False
    if table["until"] is not None and table["every"] is None and table["at_times"] is None:
        fault = "ends what is not repeated; allowed: with every or at_times"
        reader.problem(where + ".until", fault, 'write for instance every = "12 h"')
        return False
    return True


def _at_times(times: Sequence[int], from_ms: int, end_ms: int, setting: Setting) -> list[int]:
    """The instants within a span at which the bench's clock shows one of the times of day."""
    if setting.start_wall_s is None:
        return []
    into_the_day_ms = setting.start_wall_s % _S_PER_DAY * 1000
    first_day = (from_ms + into_the_day_ms) // MS_PER_DAY
    last_day = (end_ms + into_the_day_ms) // MS_PER_DAY
    found = (
        day * MS_PER_DAY + time_s * 1000 - into_the_day_ms
        for day in range(first_day, last_day + 1)
        for time_s in sorted(set(times))
    )
    return [at_ms for at_ms in found if from_ms <= at_ms < end_ms]
