"""A pump whose line is full of what its reservoir holds."""

from tests.rigs.pump import Bench


def lined_pump(conc, dose, path_pl):
    """conc: ng/mL; dose: ng a day; path_pl: of tubing and catheter, halves; 0: no line."""
    return Bench(
        program={"mode": "continuous", "dose_ng_per_day": dose},
        drug={"conc_ng_per_ml": conc},
        line={
            "tubing_pl": path_pl // 2,
            "catheter_pl": path_pl // 2,
            "tolerance_ppt": 0,
            "holds_tubing_ng_per_ml": conc,
            "holds_catheter_ng_per_ml": conc,
        },
        reservoir={"residual_pl": 0},
    )
