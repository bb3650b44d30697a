"""Words on the command line that cannot be, options that exclude each other, and streams that are
not there: each is named, and nothing is done.
"""

import os
import stat
import subprocess
import sys

import pytest

import clepsydra
from clepsydra.link import targets
from tests.rigs.patience import HANGS_S
from tests.shape.rules import ROOT

# What is typed, the option that is named, and what is said to be allowed
NO_NUMBERS = [
    (("serve", "--port", "99999"), "--port", "from 0 to 65535"),
    (("serve", "--port", "-1"), "--port", "from 0 to 65535"),
    (("serve", "--port", "http"), "--port", "from 0 to 65535"),
    (("new-era", "--port", "70000"), "--port", "from 0 to 65535"),
    (("new-era", "--address", "100"), "--address", "from 0 to 99"),
    (("new-era", "--address", "1_0"), "--address", "from 0 to 99"),
    (("sim", "live", "flex_week", "--port", "65536"), "--port", "from 0 to 65535"),
    (("status", "--watch", "nan"), "--watch", "0.1 to 86400, in seconds"),
    (("status", "--watch", "inf"), "--watch", "0.1 to 86400, in seconds"),
    (("status", "--watch", "-1"), "--watch", "0.1 to 86400, in seconds"),
    (("status", "--watch", "0"), "--watch", "0.1 to 86400, in seconds"),
    (("log", "--since", "-1"), "--since", "a whole number from 0"),
    (("log", "--since", "\u0661"), "--since", "a whole number from 0"),
    (("tube-replaced", "2026-11-28", "--revs", "-5"), "--revs", "a whole number from 0"),
    (("unpair", "99"), "slot", "from 0 to"),
]
EMPTY = [
    ("status", "--pump", ""),
    ("notify", "true", "--pump", ""),
    ("serve", "--pump", " "),
    ("serve", "--notify", ""),
    ("serve", "--read-token", ""),
    ("log", "--csv", ""),
    ("monitor", "--csv", ""),
    ("report", "--html", ""),
    ("wiring", "rpi_pico", "--svg", ""),
    ("doctor", "--bring-up", ""),
]
TOO_MANY = [
    (("log", "--json", "--csv", "x"), "--json and --csv"),
    (("report", "--json", "--html", "x"), "--json and --html"),
    (("card", "--json", "--html", "x"), "--json and --html"),
    (("wiring", "rpi_pico", "--json", "--svg", "x"), "--svg: not allowed with argument --json"),
    (("wiring", "rpi_pico", "--parts", "--svg", "x"), "--svg: not allowed with argument --parts"),
]


@pytest.mark.parametrize(("words", "option", "allowed"), NO_NUMBERS)
def test_a_number_that_cannot_be_is_refused_with_what_is_allowed(
    words, option, allowed, run_shared
):
    said = run_shared(*words)
    assert said.status == 2 and said.out == ""
    assert f"argument {option}: " in said.err and allowed in said.err


@pytest.mark.parametrize("words", EMPTY)
def test_an_empty_text_as_of_an_unset_variable_is_no_option_left_out(words, run_shared):
    said = run_shared(*words)
    assert said.status == 2 and said.out == ""
    assert f'argument {words[-2]}: "" says nothing' in said.err


def test_an_empty_name_is_not_the_only_pump_plugged_in(monkeypatch):
    monkeypatch.setattr(targets, "plugged_in", lambda: ["/dev/ttyACM0"])
    with pytest.raises(clepsydra.BadInput, match='pump is ""; name one'):
        clepsydra.connect("")


@pytest.mark.parametrize(("words", "named"), TOO_MANY)
def test_of_two_options_that_exclude_each_other_none_is_left_out_silently(
    words, named, run_shared, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    said = run_shared(*words)
    assert said.status == 2 and named in said.err
    assert list(tmp_path.iterdir()) == []


def test_the_pump_before_the_verb_is_told_where_it_stands(run_shared):
    said = run_shared("--pump", "sim", "status")
    assert said.status == 2
    assert "--pump stands behind the verb: clepsydra status --pump sim" in said.err


def test_the_simulator_calls_itself_as_it_was_called(run_shared):
    assert "usage: clepsydra sim " in run_shared("sim", "run").err


def test_a_port_of_a_socket_above_the_highest_is_not_wrapped_to_another():
    with pytest.raises(clepsydra.NoPump, match="with a port from 1 to 65535"):
        clepsydra.connect("socket://localhost:99999")


@pytest.mark.parametrize(
    "words",
    [
        ("program", "set", "mine.toml", "--confirm", "360.0000001 ug"),
        ("program", "set", "mine.toml", "--confirm", "360.0009 ug"),
    ],
)
def test_a_value_that_only_rounds_to_the_one_that_is_shown_confirms_nothing(
    words, shared, run_shared, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text('[program]\nmode = "continuous"\nrate = "360 ug/d"\n')
    said = run_shared(*words)
    assert said.status == 2 and "the new daily dose is 360 ug, and" in said.err
    assert shared.changes == []


def test_a_drug_of_a_program_file_that_is_no_table_is_refused(run_shared, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('drug = "dye"\n[program]\nmode = "continuous"\nrate = "360 ug/d"\n')
    said = run_shared("program", "diff", str(file))
    assert said.status == 2 and 'drug: "dye" is not a table' in said.err


def test_without_a_plan_titration_show_says_so_and_has_done_what_it_does(run_shared):
    said = run_shared("titration", "show")
    assert (said.status, said.err) == (0, "") and "no plan is in force" in said.out
    assert run_shared("titration", "show", "--json").out == "null\n"


def test_a_file_that_cannot_be_written_is_found_before_the_rotor_turns(driven, run, tmp_path):
    said = run("doctor", "--bring-up", str(tmp_path / "not" / "there"), "--yes")
    assert said.status == 2 and "cannot be written" in said.err and said.out == ""
    assert driven.pump().status().state == "STOPPED"


def test_a_file_for_a_key_that_cannot_be_written_is_found_before_the_press(run, tmp_path):
    said = run("pair", "--out", str(tmp_path / "not" / "there"), "--for", "1 s")
    assert said.status == 2 and "cannot be written" in said.err and said.out == ""


def called(*words, **streams):
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        timeout=HANGS_S,
        check=False,
        **streams,
    )


@pytest.mark.parametrize("words", [("clepsydra", "wiring", "rpi_pico"), ("host_sim", "list")])
def test_output_that_nobody_reads_ends_it_without_a_word_and_not_as_done(words):
    reads, writes = os.pipe()
    os.close(reads)
    done = called(*words, stdout=writes)
    os.close(writes)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("words", [("clepsydra", "--help"), ("bench", "--version")])
def test_help_that_nobody_reads_ends_without_a_word(words):
    reads, writes = os.pipe()
    os.close(reads)
    done = called(*words, stdout=writes)
    os.close(writes)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_disk_is_said_and_is_no_fault_of_the_program():
    with open("/dev/full", "w") as full:
        assert stat.S_ISCHR(os.fstat(full.fileno()).st_mode)
        done = called("clepsydra", "wiring", "rpi_pico", stdout=full)
    assert done.returncode == 4
    assert done.stderr.startswith("clepsydra: output: No space left on device; see that")


@pytest.mark.skipif(os.name != "posix", reason="a shell of POSIX closes the stream")
@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_a_stream_that_the_shell_has_closed_is_an_empty_one(closed):
    done = subprocess.run(
        f'"{sys.executable}" -m clepsydra wiring rpi_pico {closed}',
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
