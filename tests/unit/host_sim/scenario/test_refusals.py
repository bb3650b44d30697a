"""Every way to write a bad scenario: each is named with its key, its value, what is allowed and
what to do.
"""

import sys
from pathlib import Path

import pytest

from host_sim.scenario.load import ScenarioError, load
from tests.rigs.scenario import BASE, DRUG, changed, loaded, problems_of, weekly

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOP = 'duration = "7 d"\n'
CASES = tomllib.loads(Path(__file__).with_name("refusals.toml").read_text(encoding="utf-8"))["case"]


def text_of(case):
    text = weekly() if case.get("weekly") else BASE
    if "old" in case:
        text = changed(case["old"], case["new"], text)
    return text + case.get("more", "")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_bad_scenario_is_refused_with_key_value_and_remedy(tmp_path, case):
    problems = problems_of(tmp_path, text_of(case))
    assert len(problems) == 1, problems
    assert problems[0].startswith("%s: %s: " % (tmp_path / "case.toml", case["where"]))
    for part in (*case["says"], "allowed", "; "):
        assert part in problems[0]


def test_each_bad_scenario_has_a_name_of_its_own():
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_the_base_that_all_this_is_made_from_is_good(tmp_path):
    assert problems_of(tmp_path, BASE) == [] and problems_of(tmp_path, weekly()) == []


def test_all_problems_are_told_at_once_one_line_each(tmp_path):
    text = changed(TOP, TOP + 'durration = "7 d"\n')
    text = changed('"20 mL"', '"20 ug"', changed('"10 uL"', '"10 ul/d"', text))
    text += '[[at]]\ntime = "9 d"\ndo = "stop"\n[[at]]\ntime = "1 d"\ndo = "dance"\n'
    text += '[[expect]]\nalarm = "X"\n[[allow]]\nalarm = "Y"\n'
    wheres = [problem.split(": ")[1] for problem in problems_of(tmp_path, text)]
    assert wheres == [
        "durration",
        "head.volume_per_rev",
        "reservoir.capacity",
        "at[1].time",
        "at[2].do",
        "expect[1].alarm",
        "allow[1].alarm",
    ]


def test_a_text_that_is_not_toml_is_refused_with_its_line(tmp_path):
    (problem,) = problems_of(tmp_path, BASE + "this is not TOML\n")
    assert "is not TOML" in problem and "line 26" in problem


def test_a_key_given_twice_is_refused(tmp_path):
    (problem,) = problems_of(tmp_path, changed(TOP, TOP + TOP))
    assert "is not TOML" in problem and "line 5" in problem


def test_a_byte_order_mark_as_some_editors_write_it_is_no_error(tmp_path):
    path = tmp_path / "marked.toml"
    path.write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert load(path).name


def test_bytes_that_are_not_utf_8_are_refused(tmp_path):
    path = tmp_path / "case.toml"
    path.write_bytes(BASE.encode() + b"# 25 \xb5L\n")
    with pytest.raises(ScenarioError, match="utf-8"):
        load(path)


def test_brackets_without_end_are_refused(tmp_path):
    (problem,) = problems_of(tmp_path, BASE + "[x]\ny = " + "[" * 100_000)
    assert "is not TOML" in problem


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    with pytest.raises(ScenarioError, match=r"cannot be read: .*; give the path of a TOML file"):
        load(tmp_path / name)


def test_a_value_with_line_breaks_or_of_great_length_stays_on_a_short_line(tmp_path):
    for value in (
        '"""1\n2 mL"""',
        '"%s"' % ("9" * 3000),
        "[%s]" % ", ".join(["1"] * 3000),
        '"\\u2028 mL"',
    ):
        (problem,) = problems_of(tmp_path, changed('"10 mL"', value))
        assert len(problem.splitlines()) == 1 and len(problem) < 400 + len(str(tmp_path))


def test_a_section_that_is_not_a_table_is_refused(tmp_path):
    (problem,) = problems_of(tmp_path, 'drug = "baclofen"\n' + changed(DRUG, ""))
    assert "drug: " in problem and "is not a table" in problem


def test_a_good_scenario_raises_nothing(tmp_path):
    assert loaded(tmp_path, BASE).name == "Base"
