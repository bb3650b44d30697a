"""The keys of [line] and [truth]: what lies behind the pump, and what the world really is. As
keys.py. CPython only.
"""

from host_sim.shared import values as v
from host_sim.shared.values import REQUIRED, Key

LINE = {
    "tubing": Key(v.ANY_VOLUME, REQUIRED, "volume of the pump's tubing, up to the catheter"),
    "catheter": Key(v.ANY_VOLUME, None, "volume of the catheter, to its tip: either this ..."),
    "catheter_length": Key(v.LENGTH, None, "... or this, as it lies, ..."),
    "catheter_bore": Key(
        v.LENGTH,
        None,
        "... and its inner diameter; with `catheter` it is 0.53 mm. The wider, the sooner drug "
        "arrives ahead of its front",
    ),
    "tolerance": Key(v.ANY_SHARE, "10 %", "how far the two volumes may be off, as a share"),
    "holds_tubing": Key(
        v.HELD, "drug", "what the tubing holds at power-up; `drug` is that of the reservoir"
    ),
    "holds_catheter": Key(v.HELD, "drug", "the same of the catheter"),
}

TRUTH = {
    "volume_per_rev": Key(
        v.CALIBRATION,
        None,
        "true volume of one revolution; without it as in [head]",
        "pl_per_rev",
    ),
    "steps_per_rev": Key(
        v.whole(1, 1_000_000, "3200"),
        None,
        "true microsteps of one revolution, as the driver's straps have it; without it as in "
        "[head]",
        "steps_per_rev",
    ),
    "fill": Key(
        v.ANY_VOLUME, None, "true content at power-up; without it as in [reservoir]", "fill_pl"
    ),
    "residual": Key(
        v.ANY_VOLUME,
        None,
        "true content that will not flow; without it as in [reservoir]",
        "residual_pl",
    ),
    "concentration": Key(
        v.CONCENTRATION,
        None,
        "true concentration in the reservoir at power-up; without it as in [drug]",
        "conc_ng_per_ml",
    ),
    "tubing": Key(
        v.ANY_VOLUME, None, "true volume of the tubing; without it as in [line]", "tubing_pl"
    ),
    "catheter": Key(
        v.ANY_VOLUME, None, "true volume of the catheter; without it as in [line]", "catheter_pl"
    ),
    "holds_tubing": Key(
        v.HELD,
        None,
        "what the tubing truly holds; without it as in [line], and `unknown` is water",
        "holds_tubing_ng_per_ml",
    ),
    "holds_catheter": Key(v.HELD, None, "the same of the catheter", "holds_catheter_ng_per_ml"),
    "line_compliance": Key(
        v.COMPLIANCE,
        "0.1 mL/bar",
        "how much the line swells under pressure",
        "compliance_pl_per_pa",
    ),
    "line_time_constant": Key(
        v.LASTING,
        "2 s",
        "how fast flow at the outlet follows flow at the head",
        "line_tau_ms",
    ),
    "occlusion_threshold": Key(
        v.PRESSURE, "1 bar", "line pressure at which the switch closes", "occlusion_pa"
    ),
    "level_switch_at": Key(
        v.ANY_VOLUME,
        None,
        "content at which the level switch trips; without it `reservoir.low`",
        "level_switch_pl",
    ),
    "pulsation": Key(
        v.ANY_SHARE, "10 %", "how deep flow dips as a roller lets go", "pulsation_ppt"
    ),
    "roller_spread": Key(
        v.ANY_SHARE, "1 %", "how much the rollers differ, drawn by the seed", "roller_spread_ppt"
    ),
    "crystal": Key(
        v.CLOCK_ERROR, "0 ppm", "how fast the pump's clock runs; negative is slow", "crystal_ppb"
    ),
    "supply": Key(v.VOLTAGE, "5000 mV", "supply voltage", "supply_mv"),
    "pull_in": Key(
        v.whole(1, 1_000_000, "8000"),
        8000,
        "steps a second up to which the motor starts; without a ramp it loses the faster ones",
        "pull_in_hz",
    ),
}
