"""The classes of disturbance: each a function of a run's chance that makes a Weighing."""

import numpy as np

from tests.bench_world.world import Bench, Weighing, relaxing


def plain(rng):
    """Nothing but what every weighing has."""
    bench = Bench(rng)
    volume = bench.volume()
    return Weighing(bench.time_s, bench.show(volume), volume, bench.setup())


def holes_with_a_wandering_pump(rng):
    """A pump that wanders by some percent over minutes to hours, and holes of up to 40 min."""
    bench = Bench(rng, lasts_s=4 * 3600.0)
    tau_s = float(np.exp(rng.uniform(np.log(120), np.log(3600))))
    uneven = relaxing(rng, bench.n, bench.every_s, tau_s, rng.uniform(0.005, 0.05))
    volume = bench.volume(uneven)
    keep = np.ones(bench.n, dtype=bool)
    for _ in range(rng.integers(1, 4)):
        start = rng.uniform(0.1, 0.8) * bench.lasts_s
        keep &= (bench.time_s < start) | (bench.time_s > start + rng.uniform(60, 2400))
    keep[[0, -1]] = True
    shown = bench.show(volume)
    return Weighing(bench.time_s[keep], shown[keep], volume[keep], bench.setup())


def _blank(bench, loss_mg_min, every_s=5.0, lasts_s=3600.0):
    time_s = np.arange(0, lasts_s, every_s)
    return time_s, bench.read(-loss_mg_min / 60 * time_s + bench.drift * time_s)


def _changing_loss(rng, shape):
    """A run of 12 h between two blanks of an hour; `shape` is the loss over its mean at the part of
    the run that has gone by, from before 0 to after 1.
    """
    bench = Bench(
        rng, rate_ul_min=5.0, lasts_s=12 * 3600.0, every_s=30.0, loss_mg_min=0.3,
        method="ambulatory", limit_pct=5.0, gain_spread=0.04,
    )  # fmt: skip
    bench.true_loss = 0.3 * (1 + rng.uniform(-0.2, 0.2))
    part = bench.time_s / bench.lasts_s
    loss = bench.true_loss * shape(part)
    lost = np.concatenate(([0.0], np.cumsum((loss[1:] + loss[:-1]) / 2 * bench.every_s / 60)))
    volume = bench.volume()
    blanks = {
        "before": _blank(
            bench, bench.true_loss * float(np.mean(shape(np.linspace(-1 / 12, 0, 50))))
        ),
        "after": _blank(
            bench, bench.true_loss * float(np.mean(shape(np.linspace(1, 13 / 12, 50))))
        ),
    }
    setup = bench.setup(sampling={"stabilisation": "0 s"})
    setup["evaporation"] = {"blank_before": "before", "blank_after": "after"}
    return bench, Weighing(
        bench.time_s, bench.show(volume, lost_mg=lost), volume, setup, blanks=blanks
    )


def evaporation_with_a_days_cycle(rng):
    """The loss goes up and comes down by some tenths over the day."""
    size, phase = rng.uniform(0.05, 0.3), rng.uniform(0, 2 * np.pi)
    bench, made = _changing_loss(rng, lambda part: 1 + size * np.sin(np.pi * part + phase))
    made.disturbance_mg = 0.3 * 0.18 * 0.4 * bench.lasts_s / 60
    return made


def evaporation_with_a_trend(rng):
    """The loss rises or falls by some tenths from the first blank to the second, not in a line."""
    size, bend = rng.uniform(-0.3, 0.3), rng.uniform(0.7, 1.5)
    bench, made = _changing_loss(rng, lambda part: 1 + size * np.sign(part) * np.abs(part) ** bend)
    made.disturbance_mg = 0.3 * 0.17 * 0.3 * bench.lasts_s / 60
    return made


def _draught(rng, sd_mg):
    bench = Bench(rng, lasts_s=3 * 3600.0)
    tau_s = float(np.exp(rng.uniform(np.log(60), np.log(400))))
    slow = relaxing(rng, bench.n, bench.every_s, tau_s, sd_mg)
    volume = bench.volume()
    made = Weighing(bench.time_s, bench.show(volume, more_mg=slow), volume, bench.setup())
    made.disturbance_mg = np.sqrt(2) * sd_mg
    return made


def slow_noise_of_half_a_milligram(rng):
    return _draught(rng, 0.5)


def slow_noise_of_a_milligram(rng):
    return _draught(rng, 1.0)


def slow_noise_that_swells(rng):
    """An air conditioner, or a door: slow noise without a tremble, or of one period."""
    bench = Bench(rng)
    if rng.random() < 0.5:
        period_s, phase = rng.uniform(300, 900), rng.uniform(0, 2 * np.pi)
        slow = 0.7 * np.sin(2 * np.pi * bench.time_s / period_s + phase)
    else:
        tau_s = rng.uniform(60, 300)
        bell = np.exp(-0.5 * (np.arange(-3 * tau_s, 3 * tau_s, bench.every_s) / tau_s) ** 2)
        bell *= 0.5 / np.sqrt(np.sum(bell**2))
        slow = np.convolve(rng.normal(size=bench.n + len(bell) - 1), bell, "valid")
    volume = bench.volume()
    made = Weighing(bench.time_s, bench.show(volume, more_mg=slow), volume, bench.setup())
    made.disturbance_mg = np.sqrt(2) * 0.5
    return made


