"""Configurations: each bad one is refused with a message that names field, value, what is allowed
and what to do.
"""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware import config
from firmware.errors import ConfigError
from firmware.therapy import programs
from tests.rigs.recorded_pump import BenchPump, made_pump_config

FLEX = {"mode": "flex", "safe_rate_pl_per_day": 0, "steps": [[0, 1], [3600, 2]]}
WEEK = {
    "mode": "weekly",
    "safe_rate_pl_per_day": 0,
    "patterns": {"a": [[0, 1]], "b": [[60, 2]]},
    "days": ["a"] * 5 + ["b"] * 2,
}
GONE = object()


def without_a_drug():
    made = made_pump_config()
    made["drug"]["conc_ng_per_ml"] = 0
    made["limits"].update(max_dose_1h_ng=None, max_dose_24h_ng=None)
    made["program"] = {"mode": "continuous", "rate_pl_per_day": 500_000_000}
    return made


def changed(path, value, base=None):
    """A sound configuration with one place changed, or (GONE) taken out. `path`: "section.key" or
    "program", which states rates: there is no drug then.
    """
    made = copy.deepcopy(base or (without_a_drug() if path == "program" else made_pump_config()))
    section = made
    *way, last = path.split(".")
    for key in way:
        section = section[key]
    if value is GONE:
        del section[last]
    else:
        section[last] = copy.deepcopy(value)
    return made


# path; value, or gone; words that the message must hold
BAD = json.loads(Path(__file__).with_name("bad_configurations.json").read_text(encoding="utf-8"))


# trace: GIP 1.3, GIP 6.1
@pytest.mark.parametrize("case", BAD, ids=lambda case: case["path"])
def test_a_bad_configuration_is_refused_by_name_value_and_what_is_allowed(case):
    with pytest.raises(ConfigError) as refused:
        config.check(changed(case["path"], GONE if case.get("gone") else case["value"]))
    for word in case["says"]:
        assert word in str(refused.value)


@pytest.mark.parametrize("field", ["max_dose_1h_ng", "max_dose_24h_ng"])
def test_a_dose_cap_without_a_concentration_is_refused(field):
    bad = changed("limits." + field, 1000, without_a_drug())
    with pytest.raises(
        ConfigError,
        match=f"limits.{field} is 1000, allowed is null without a concentration: "
        "state drug.conc_ng_per_ml",
    ):
        config.check(bad)


@pytest.mark.parametrize("value", [None, [], 7, "text", True, 1.5])
def test_what_is_no_object_is_no_configuration(value):
    with pytest.raises(ConfigError, match=r"configuration is .*, allowed is an object"):
        config.check(value)


@pytest.mark.parametrize(
    "program",
    [
        FLEX,
        WEEK,
        {"mode": "stopped"},
        {"mode": "minimum"},
        {"mode": "continuous", "rate_pl_per_day": 0},
    ],
)
def test_a_sound_configuration_is_handed_back_as_it_is(program):
    sound = changed("program", program)
    before = json.dumps(sound)
    assert config.check(sound) is sound
    assert json.dumps(sound) == before


DOSES = {"mode": "continuous", "dose_ng_per_day": 48_000_000}
DOSED_FLEX = {"mode": "flex", "safe_dose_ng_per_day": 0, "steps": [[0, 48_000_000]]}
DOSED_WEEK = {
    "mode": "weekly",
    "safe_dose_ng_per_day": 1,
    "patterns": {"a": [[0, 0]], "b": [[60, 2]]},
    "days": ["a"] * 5 + ["b"] * 2,
}


