"""Bridge: basal therapy at the old concentration, until the new one is at the tip (S10).

It is no overlay. While it is in force the doses of a program are given at the concentration at the
tip (books/fluid_line.py), and nothing else changes: gate, caps, stop and start are those of the
basal. What it follows is a program section in doses: the program at the instant of the refill, or
one dose a day.
"""

# What an event BRIDGE reports
BEGUN = 1
FOLLOWS = 2  # another front is at the tip
ENDED = 3
LEFT_OUT = 4  # the consequence was confirmed
GOES_ON = 5  # after a stop or a restart
CHANGED = 6  # its dose is another, or it begins without a refill
DROPPED = 7  # with a prime that was interrupted


def at_dose(dose_ng_per_day):
    """The program section of one dose a day."""
    return {"mode": "continuous", "dose_ng_per_day": dose_ng_per_day}
