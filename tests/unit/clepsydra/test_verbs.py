"""The verbs on a simulated pump: what each shows, asks, sends and reads back."""

import json

import pytest

from clepsydra.errors import Refused
from clepsydra.show.status_lines import status_text
from clepsydra.verbs import programming
from clepsydra.verbs.verb_options import meant_by
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.unit.clepsydra.conftest import Said

NIGHT = """\
[program]
mode = "flex"
steps = [["00:00", "300 ug/d"], ["06:00", "500 ug/d"], ["22:00", "250 ug/d"]]
safe_rate = "250 ug/d"
"""


@pytest.fixture
def infusing(driven, run):
    run("clock", "set", "--yes")
    run("start", "--yes")
    driven.run(60_000)
    driven.changes.clear()
    return run


def sent(driven):
    """The commands that changed something, without their numbers."""
    return [{k: v for k, v in command.items() if k != "id"} for command in driven.changes]


def test_status_says_state_program_reservoir_alarms_and_clock_with_units(run):
    said = run("status")
    assert said.status == 0
    assert "Flex week   rpi_pico   sim:test   serial sim-1" in said.out
    for line in (
        "STOPPED      nothing is delivered -> clepsydra start",
        "program      flex, 400 ug/d",
        "reservoir    3.2 mL of 20 mL",
        "alarms       none",
        "clock        unset",
    ):
        assert line in said.out


def test_status_as_json_has_names_beside_numbers(run, driven):
    driven.run(3_700_000)
    status = json.loads(run("status", "--json").out)
    assert (status["state"], status["residual_pl"]) == ("STOPPED", 3_200_000_000)
    assert status["alarms"][0]["name"] == "NOTHING_DELIVERED"
    assert "nothing delivered for 3600 s" in status["alarms"][0]["text"]


def test_start_asks_and_y_starts_what_was_shown(run, driven):
    assert run("start", typed="n\n").status == 2
    assert run("start").status == 2
    assert sent(driven) == []
    said = run("start", typed="y\n")
    assert said.status == 0
    assert "00:00 300 ug/d = 0.15 mL/d, 06:00 450 ug/d" in said.out
    assert "WARNING     the clock is unset" in said.out
    assert "INFUSING    250 ug/d = 0.125 mL/d" in said.out
    assert sent(driven) == [{"do": "start"}]


def test_stop_asks_nothing(infusing, driven):
    said = infusing("stop")
    asked = "            leave it stopped? It beeps every 5 min until `clepsydra start`\n"
    assert said == Said(0, "STOPPED     0 ug/d = 0 mL/d, program 400 ug/d\n" + asked, "")
    assert sent(driven) == [{"do": "stop"}]


def test_a_bolus_is_confirmed_by_typing_its_dose(infusing, driven):
    said = infusing("bolus", "20 ug", "--over", "10 min", typed="20\n")
    assert said.status == 0, said
    assert "20 ug = 0.01 mL at 2000 ug/mL over 10 min, that is 120 ug/h" in said.out
    assert "1500 ug allowed" in said.out
    assert sent(driven) == [{"do": "bolus", "dose_ng": 20_000, "duration_ms": 600_000}]


@pytest.mark.parametrize("typed", ["y\n", "200\n", "2\n", "20 mg\n", "20 mL\n", "\n", "", "0.20\n"])
def test_anything_else_that_is_typed_sends_no_bolus(typed, infusing, driven):
    said = infusing("bolus", "20 ug", "--over", "10 min", typed=typed)
    assert said.status == 2
    assert "nothing was sent" in said.err
    assert sent(driven) == []


def test_yes_never_answers_where_a_value_is_asked_for(infusing, driven):
    assert infusing("bolus", "20 ug", "--over", "10 min", "--yes").status == 2
    assert sent(driven) == []


def test_a_bolus_that_the_gate_refuses_ends_with_1_and_its_reason(infusing):
    said = infusing("bolus", "110 ug", "--over", "30 min", "--confirm", "110 ug")
    assert said.status == 1
    assert "WARNING: that is over the cap of 1 h: the pump may refuse it" in said.out
    assert "refused by DOSE_CAP_1H" in said.err


def test_cancel_ends_the_bolus_and_the_program_goes_on(infusing, driven):
    infusing("bolus", "20 ug", "--over", "10 min", "--confirm", "20 ug")
    driven.run(60_000)
    assert "bolus        20 ug over 10 min: 10 % of its time" in infusing("status").out
    said = infusing("cancel", typed="y\n")
    assert said.status == 0
    assert "INFUSING" in said.out
    assert infusing("cancel", "--yes").status == 1


def test_a_refill_is_shown_against_the_books_confirmed_by_the_fill_and_read_back(run, driven):
    said = run("refill", "15 mL", "--withdrawn", "2.7 mL", typed="15 mL\n")
    assert said.status == 0, said
    assert "2.7 mL withdrawn, some 2.7 mL were to be expected" in said.out
    assert "refilled    15.5 mL by the books of the pump" in said.out
    assert "in order" in said.out
    driven.run(10)
    assert driven.live.world["reservoir_pl"] == 15_000_000_000 + 3_200_000_000 - 2_700_000_000