@pytest.mark.parametrize("program", [DOSES, DOSED_FLEX, DOSED_WEEK])
def test_with_a_drug_a_program_states_doses_up_to_the_highest_rate(program):
    sound = changed("program", program, made_pump_config())  # 24 mL/day at 2 mg/mL
    assert config.check(sound) is sound


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (
            {"mode": "continuous", "rate_pl_per_day": 5},
            "rate_pl_per_day is 5, allowed is dose_ng_per_day, since there is a drug: state doses",
        ),
        (FLEX, "program.safe_rate_pl_per_day is 0, allowed is safe_dose_ng_per_day"),
        (
            dict(DOSES, dose_ng_per_day=48_000_001),
            "program.dose_ng_per_day is 48000001, allowed is a whole number from 0 to 48000000",
        ),
        (
            dict(DOSED_FLEX, steps=[[0, 48_000_001]]),
            "program.steps dose_ng_per_day is 48000001, allowed is a whole number from 0 to",
        ),
        (dict(DOSED_FLEX, steps=[7]), "program.steps is 7, allowed is [start_s, dose_ng_per_day]"),
    ],
)
def test_with_a_drug_rates_and_doses_beyond_the_highest_rate_are_refused(program, says):
    with pytest.raises(ConfigError) as refused:
        config.check(changed("program", program, made_pump_config()))
    assert says in str(refused.value)


# trace: S1.3
def test_without_a_drug_a_program_of_doses_is_refused():
    with pytest.raises(ConfigError, match="since there is no drug: state rates in pL/day, or a"):
        config.check(changed("program", DOSES))


@pytest.mark.parametrize("section", config.LATER)
def test_a_later_section_that_is_missing_has_its_harmless_values(section):
    stored = changed(section, GONE)
    before = json.dumps(stored)
    assert config.check(stored)[section] == config.harmless()[section]
    assert json.dumps(stored) == before


@pytest.mark.parametrize("section", config.LATER)
def test_a_later_section_that_is_there_is_whole(section):
    for key in config.SECTIONS[section]:
        with pytest.raises(ConfigError, match=f"{section}.{key} is None, allowed is a value"):
            config.check(changed(f"{section}.{key}", GONE))


def test_a_section_that_was_there_from_the_first_is_required():
    for section in set(config.SECTIONS) - set(config.LATER):
        with pytest.raises(ConfigError, match=f"configuration.{section} is None"):
            config.check(changed(section, GONE))


@pytest.mark.parametrize("key", config.LATER_KEYS)
def test_a_later_key_that_is_missing_has_its_harmless_value(key):
    stored = changed("limits." + key, GONE)
    assert config.check(stored)["limits"][key] == config.SECTIONS["limits"][key].harmless
    assert key not in stored["limits"]


def test_the_harmless_configuration_is_sound_and_delivers_nothing():
    sound = config.harmless()
    assert config.check(sound) is sound
    assert programs.build(sound["program"], sound["limits"]["min_rate_pl_per_day"], 0).mode == 0


def test_a_pump_with_a_bad_configuration_comes_up_in_fault_and_says_why():
    bad = changed("head.safe_state", "loose")
    bench = BenchPump(
        bad, [(0, {"do": "start"}), (0, {"do": "reset_fault"}), (0, {"do": "status"})], 1000
    ).run()
    start, reset, status, _ = bench.replies()
    assert start.reply["error"] == "WRONG_STATE"
    assert (
        reset.reply["error"] == "NOT_NOW" and "head.safe_state is 'loose'" in reset.reply["message"]
    )
    assert status.reply["state"] == "FAULT" and "one of hold, off" in status.reply["config_error"]
    assert bench.emitted() == 0


# Fuzz

odd_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 50),
    st.sampled_from(
        [
            -1,
            10**15,
            10**15 + 1,
            1 << 70,
            1.5,
            float("inf"),
            "",
            "hold",
            "a",
            "x" * 200,
            [],
            {},
            [[]],
            [[0, 1]],
            {"mode": "flex"},
        ]
    ),
)


def places(value, way=()):
    """Every path into a configuration."""
    yield way
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*way, key))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from places(value[index], (*way, index))


