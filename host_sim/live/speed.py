"""How fast the time of a live pump goes. CPython only."""

from fractions import Fraction

MOST_SPEED = 1_000_000


class SpeedError(ValueError):
    """A speed that cannot be."""


def speed_of(text: str) -> Fraction:
    """How many times real time, exactly. SpeedError."""
    try:
        speed = Fraction(text)
    except (ValueError, ZeroDivisionError):
        speed = Fraction(0)
    if not 0 < speed <= MOST_SPEED:
        raise SpeedError(
            f'speed is "{text}"; allowed: a number above 0, up to {MOST_SPEED:,}; '
            "1 is real time, write for instance --speed 60"
        )
    return speed