def test_ack_shows_what_is_signalled_and_what_to_do(run, driven):
    assert run("ack").out.startswith("no alarm is signalled")
    driven.run(3_700_000)
    said = run("ack", "--yes")
    assert said.out.startswith("HIGH   NOTHING_DELIVERED: nothing delivered for 3600 s")
    assert sent(driven) == [{"do": "acknowledge"}]
    assert "(acknowledged)" in run("status").out


def test_a_fault_is_reset_once_its_cause_is_gone(infusing, driven):
    driven.run(3_600_000 * 12, fault={"kind": "occlusion"})
    driven.run(10 * 3_600_000)
    assert "FAULT" in infusing("status").out
    driven.run(1000, over={"kind": "occlusion"})
    assert infusing("reset-fault", "--yes").out.strip().endswith("STOPPED")


def test_silence_and_alarm_test_are_sent(run, driven):
    assert run("silence", "--for", "90 s", typed="y\n").status == 0
    assert run("alarm-test").status == 0
    assert sent(driven) == [{"do": "audio_pause", "duration_ms": 90_000}, {"do": "alarm_test"}]


def test_the_clock_is_set_to_this_computers_time_and_says_what_that_changes(run, driven):
    said = run("clock", "set", typed="y\n")
    assert said.status == 0
    (at_once,) = [line for line in said.out.splitlines() if line.startswith("gives at once")]
    assert "250 ug/d = 0.125 mL/d" in at_once, "the safe rate is given without a clock"
    assert "next 24 h" in said.out
    assert "as this computer" in run("clock").out


def test_a_jump_by_more_than_a_day_wants_the_date_typed(run, driven):
    driven.pump().session.ask("set_clock", wall_s=1_700_000_000)
    driven.changes.clear()
    said = run("clock", "set", "--yes")
    assert said.status == 2
    assert "jumps by more than a day" in said.out
    assert sent(driven) == []
    wanted = said.err.rpartition('--confirm "')[2].strip().rstrip('"')
    assert run("clock", "set", "--confirm", wanted).status == 0
    assert sent(driven)[0]["confirm_jump"] == 1


def test_a_program_is_reviewed_confirmed_by_the_daily_dose_sent_and_read_back(
    infusing, driven, tmp_path
):
    path = tmp_path / "night.toml"
    path.write_text(NIGHT)
    shown = infusing("program", "diff", str(path))
    assert sent(driven) == []
    for row in (
        "daily dose           400 ug/d               429.2 ug/d              +7.3 %",
        "basal 06:00          450 ug/d = 0.225 mL/d  500 ug/d = 0.25 mL/d    +11.1 %",
        "largest in any hour  18.75 ug (cap 100 ug)  20.83 ug (cap 100 ug)   +11.1 %",
        "largest in any 24 h  400 ug (cap 1500 ug)   429.2 ug (cap 1500 ug)  +7.3 %",
    ):
        assert row in shown.out
    assert infusing("program", "set", str(path), "--confirm", "400 ug").status == 2
    assert infusing("program", "set", str(path), "--yes").status == 2
    assert sent(driven) == []
    said = infusing("program", "set", str(path), typed="429.2\n")
    assert said.status == 0, said
    assert "sent, read back, equal" in said.out
    assert "06:00 500 ug/d = 0.25 mL/d" in infusing("program", "show").out
    assert infusing("program", "set", str(path)).status == 2  # it is in force already


def test_a_program_that_changed_while_it_was_reviewed_is_not_overwritten(
    infusing, driven, tmp_path, monkeypatch
):
    path = tmp_path / "night.toml"
    path.write_text(NIGHT)
    other = {"mode": "continuous", "dose_ng_per_day": 100_000}
    monkeypatch.setattr(programming, "confirm_value", lambda *_: driven.pump().set_program(other))
    said = infusing("program", "set", str(path))
    assert said.status == 2
    assert "has changed while it was reviewed" in said.err
    assert driven.pump().program() == other


def test_log_has_every_event_in_words_and_as_csv(infusing, tmp_path):
    said = infusing("log")
    assert "state: STOPPED to INFUSING" in said.out
    path = tmp_path / "log.csv"
    assert infusing("log", "--csv", str(path)).status == 0
    lines = path.read_text().splitlines()
    assert lines[0] == "seq,power_up,at_ms,wall_s,code,kind,a,b,c,text"
    assert len(lines) == 1 + len(said.out.splitlines())
    assert json.loads(infusing("log", "--json").out.splitlines()[0])["kind"] == "BOOT"


def test_config_is_shown_in_a_persons_units(run):
    said = run("config", "show")
    assert ["limits.max_dose_24h", "1500", "ug"] in [line.split() for line in said.out.splitlines()]
    assert json.loads(run("config", "show", "--json").out)["board"] == "rpi_pico"