def mutate(made, way, how, value):
    if not way:
        return value if how == "replace" else made
    inner = made
    for key in way[:-1]:
        inner = inner[key]
    if how == "remove":
        del inner[way[-1]]
    elif how == "add" and isinstance(inner, dict):
        inner["extra"] = value
    elif how == "add":
        inner.append(value)
    else:
        inner[way[-1]] = value
    return made


@settings(max_examples=200)
@given(st.sampled_from([FLEX, WEEK, {"mode": "continuous", "rate_pl_per_day": 5}]), st.data())
def test_whatever_is_done_to_a_configuration_it_is_refused_by_name_or_a_pump_runs_on_it(
    program, data
):
    made = changed("program", program)
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from(sorted(places(made), key=str)))
        made = mutate(
            made,
            way,
            data.draw(st.sampled_from(["replace", "remove", "add"])),
            copy.deepcopy(data.draw(odd_values)),
        )
    try:
        config.check(made)
    except ConfigError as error:
        assert error.field and error.allowed and error.remedy
        assert len(str(error)) < 600
    else:
        bench = BenchPump(
            made, [(0, {"do": "set_clock", "wall_s": 0}), (0, {"do": "start"})], 20_000
        )
        assert bench.pump.stored.error is None
        bench.run()


@settings(max_examples=100)
@given(
    st.recursive(
        odd_values,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
        ),
        max_leaves=10,
    )
)
def test_no_json_at_all_raises_anything_but_a_config_error(value):
    for call in (config.check, lambda v: programs.check(v, made_pump_config()["limits"], 0)):
        try:
            call(value)
        except ConfigError:
            pass


def test_a_configuration_for_another_board_is_refused_by_name():
    made = made_pump_config()
    assert config.check(made, "rpi_pico") is made
    with pytest.raises(
        ConfigError,
        match="board is 'rpi_pico', allowed is pybv11: store the configuration of this board",
    ):
        config.check(made, "pybv11")


BOARD_LIMITS = {"max_step_hz": 20_000, "start_hz": 1000}


@pytest.mark.parametrize(
    ("rate_pl_per_day", "words"),
    [
        (270_000_000_000, None),  # 1000 steps/s with a head of 10 uL
        (270_000_000_001, ["1001 steps/s", "start_hz of the board is 1000 steps/s", "270 mL/d"]),
        (5_400_000_000_000, ["20000 steps/s", "start_hz"]),
        (5_400_000_000_001, ["20001 steps/s", "max_step_hz of the board is 20000 steps/s"]),
        (20_000_000_000_000, ["20000 mL/d are 74075 steps/s", "at most 5400000000000"]),
    ],
)
def test_a_rate_at_which_the_board_cannot_step_is_refused_with_rate_and_step_rates(
    rate_pl_per_day, words
):
    made = changed("limits.max_rate_pl_per_day", rate_pl_per_day)
    assert config.check(made) is made  # no board is named
    if words is None:
        assert config.check(made, "rpi_pico", BOARD_LIMITS) is made
        return
    with pytest.raises(ConfigError) as refused:
        config.check(made, "rpi_pico", BOARD_LIMITS)
    for word in ["limits.max_rate_pl_per_day", *words]:
        assert word in str(refused.value)


def test_a_head_that_gives_less_in_a_turn_lowers_the_rate_that_the_board_can_do():
    made = changed("head.pl_per_rev", 100_000)
    with pytest.raises(ConfigError, match="8889 steps/s, and start_hz of the board is 1000"):
        config.check(made, "rpi_pico", BOARD_LIMITS)


def test_a_stored_configuration_beyond_the_board_is_a_fault_that_says_so():
    class Store:
        def read(self, name):
            return json.dumps(changed("limits.max_rate_pl_per_day", 10**13)).encode()

    stored = config.read(Store(), "rpi_pico", BOARD_LIMITS)
    assert "37038 steps/s" in stored.error
    assert stored.values == config.harmless()
