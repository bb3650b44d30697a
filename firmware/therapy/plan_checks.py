"""Plan checks: what the stages of a plan may be (S14).

    check(section, limits, conc_ng_per_ml, programs.check, programs.build)

From one stage to the next the daily dose goes up by 30 % at most (15 % of a cerebral origin), and
down by 20 % at most. A stage lasts a day at least, so these are limits per 24 h.
"""

from firmware.errors import ConfigError
from firmware.field_checks import check_keys, check_value
from firmware.units import dose_ng

CONFIRM = "confirm"  # a stage that raises the dose waits for a person
AUTO = "auto"
ADVANCES = (CONFIRM, AUTO)
MOST_UP = {"spinal": 30, "cerebral": 15}  # %
MOST_DOWN = 20  # %
MOST_STAGES = 12
MOST_DAYS = 3650
# In all stages together: the journal keeps a plan in one record
MOST_STEPS = 96
_WITHIN = "continuous, flex, minimum, weekly"


def check(section, limits, conc_ng_per_ml, check_program, build):
    """ConfigError unless the values of a plan are sound. check_program, build: of programs.py."""
    check_value("program.advance", section["advance"], ADVANCES)
    check_value("program.origin", section["origin"], tuple(sorted(MOST_UP)))
    stages = section["stages"]
    if not isinstance(stages, list) or not 1 <= len(stages) <= MOST_STAGES:
        raise ConfigError("program.stages", stages, "1 to %d stages" % MOST_STAGES)
    most_up, before, steps = MOST_UP[section["origin"]], None, 0
    for number, stage in enumerate(stages):
        where = "program.stages[%d]" % (number + 1)
        check_keys(where, stage, ("days", "program"))
        check_value(where + ".days", stage["days"], (1, MOST_DAYS))
        _check_program(where, stage["program"], limits, conc_ng_per_ml, check_program)
        steps += _steps_in(stage["program"])
        dose = daily(stage["program"], limits["min_rate_pl_per_day"], conc_ng_per_ml, build)
        if before is not None:
            _check_change(where, before, dose, section["origin"], most_up)
        before = dose
    if steps > MOST_STEPS:
        raise ConfigError(
            "program.stages", steps, "at most %d steps in all stages together" % MOST_STEPS
        )


def daily(section, min_rate_pl_per_day, conc_ng_per_ml, build):
    """What a section that is no plan prescribes for its highest day, as it is stated: ng with a
    drug, else pL.
    """
    if section["mode"] == "minimum":
        least = min_rate_pl_per_day
        return dose_ng(least, conc_ng_per_ml) if conc_ng_per_ml else least
    # A program that gives as many pL as this one gives ng
    numbers = {key.replace("dose_ng", "rate_pl"): section[key] for key in sorted(section)}
    return build(numbers, 0, 0).most_in_a_day_pl()


def _check_program(where, program, limits, conc_ng_per_ml, check_program):
    mode = program.get("mode") if isinstance(program, dict) else program
    if not isinstance(mode, str) or mode not in _WITHIN.split(", "):
        raise ConfigError(where + ".program.mode", mode, "one of " + _WITHIN)
    try:
        check_program(program, limits, conc_ng_per_ml)
    except ConfigError as error:
        raise ConfigError(
            where + "." + error.field, error.value, error.allowed, error.remedy
        ) from error


def _steps_in(program):
    patterns = program["patterns"].values() if "patterns" in program else [program.get("steps", ())]
    return sum([len(steps) for steps in patterns])


def _check_change(where, before, dose, origin, most_up):
    if before * (100 - MOST_DOWN) <= dose * 100 <= before * (100 + most_up):
        return
    least, most = -(-before * (100 - MOST_DOWN) // 100), before * (100 + most_up) // 100
    raise ConfigError(
        where,
        dose,
        "%d to %d a day, from %d %% less to %d %% more than the stage before (%s origin)"
        % (least, most, MOST_DOWN, most_up, origin),
        "change the dose in smaller stages",
    )


def sum_of(value):
    """The sum of all whole numbers within a section."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    elif not isinstance(value, (list, tuple)):
        return value if isinstance(value, int) else 0
    return sum([sum_of(inner) for inner in value])