def test_a_start_after_an_outage_wants_the_dose_typed(infusing, driven):
    driven.run(1000, fault={"kind": "power_cut", "lasts_ms": 500})
    driven.run(2000)
    assert infusing("start", "--yes").status == 2
    assert "dose held" in infusing("status").out
    assert infusing("start", "--confirm", "40 ug").status == 2
    assert sent(driven) == []
    assert infusing("start", "--confirm", "400 ug").status == 0
    assert sent(driven)[0]["confirm_dose_ng_per_day"] == 400_000


def test_a_command_whose_reply_was_lost_goes_out_again_under_its_id(driven):
    pump = driven.pump()
    session = pump.session
    session._within_ms = 50
    pump.start()
    given, driven.read = driven.read, lambda until_ms: lose()

    def lose():  # one reply is lost on its way
        given(0)
        driven.read = given
        session._far_end.wait(lambda: False, 60)
        return b""

    pump.bolus("5 ug", over="10 min")
    ids = [command["id"] for command in driven.changes if command["do"] == "bolus"]
    assert len(set(ids)) == 1
    assert pump.status().raw["dose_24h_ng"] < 6000
    with pytest.raises(Refused, match="another one is running"):
        pump.bolus("5 ug", over="10 min")


def test_a_dose_that_is_held_is_confirmed_by_typing_it(run, driven, monkeypatch):
    assert run("confirm-dose", "--confirm", "400 ug").status == 2  # nothing is held
    run("clock", "set", "--yes")
    run("start", "--yes")
    driven.run(60_000)
    driven.run(1000, fault={"kind": "power_cut", "lasts_ms": 500})
    driven.run(1000)
    driven.changes.clear()
    assert run("confirm-dose", "--confirm", "4000 ug").status == 2
    assert sent(driven) == []
    assert run("confirm-dose", typed="400 ug\n").status == 0
    assert run("start", "--yes").status == 0


def test_emptying_is_shown_confirmed_and_done_in_the_world(run, driven):
    said = run("empty", "2.7 mL", typed="2.7\n")
    assert said.out.endswith("EMPTY\n")
    driven.run(10)
    assert driven.live.world["reservoir_pl"] == 500_000_000


def test_books_are_accepted_only_where_they_are_lost(run):
    said = run("accept-books", "12 mL", "--confirm", "12 mL")
    assert said.status == 1
    assert "accept_books is not taken in state STOPPED" in said.err


def test_another_tube_set_is_confirmed_by_its_date(run, driven):
    assert run("tube-replaced", "2026-11-31").status == 2
    assert run("tube-replaced", "2026-11-20", "--yes").status == 2
    assert sent(driven) == []
    said = run("tube-replaced", "2026-11-20", "--revs", "7", "--confirm", "2026-11-20")
    assert said.status == 0
    assert "replaced    7 turns" in said.out


def test_the_completion_for_bash_has_every_verb_and_its_options(run, tmp_path):
    text = run("completion", "bash").out
    assert 'words="pumps status monitor start stop bolus' in text
    assert '"program set") words="-h --help --pump --confirm --yes"' in text
    assert run("completion", "zsh").out.endswith(text)


def test_a_log_file_that_cannot_be_written_is_refused(run, tmp_path):
    said = run("log", "--csv", str(tmp_path / "no" / "log.csv"))
    assert said.status == 2
    assert "cannot be written" in said.err


def test_of_a_plan_in_force_the_stage_is_shown(tmp_path):
    path = FLEX_WEEK.with_name("titration_six_weeks.toml")
    with DrivenPump(tmp_path, path) as driven:
        pump = driven.pump()
        status = pump.status()
        text = status_text("sim", pump.identity(), pump.config, status, meant_by(pump))
        assert "stage 1 of 6" in text


# trace: S8.3
def test_until_the_first_drug_is_at_the_tip_the_status_says_when_it_arrives(tmp_path):
    path = FLEX_WEEK.with_name("wean_and_remove.toml")
    empty = path.read_text(encoding="utf-8").replace(
        'catheter = "0.132 mL"',
        'catheter = "0.132 mL"\nholds_tubing = "water"\nholds_catheter = "water"',
    )
    made = tmp_path / "water.toml"
    made.write_text(empty, encoding="utf-8")
    with DrivenPump(tmp_path, made) as driven:
        pump = driven.pump()
        pump.start()
        driven.run(3_600_000)
        status = pump.status()
        text = status_text("sim", pump.identity(), pump.config, status, meant_by(pump))
        assert "drug arrives in 42.5 h" in text  # 272 uL at 0.15 mL/d, an hour ago
    (tmp_path / "full").mkdir()
    with DrivenPump(tmp_path / "full", path) as driven:
        pump = driven.pump()
        pump.start()
        driven.run(2 * 3_600_000)
        status = pump.status()
        text = status_text("sim", pump.identity(), pump.config, status, meant_by(pump))
        assert "ug that were prescribed" in text and "arrives" not in text
