"""Figures in words, the same on the terminal, in the plan and in the report. CPython only."""

from host_sim.shared.number_text import significant


def number(value: float | None, form: str = "+.3g", unit: str = " %") -> str:
    """A figure, or a dash where there is none."""
    return "-" if value is None else f"{value:{form}}{unit}"


def within(value: float, unit: str = " %") -> str:
    """An uncertainty, to two digits as the GUM (7.2.6) has it: ±0.67 %."""
    return f"\u00b1{significant(value, 2)}{unit}"


def estimate(value: float | None, expanded: float | None, unit: str = " %") -> str:
    """A measured value to the last place of its expanded uncertainty, GUM 7.2.6: +1.000 % where
    that is ±0.036 %; a dash where there is none.
    """
    if value is None or not expanded:
        return number(value, unit=unit)
    places = len(significant(expanded, 2).partition(".")[2])
    return f"{round(value, places) + 0.0:+.{places}f}{unit}"


def lasting(seconds: float | None) -> str:
    """A length of time in the largest unit that reads well, or a dash."""
    if seconds is None:
        return "-"
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or seconds == size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
