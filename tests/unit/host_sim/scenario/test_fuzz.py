"""Whatever is in a scenario file, it is either sound or refused with a ScenarioError."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware import config
from firmware.therapy import programs
from host_sim.scenario.load import ScenarioError
from tests.rigs.scenario import BASE, loaded, weekly

STOCK = [
    path.read_text(encoding="utf-8") for path in sorted(Path("host_sim/scenarios").glob("*.toml"))
] + [BASE, weekly()]
VALUES = [
    "0",
    "-1",
    "1e999",
    "nan",
    "true",
    '""',
    '"0 s"',
    '"7 d"',
    '"1000000 d"',
    '"1 mL"',
    '"1 ug"',
    '"1 ug/d"',
    '"0 mL/d"',
    '"100 %"',
    '"any"',
    "[]",
    "[[]]",
    '[["00:00", "1 ug/d"]]',
    '["1 d", "2 d"]',
    "{}",
    "{a = 1}",
    "2026-01-05",
    "1979-05-27T07:32:00Z",
]
one_run = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def sound_or_refused(folder, text):
    """A text that loads must give a configuration that the firmware takes; all else is a
    ScenarioError of whole lines.
    """
    try:
        scenario = loaded(folder, text)
    except ScenarioError as error:
        assert error.problems and len(str(error).splitlines()) == len(error.problems)
    else:
        config.check(scenario.config)
        for at_ms, payload in scenario.job.commands:
            assert 0 <= at_ms < scenario.job.duration_ms
            if payload["do"] == "set_program":
                conc = scenario.config["drug"]["conc_ng_per_ml"]
                programs.check(payload["program"], scenario.config["limits"], conc)


@one_run
@given(st.sampled_from(STOCK), st.data())
def test_lines_lost_doubled_or_moved_are_refused_or_sound(tmp_path, text, data):
    lines = text.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        first, second = data.draw(st.tuples(*[st.integers(0, len(lines) - 1)] * 2))
        match data.draw(st.sampled_from(["lose", "double", "swap"])):
            case "lose":
                lines[first] = ""
            case "double":
                lines[first] = lines[second]
            case "swap":
                lines[first], lines[second] = lines[second], lines[first]
    sound_or_refused(tmp_path, "\n".join(lines))


@one_run
@given(st.sampled_from(STOCK), st.data())
def test_values_of_another_kind_are_refused_or_sound(tmp_path, text, data):
    lines = text.splitlines()
    with_value = [
        number for number, line in enumerate(lines) if "=" in line and not line.startswith("#")
    ]
    for _ in range(data.draw(st.integers(1, 3))):
        number = data.draw(st.sampled_from(with_value))
        other = lines[data.draw(st.sampled_from(with_value))].split("=", 1)[1]
        key = lines[number].split("=", 1)[0]
        lines[number] = "%s= %s" % (key, data.draw(st.sampled_from([*VALUES, other])))
    sound_or_refused(tmp_path, "\n".join(lines))


@one_run
@given(st.sampled_from(STOCK), st.data())
def test_characters_changed_are_refused_or_sound(tmp_path, text, data):
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        new = data.draw(
            st.one_of(st.sampled_from('0123456789-.:"=[]/ \n%umdhs'), st.characters(codec="utf-8"))
        )
        text = text[:at] + new + text[at + data.draw(st.integers(0, 2)) :]
    sound_or_refused(tmp_path, text)


@one_run
@given(st.text())
def test_any_text_at_all_is_refused_or_sound(tmp_path, text):
    sound_or_refused(tmp_path, text.encode("utf-8", "replace").decode("utf-8"))
