"""How the pump of a therapy comes up from a flash.

bench = Bench(**setup(therapy, flash, first_id, fill_pl, truth, stored))
bench = revived_from(therapy, flash, first_id, truth, stored)
"""

from firmware.config import SECTIONS
from tests.rigs.pump import Bench

STEPS_PER_REV, COUNTS_PER_REV = 3200, 4096  # the rotor follows each pulse


def setup(therapy, flash, first_id, fill_pl, truth, stored):
    """What a Bench takes. stored: the bytes of the stored configuration."""
    config = therapy.config
    return dict(
        {name: config[name] for name in SECTIONS},
        program=config["program"],
        stored=stored,
        flash=flash,
        first_id=first_id,
        truth=dict(therapy.truth, fill_pl=fill_pl),
        rotor_at=truth.net_steps() * COUNTS_PER_REV // STEPS_PER_REV,
        start=False,
    )


def revived_from(therapy, flash, first_id, truth, stored):
    """The pump that comes up from a flash, with any fill."""
    fill_pl = therapy.config["reservoir"]["capacity_pl"] // 2
    return Bench(**setup(therapy, flash, first_id, fill_pl, truth, stored))
