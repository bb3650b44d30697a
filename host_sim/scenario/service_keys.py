"""The keys of [service]: as keys.py. CPython only."""

from firmware.config import AT_EOS
from host_sim.shared import values as v
from host_sim.shared.values import Key

SERVICE = {
    "tube_life": Key(
        v.REVOLUTIONS,
        None,
        "ERI comes with this revolution of the tube set; without it no wear is watched",
        "tube_revs",
    ),
    "months": Key(
        v.whole(1, 1200, "84"),
        None,
        "EOS comes so many months after the first use; without it none by the calendar",
        "tube_months",
    ),
    "first_use": Key(v.DAY, None, "when the tube set was used first", "first_use_day"),
    "at_eos": Key(
        v.choice(*AT_EOS),
        "keep",
        "once ERI was signalled for 90 days of powered time: `keep` goes on and sounds once a day, "
        "`minimum` goes on at `limits.min_rate`, `stop` stops",
        "at_eos",
    ),
}
