"""Configurations: each bad one is refused with a message that names field, value, what is allowed
and what to do.
"""

import copy
import json

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


def changed(path, value, base=None):
    """A sound configuration with one place changed, or (GONE) taken out. `path`: "section.key" or
    "program".
    """
    made = copy.deepcopy(base or made_pump_config())
    section = made
    *way, last = path.split(".")
    for key in way:
        section = section[key]
    if value is GONE:
        del section[last]
    else:
        section[last] = copy.deepcopy(value)
    return made


BAD = [
    # path, value, words that the message must hold
    ("version", 2, ["version is 2", "allowed is 1", "write the configuration anew"]),
    ("version", GONE, ["configuration.version is None", "it is missing", "state it"]),
    ("name", "", ["name is ''", "1 to 100 characters"]),
    ("name", "x" * 101, ["name is 'xxx", "1 to 100 characters"]),
    ("name", 7, ["name is 7", "1 to 100 characters"]),
    ("board", None, ["board is None", "1 to 100 characters"]),
    (
        "colour",
        "red",
        ["configuration.colour is 'red'", "one of board, drug, head", "remove it or mend its name"],
    ),
    ("drug", [], ["drug is a list of 0", "an object"]),
    ("drug.name", "", ["drug.name is ''"]),
    (
        "drug.conc_ng_per_ml",
        -1,
        ["drug.conc_ng_per_ml is -1", "a whole number from 0 to 1000000000000"],
    ),
    ("drug.conc_ng_per_ml", 1.5, ["drug.conc_ng_per_ml is 1.5", "a whole number"]),
    ("head", None, ["head is None", "an object"]),
    ("head.pl_per_rev", 0, ["head.pl_per_rev is 0", "from 1 to"]),
    ("head.pl_per_rev", "10 uL", ["head.pl_per_rev is '10 uL'", "a whole number"]),
    ("head.pl_per_rev", True, ["head.pl_per_rev is True", "a whole number"]),
    ("head.steps_per_rev", 0, ["head.steps_per_rev is 0", "from 1 to 1000000"]),
    ("head.steps_per_rev", 10**6 + 1, ["head.steps_per_rev is 1000001"]),
    ("head.rollers", -1, ["head.rollers is -1", "from 0 to 100"]),
    ("head.safe_state", "loose", ["head.safe_state is 'loose'", "one of hold, off"]),
    ("head.safe_state", ["hold"], ["head.safe_state is a list of 1", "one of hold, off"]),
    ("head.gear", 3, ["head.gear is 3", "one of pl_per_rev, rollers, safe_state, steps_per_rev"]),
    ("limits.stall_steps", 3, ["limits.stall_steps is 3", "from 4 to"]),
    ("limits.stall_steps", GONE, ["limits.stall_steps is None", "it is missing", "state it"]),
    ("limits.blind_pl", 0, ["limits.blind_pl is 0", "from 1"]),
    ("limits.stopped_limit_s", 0, ["limits.stopped_limit_s is 0", "from 1 to 2592000"]),
    (
        "limits.bolus_lockout_s",
        8 * 86_400,
        ["limits.bolus_lockout_s is 691200", "from 0 to 604800"],
    ),
    ("limits.supply_min_mv", None, ["limits.supply_min_mv is None", "a whole number"]),
    ("limits.max_rate_pl_per_day", 0, ["limits.max_rate_pl_per_day is 0"]),
    (
        "limits.program_max_rate_pl_per_day",
        24 * 10**9 + 1,
        [
            "limits.program_max_rate_pl_per_day is 24000000001",
            "at most max_rate_pl_per_day, 24000000000",
        ],
    ),
    (
        "limits.min_rate_pl_per_day",
        24 * 10**9 + 1,
        [
            "limits.min_rate_pl_per_day is 24000000001",
            "at most program_max_rate_pl_per_day, 24000000000",
        ],
    ),
    ("limits.max_dose_1h_ng", -1, ["limits.max_dose_1h_ng is -1"]),
    ("limits.max_dose_24h_ng", "none", ["limits.max_dose_24h_ng is 'none'"]),
    ("reservoir.capacity_pl", 1, ["reservoir.low_pl is 2", "less than capacity_pl, 1"]),
    ("reservoir.residual_pl", 3, ["reservoir.residual_pl is 3", "at most low_pl, 2"]),
    (
        "reservoir.fill_pl",
        1,
        ["reservoir.fill_pl is 1", "above residual_pl 1, up to capacity_pl 1000000000000000"],
    ),
    ("reservoir.fill_pl", 10**15 + 1, ["reservoir.fill_pl is 1000000000000001"]),
    (
        "reservoir.level_tolerance_ppt",
        1001,
        ["reservoir.level_tolerance_ppt is 1001", "from 0 to 1000"],
    ),
    ("program", GONE, ["configuration.program", "it is missing"]),
    ("program", {}, ["program.mode is None", "one of continuous, flex, minimum, stopped, weekly"]),
    ("program", {"mode": "Flex"}, ["program.mode", "one of continuous, flex"]),
    ("program", {"mode": ["flex"]}, ["program.mode", "one of continuous, flex"]),
    (
        "program",
        {"mode": "stopped", "rate_pl_per_day": 1},
        ["program.rate_pl_per_day is 1", "one of mode"],
    ),
    ("program", {"mode": "continuous"}, ["program.rate_pl_per_day is None", "it is missing"]),
    (
        "program",
        {"mode": "continuous", "rate_pl_per_day": 24 * 10**9 + 1},
        ["program.rate_pl_per_day is 24000000001", "from 0 to 24000000000"],
    ),
    (
        "program",
        {**FLEX, "safe_rate_pl_per_day": -1},
        ["program.safe_rate_pl_per_day is -1", "from 0 to 24000000000"],
    ),
    (
        "program",
        {"mode": "flex", "steps": [[0, 1]]},
        ["program.safe_rate_pl_per_day is None", "it is missing"],
    ),
    ("program", {**FLEX, "steps": []}, ["program.steps is a list of 0", "1 to 48 steps"]),
    (
        "program",
        {**FLEX, "steps": [[s, 1] for s in range(49)]},
        ["program.steps is a list of 49", "1 to 48 steps"],
    ),
    (
        "program",
        {**FLEX, "steps": [[0, 1, 2]]},
        ["program.steps is a list of 3", "[start_s, rate_pl_per_day]"],
    ),
    ("program", {**FLEX, "steps": [7]}, ["program.steps is 7", "[start_s, rate_pl_per_day]"]),
    (
        "program",
        {**FLEX, "steps": [[86_400, 1]]},
        ["program.steps start_s is 86400", "from 0 to 86399"],
    ),
    ("program", {**FLEX, "steps": [[0, -1]]}, ["program.steps rate_pl_per_day is -1"]),
    (
        "program",
        {**FLEX, "steps": [[60, 1], [60, 2]]},
        ["program.steps is 60", "later than the step before, 60 s", "in order of time"],
    ),
    (
        "program",
        {**FLEX, "steps": [[60, 1], [0, 2]]},
        ["program.steps is 0", "later than the step before, 60 s"],
    ),
    (
        "program",
        {**WEEK, "patterns": {}},
        ["program.patterns is an object of 0", "an object of name: steps"],
    ),
    (
        "program",
        {**WEEK, "patterns": []},
        ["program.patterns is a list of 0", "an object of name: steps"],
    ),
    (
        "program",
        {**WEEK, "patterns": {"a": [], "b": [[0, 1]]}},
        ["program.patterns.a is a list of 0", "1 to 48 steps"],
    ),
    (
        "program",
        {**WEEK, "days": ["a"] * 6},
        ["program.days is a list of 6", "7 pattern names, Monday first"],
    ),
    ("program", {**WEEK, "days": ["a"] * 6 + ["c"]}, ["program.days is 'c'", "one of a, b"]),
    ("program", {**WEEK, "days": ["a"] * 6 + [None]}, ["program.days is None", "one of a, b"]),
    ("program", {**WEEK, "days": "aaaaabb"}, ["program.days is 'aaaaabb'", "7 pattern names"]),
]


@pytest.mark.parametrize(("path", "value", "words"), BAD)
def test_a_bad_configuration_is_refused_by_name_value_and_what_is_allowed(path, value, words):
    with pytest.raises(ConfigError) as refused:
        config.check(changed(path, value))
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize("field", ["max_dose_1h_ng", "max_dose_24h_ng"])
def test_a_dose_cap_without_a_concentration_is_refused(field):
    bad = changed("limits." + field, 1000, changed("drug.conc_ng_per_ml", 0))
    with pytest.raises(
        ConfigError,
        match=f"limits.{field} is 1000, allowed is null without a concentration: state drug.conc_ng_per_ml",
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


def test_the_harmless_configuration_is_sound_and_delivers_nothing():
    sound = config.harmless()
    assert config.check(sound) is sound
    assert programs.build(sound["program"], sound["limits"]["min_rate_pl_per_day"]).mode == 0


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
        assert bench.pump.config_error is None
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
    for call in (config.check, lambda v: programs.check(v, made_pump_config()["limits"])):
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