def _pressure(rng, cm3):
    """A day and more at half a millilitre a day while the weather changes; pressure is logged."""
    bench = Bench(
        rng, rate_ul_min=0.35, lasts_s=49 * 3600.0, every_s=120.0, drift_mg_h=0.005,
        loss_mg_min=0.008, loss_share=0.05, method="ambulatory", limit_pct=2.0,
    )  # fmt: skip
    swing = relaxing(rng, bench.n, bench.every_s, 12 * 3600.0, rng.uniform(4, 12))
    hpa = bench.hpa + swing
    true_cm3 = cm3 * (1 + rng.uniform(-0.1, 0.1))
    per_hpa = (bench.air(1023.0) - bench.air(1003.0)) / 20
    volume = bench.volume()
    lift_mg = -1000 * per_hpa * (hpa - hpa[0]) * (true_cm3 + volume / 1000)
    setup = bench.setup(vessel={"volume": f"{cm3} cm3"})
    logged = np.round(hpa + rng.uniform(-1, 1), 1)
    shown = bench.show(volume, more_mg=lift_mg)
    made = Weighing(bench.time_s, shown, volume, setup, columns={"pressure_hpa": logged})
    made.disturbance_mg = float(
        1000 * per_hpa * np.std(swing) * np.sqrt(2) * cm3 * 0.1 / np.sqrt(3)
    )
    return made


def pressure_with_60_cm3(rng):
    return _pressure(rng, 60)


def pressure_with_140_cm3(rng):
    return _pressure(rng, 140)


def pressure_with_300_cm3(rng):
    return _pressure(rng, 300)


def drops(rng):
    """An outlet above the surface: what is delivered falls in drops."""
    bench = Bench(rng, rate_ul_min=float(np.exp(rng.uniform(np.log(20), np.log(300)))), every_s=2.0)
    bench.loss_share = 0.3
    volume = bench.volume()
    drop = rng.uniform(10, 40)
    fallen = np.floor(volume / drop + rng.random()) * drop
    made = Weighing(bench.time_s, bench.show(fallen - fallen[0]), volume, bench.setup())
    made.disturbance_mg = drop / np.sqrt(6)
    return made


def saline(rng):
    """Saline of 0.9 %, its density stated to 0.0005 g/mL, at a temperature of its own."""
    bench = Bench(rng)
    celsius = 20 + rng.uniform(-3, 3)
    bench.water_c = celsius + rng.uniform(-0.5, 0.5)
    at_20 = 1.0046 + rng.uniform(-0.0005, 0.0005)
    density = at_20 * (1 - 2.6e-4 * (bench.water_c - 20))
    volume = bench.volume()
    setup = bench.setup(
        environment={"water": f"{celsius:.2f} degC"},
        liquid={
            "density": "1.0046 g/mL", "density_uncertainty": "0.0005 g/mL",
            "expansion": "260 ppm/K",
        },
    )  # fmt: skip
    made = Weighing(bench.time_s, bench.show(volume, liquid=density), volume, setup)
    made.disturbance_mg = bench.rate_ul_min * 120 * 0.0005 / np.sqrt(3)
    return made


def rounding_to_a_step(rng):
    """A quiet balance whose display is coarse: all readings of a minute may be the same."""
    bench = Bench(rng, rate_ul_min=float(rng.uniform(5, 50)), display_mg=1.0, noise_mg=0.02)
    volume = bench.volume()
    return Weighing(
        bench.time_s, bench.show(volume), volume, bench.setup(balance={"repeatability": "0.1 mg"})
    )


def bolus_on_basal(rng):
    """Boluses of 100 uL every two minutes on a basal flow."""
    bench = Bench(rng, lasts_s=26 * 120.0 + 60, every_s=1.0, limit_pct=1.0)
    basal = rng.uniform(2, 30) / 60
    dose = 100 * bench.gain
    starts = 60 + 120.0 * np.arange(26)
    given = np.sum(np.clip((bench.time_s[:, None] - starts[None, :]) / 3.0, 0, 1), axis=1)
    volume = dose * given
    setup = bench.setup(sampling={"interval": "120 s"})
    setup["method"], setup["set_dose"] = "bolus", "100 uL"
    del setup["set_rate"]
    if rng.random() < 0.5:
        setup["bolus"] = {"basal": f"{60 * basal:.6f} uL/min"}
    return Weighing(bench.time_s, bench.show(volume + basal * bench.time_s), volume, setup)


CLASSES = {
    function.__name__: function
    for function in (
        plain, holes_with_a_wandering_pump, evaporation_with_a_days_cycle, evaporation_with_a_trend,
        slow_noise_of_half_a_milligram, slow_noise_of_a_milligram, slow_noise_that_swells,
        pressure_with_60_cm3, pressure_with_140_cm3, pressure_with_300_cm3, drops, saline,
        rounding_to_a_step, bolus_on_basal,
    )
}  # fmt: skip
