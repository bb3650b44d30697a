"""Reading RUN.csv: what is refused, with file, line, column and remedy, and what is borne."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.inputs import log_file, log_lines
from bench.inputs.log_layout import Mapped
from bench.shared.errors import BenchError

GOOD = "time_s,mass_g\n0,0.1\n1,0.2\n2,0.3\n"
TOLD = re.compile(r"^.+?:(\d+):(\d+): .+; allowed: .+; .+$|^.+?:(\d+):(\d+): .+; .+$")


def read(tmp_path, text):
    path = tmp_path / "run.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return log_file.load(path)


def problems(tmp_path, text):
    with pytest.raises(BenchError) as caught:
        read(tmp_path, text)
    return caught.value.problems


BROKEN = [  # name, file, line, column, words of the message
    ("empty", "", 1, 1, "is empty"),
    ("only blanks", "\n \n", 1, 1, "is empty"),
    ("no weighing", "time_s,mass_g\n", 2, 1, "ends after 0 weighings"),
    (
        "two weighings",
        "time_s,mass_g\n0,1\n1,2\n",
        4,
        1,
        "ends after 2 weighings; allowed: 3 or more; log for longer",
    ),
    ("no head", "0,0.1\n1,0.2\n2,0.3\n3,0.4\n", 1, 1, 'the column time_s is missing among "0"'),
    ("a column misspelt", "time_s,mas_g\n0,1\n1,2\n2,3\n", 1, 1, 'did you mean "mas_g"?'),
    ("a mass without a unit", "time_s,mass\n0,1\n1,2\n2,3\n", 1, 8, "has no unit; allowed: g, mg"),
    ("a strange unit", "time_s,mass [lb]\n0,1\n1,2\n2,3\n", 1, 1, "mass_g is missing"),
    (
        "a column missing",
        "time_s,water_c\n0,20\n1,20\n2,20\n",
        1,
        1,
        "the column mass_g is missing",
    ),
    ("a column twice", "time_s,mass_g,mass_g\n0,1,1\n", 1, 15, "the column mass_g is there twice"),
    ("a time of day that is none", "time,mass_g\n25:00,0.1\n26:00,0.2\n", 2, 1, "time_s"),
    ("a date that is none", "time,mass_g\n2026-13-01T10:00,0.1\n", 2, 1, "2026-05-17T10:00:00"),
    (
        "a word for a number",
        "time_s,mass_g\n0,0.1\n1,overload\n2,0.3\n",
        3,
        3,
        'mass_g "overload" is not a number',
    ),
    ("a decimal comma", "time_s,mass_g\n0,0,1\n1,0,2\n2,0,3\n", 2, 1, "has 3 cells; allowed: 2"),
    ("a cell too few", "time_s,mass_g\n0,0.1\n1\n2,0.3\n", 3, 1, "has 1 cells; allowed: 2"),
    ("an empty mass", "time_s,mass_g\n0,0.1\n1,\n2,0.3\n", 3, 3, "mass_g is empty"),
    ("not a number", "time_s,mass_g\n0,0.1\n1,nan\n2,0.3\n", 3, 3, "mass_g"),
    ("infinite", "time_s,mass_g\n0,0.1\n1,0.2\ninf,0.3\n", 4, 1, "time_s"),
    ("a thousands mark", "time_s,mass_g\n0,0.1\n1_000,0.2\n2000,0.3\n", 3, 1, "time_s"),
    (
        "time goes back",
        "time_s,mass_g\n0,0.1\n5,0.2\n4,0.3\n",
        4,
        1,
        "time_s 4 is before 5 on the line above",
    ),
    (
        "time stands still",
        "mass_g,time_s\n1,5\n2,5\n3,5\n4,6\n",
        2,
        8,
        "time_s has only 2 different times",
    ),
    (
        "half stable",
        "time_s,mass_g,stable\n0,1,1\n1,2,0.5\n2,3,1\n",
        3,
        5,
        'stable "0.5" is not allowed; allowed: 0 or 1',
    ),
    ("water that boils", "time_s,mass_g,water_c\n0,1,20\n1,2,20\n2,3,99\n", 4, 5, "water_c"),
    (
        "humidity as a share",
        "time_s,mass_g,humidity_pct\n0,1,50\n1,2,150\n2,3,50\n",
        3,
        5,
        "humidity_pct",
    ),
    (
        "pressure in kPa",
        "time_s,mass_g,pressure_hpa\n0,1,101.3\n1,2,101.3\n2,3,101.3\n",
        2,
        5,
        "pressure_hpa",
    ),
    ("a null byte", "time_s,mass_g\n0,0.1\n1,0.\x002\n2,0.3\n", 3, 3, "mass_g"),
    ("not UTF-8", b"time_s,mass_g\n0,0.1\n1,\xff\x00\n", 3, 3, "is not UTF-8"),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_log_is_refused_with_file_line_column_and_remedy(
    tmp_path, text, line, column, words
):
    told = problems(tmp_path, text)
    assert told[0].startswith(f"{tmp_path / 'run.csv'}:{line}:{column}: ")
    assert words in told[0]
    assert all(TOLD.match(problem) for problem in told)


def test_a_log_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(
        BenchError, match="cannot be read: No such file or directory; give the path"
    ):
        log_file.load(tmp_path / "none.csv")
    with pytest.raises(BenchError, match="cannot be read"):
        log_file.load(tmp_path)
    with pytest.raises(BenchError, match="cannot be read"):
        log_file.load("run\0.csv")


def test_at_most_so_many_problems_are_told(tmp_path):
    told = problems(tmp_path, "time_s,mass_g\n" + "x,y\n" * 500)
    assert len(told) <= log_lines.MOST_PROBLEMS + 2 and "only the first" in told[-1]


BORNE = [
    ("Windows line ends", GOOD.replace("\n", "\r\n")),
    ("a byte order mark", "\ufeff" + GOOD),
    ("empty lines", GOOD.replace("1,", "\n1,")),
    ("spaces", GOOD.replace(",", " , ")),
    ("quotes", GOOD.replace("time_s", '"time_s"').replace("0.2", '"0.2"')),
    ("no last line end", GOOD.rstrip("\n")),
    ("exponents", GOOD.replace("0.2", "2e-1")),
]


@pytest.mark.parametrize("text", [row[1] for row in BORNE], ids=[row[0] for row in BORNE])
def test_what_other_programs_write_is_borne(tmp_path, text):
    log = read(tmp_path, text)
    assert log.time_s.tolist() == [0, 1, 2]
    assert log.mass_mg.tolist() == pytest.approx([100, 200, 300])


def test_a_last_line_that_was_cut_off_is_left_out_and_told(tmp_path):
    log = read(tmp_path, GOOD + "3,0.4\n4,0.")
    assert log.mass_mg.tolist() == pytest.approx([100, 200, 300, 400])
    assert "line 6, the last, has no end" in log.notes[0]


def test_a_last_line_that_lacks_only_its_end_counts(tmp_path):
    log = read(tmp_path, GOOD + "3,0.4\n4,0.5")
    assert log.mass_mg.tolist() == pytest.approx([100, 200, 300, 400, 500]) and not log.notes


@pytest.mark.parametrize("last", ["4", "4,", "4,0.503", "4,0.503,", "4,0.503,20."])
def test_a_last_line_short_of_a_cell_or_of_a_decimal_was_cut_off(tmp_path, last):
    rows = "".join(f"{n},0.50{n},20.{n}\n" for n in range(4))
    log = read(tmp_path, "time_s,mass_g,water_c\n" + rows + last)
    assert len(log.time_s) == 4 and "was cut off and is left out" in log.notes[0]


def test_an_optional_cell_may_be_empty(tmp_path):
    log = read(tmp_path, "time_s,mass_g,water_c\n10,1,20\n11,2,\n12,3,22\n")
    assert np.isnan(log.columns["water_c"][1]) and np.nanmean(log.columns["water_c"]) == 21


def test_times_count_from_the_first_line(tmp_path):
    assert read(tmp_path, GOOD.replace("\n0,", "\n-5,")).time_s.tolist() == [0, 6, 7]


SAME = "0,0.1\n1,0.2\n2,0.3\n"
FORMS = [  # name, text of a log with 100, 200 and 300 mg after 0, 1 and 2 s
    ("mg in the name", "time_s,mass_mg\n0,100\n1,200\n2,300\n"),
    ("units in brackets", "time [s],mass [g]\n" + SAME),
    ("units in round brackets", "Time (s),Weight (mg)\n0,100\n1,200\n2,300\n"),
    ("units after a slash", "t/s,m/g\n" + SAME),
    ("minutes and kilograms", ("time [min],mass [kg]\n0,0.0001\n0.016666666666666666,0.0002\n"
     "0.03333333333333333,0.0003\n")),
    ("comment lines", "# a balance\n% made by\ntime_s,mass_g\n# begins\n" + SAME),
    ("lines before the table", "Balance XS\nSerial;123\n\ntime_s,mass_g\n" + SAME),
    ("further columns", "no,time_s,operator,mass_g\n1,0,x,0.1\n2,1,y,0.2\n3,2,,0.3\n"),
    ("semicolons", "time_s;mass_g\n" + SAME.replace(",", ";")),
    ("tabs", "time_s\tmass_g\n" + SAME.replace(",", "\t")),
    ("decimal commas", "time_s;mass_g\n0,0;0,1\n1,0;0,2\n2,0;0,3\n"),
    ("decimal commas in quotes", 'time_s,mass_g\n"0,0","0,1"\n"1,0","0,2"\n"2,0","0,3"\n'),
    ("ISO times", ("timestamp,mass [g]\n2026-05-17T23:59:59Z,0.1\n2026-05-18T00:00:00Z,0.2\n"
     "2026-05-18T00:00:01.000Z,0.3\n")),
    ("ISO times with a blank and a zone", ("time;mass [g]\n2026-05-17 23:59:59+02:00;0,1\n"
     "2026-05-18 00:00:00+02:00;0,2\n2026-05-18 00:00:01+02:00;0,3\n")),
    ("dates with points", ("Zeit;Masse [g]\n17.05.2026 23:59:59;0,1\n18.05.2026 00:00:00;0,2\n"
     "18.05.2026 00:00:01;0,3\n")),
    ("times of day over midnight", "time,mass_g\n23:59:59,0.1\n00:00:00,0.2\n00:00:01,0.3\n"),
    ("date and time apart", ("date,time,mass_g\n2026-05-17,23:59:59,0.1\n2026-05-18,00:00:00,0.2\n"
     "2026-05-18,00:00:01,0.3\n")),
    ("millilitres", "time_s,volume [mL]\n" + SAME),
]  # fmt: skip


@pytest.mark.parametrize("text", [row[1] for row in FORMS], ids=[row[0] for row in FORMS])
def test_a_log_of_another_program_is_read_as_its_first_line_says(tmp_path, text):
    log = read(tmp_path, text)
    assert log.time_s.tolist() == pytest.approx([0, 1, 2], abs=1e-5)
    assert log.mass_mg.tolist() == pytest.approx([100, 200, 300])


def test_what_is_passed_over_or_taken_for_a_mass_is_told(tmp_path):
    log = read(tmp_path, "time_s,volume_ml,presure_hpa\n0,1,1\n1,2,1\n2,3,1\n")
    assert "is a volume" in log.notes[0]
    assert 'passed over: "presure_hpa", did you mean "pressure_hpa"?' in log.notes[1]


def test_a_mapping_says_which_column_is_which_and_in_which_unit(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("Clock,Channel 1,Channel 2 (g)\n0,5,100\n0.5,6,200\n1,7,300\n")
    mapped = Mapped(time="clock", mass="Channel 2", unit="mg", time_unit="min")
    log = log_file.load(path, mapped)
    assert log.time_s.tolist() == [0, 30, 60] and log.mass_mg.tolist() == [100, 200, 300]
    with pytest.raises(BenchError, match='"Channel 3" is missing among'):
        log_file.load(path, Mapped(time="Clock", mass="Channel 3"))


def test_the_units_of_the_room_are_read_from_the_first_line_too(tmp_path):
    log = read(
        tmp_path,
        "time_s,mass_g,pressure [kPa],humidity [%RH]\n"
        + "".join(f"{n},{n},101.3,50\n" for n in range(3)),
    )
    assert log.columns["pressure_hpa"].tolist() == pytest.approx([1013] * 3)
    assert log.columns["humidity_pct"].tolist() == [50] * 3


@settings(max_examples=150)
@given(data=st.data())
def test_a_log_with_anything_in_it_is_read_or_refused(tmp_path_factory, data):
    lines = ["time_s,mass_g,stable,water_c", *(f"{n},{n / 10},{n % 2},20.{n}" for n in range(8))]
    text = "\n".join(lines) + "\n"
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = (
            text[:at] + data.draw(st.text(max_size=6)) + text[at + data.draw(st.integers(0, 5)) :]
        )
    path = tmp_path_factory.mktemp("fuzz") / "run.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        log = log_file.load(path)
    except BenchError as error:
        assert all(problem.startswith(str(path)) for problem in error.problems)
    else:
        assert (
            np.isfinite(log.time_s).all()
            and np.isfinite(log.mass_mg).all()
            and (np.diff(log.time_s) >= 0).all()
        )
        assert set(log.columns) <= {"stable", "water_c", "air_c", "pressure_hpa", "humidity_pct"}


@settings(max_examples=100)
@given(blob=st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(tmp_path_factory, blob):
    path = tmp_path_factory.mktemp("fuzz") / "run.csv"
    path.write_bytes(blob)
    with pytest.raises(BenchError, match=r"run\.csv:"):
        log_file.load(path)
