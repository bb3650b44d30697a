"""What the page does to a simulated pump: STOP, start, bolus, program, refill, clock, alarms."""

import re

import pytest

from clepsydra.errors import LinkLost
from clepsydra.page import proposal
from tests.rigs.patience import HANGS_S

NIGHT = {
    "mode": "flex",
    "at0": "00:00",
    "rate0": "300 ug/d",
    "at1": "06:00",
    "rate1": "500 ug/d",
    "at2": "22:00",
    "rate2": "250 ug/d",
    "safe_rate": "250 ug/d",
}
WEEKLY = """[program]
mode = "weekly"
safe_rate = "250 ug/d"
patterns = {work = [["06:30", "500 ug/d"], ["22:00", "250 ug/d"]], rest = [["08:00", "400 ug/d"]]}

[program.days]
mon = "work"
tue = "work"
wed = "work"
thu = "work"
fri = "work"
sat = "rest"
sun = "rest"
"""
PATHS = (
    *("/", "/day", "/week", "/program", "/bolus", "/refill", "/titration", "/line", "/patient"),
    *("/log", "/report", "/set-up", "/configuration"),
)


@pytest.mark.parametrize("path", [*PATHS, "/nowhere", "/review/none"])
def test_stop_is_the_first_form_of_every_page_and_asks_nothing(path, infusing):
    shown = infusing.get(path)
    first = re.search(r"<form.*?</form>", shown.text, re.DOTALL)[0]
    assert 'action="/stop"' in first and ">STOP</button>" in first
    assert "onclick" not in shown.text and "confirm(" not in shown.text
    assert infusing.send("/stop").words.count("STOP was carried out") == 1
    assert infusing.changes == [{"do": "stop"}]


def test_the_page_and_the_review_of_start_say_who_stopped_the_pump(infusing):
    told = "ago by a command"
    assert (
        f"{told}: leave it stopped? It beeps every 5 min until Start"
        in infusing.send("/stop").words
    )
    infusing.run(3 * 60_000)
    infusing.get("/")
    assert f"the pump was stopped 3 min {told}" in infusing.send("/propose/start").words


def test_stop_is_carried_out_whatever_the_form_brings(infusing):
    assert infusing.send("/stop", mark="old", more="x" * 200).status == 200
    assert infusing.owner.look().result(timeout=HANGS_S).status.state == "STOPPED"


def test_a_stop_that_does_not_reach_the_pump_says_so_loudly(infusing, monkeypatch):
    def gone(*_):
        raise LinkLost("the link broke")

    monkeypatch.setattr(infusing.driven, "write", gone)
    shown = infusing.send("/stop")
    assert shown.status == 503
    assert "STOP did not reach the pump. Use the switch of the pump" in shown.words


def test_start_shows_the_program_and_sends_once_what_was_seen(page):
    page.get("/")
    review = page.send("/propose/start")
    assert review.path.startswith("/review/")
    assert "00:00 300 ug/d = 0.15 mL/d, 06:00 450 ug/d" in review.words
    assert "the clock is unset" in review.words
    assert page.changes == []
    assert page.confirm(review, seen=["Warnings"]).status == 422
    assert page.changes == []
    done = page.confirm(review)
    assert "read back: INFUSING, 250 ug/d" in done.words
    assert page.changes == [{"do": "start"}]
    page.confirm(review, seen=["Program in force", "Warnings"])
    assert page.changes == [{"do": "start"}]


def test_a_start_after_an_outage_wants_the_dose_typed(infusing):
    infusing.run(1000, fault={"kind": "power_cut", "lasts_ms": 500})
    infusing.run(2000)
    infusing.driven.changes.clear()
    infusing.get("/")
    review = infusing.send("/propose/start")
    assert "Type the daily dose, in ug, to confirm" in review.words
    assert infusing.confirm(review, "40").status == 422
    assert infusing.changes == []
    assert "INFUSING" in infusing.confirm(review, "400 ug").words
    assert infusing.changes[0]["confirm_dose_ng_per_day"] == 400_000


def test_a_bolus_is_reviewed_confirmed_by_its_dose_and_read_back(infusing):
    infusing.get("/bolus")
    review = infusing.send("/bolus", amount="20 ug", over="10 min")
    assert "20 ug = 0.01 mL at 2000 ug/mL over 10 min, that is 120 ug/h" in review.words
    assert infusing.changes == []
    for typed in ("", "200", "2", "20 mg", "20 mL", "0.20", "y"):
        shown = infusing.confirm(review, typed)
        assert shown.status == 422, typed
        assert "nothing was sent" in shown.words
    assert infusing.changes == []
    done = infusing.confirm(review, "20")
    assert "accepted: 0.01 mL over 10 min" in done.words
    assert infusing.changes == [{"do": "bolus", "dose_ng": 20_000, "duration_ms": 600_000}]


def test_what_was_not_ticked_as_seen_is_not_sent(infusing):
    infusing.get("/bolus")
    review = infusing.send("/bolus", amount="20 ug", over="10 min")
    shown = infusing.confirm(review, "20", seen=[])
    assert shown.status == 422 and "not ticked as seen: The bolus" in shown.words
    assert infusing.changes == []


def test_a_bolus_that_the_gate_refuses_is_shown_as_refused(infusing):
    infusing.get("/bolus")
    review = infusing.send("/bolus", amount="110 ug", over="30 min")
    assert "that is over the cap of 1 h" in review.words
    assert "refused by DOSE_CAP_1H" in infusing.confirm(review, "110 ug").words


def test_a_bolus_form_that_cannot_be_keeps_what_was_typed(infusing):
    infusing.get("/bolus")
    shown = infusing.send("/bolus", amount="2,5 ug", over="10 min")
    assert shown.status == 422
    assert "write a point, not a comma" in shown.words
    assert 'value="2,5 ug"' in shown.text and 'value="10 min"' in shown.text


def test_a_running_bolus_is_cancelled_after_a_review(infusing):
    infusing.owner.do(lambda pump: pump.bolus("20 ug", "10 min")).result()
    assert "A bolus runs" in infusing.get("/bolus").words
    review = infusing.send("/propose/cancel")
    assert "INFUSING" in infusing.confirm(review).words
    assert infusing.changes[-1] == {"do": "cancel_bolus"}


def test_a_program_stands_beside_the_one_in_force_and_each_part_must_be_seen(infusing):
    assert 'value="450 ug/d"' in infusing.get("/program").text
    review = infusing.send("/program", **NIGHT)
    assert "daily dose (changed) 400 ug/d 429.2 ug/d +7.3 %" in review.words
    assert (
        "basal 06:00 (changed) 450 ug/d = 0.225 mL/d 500 ug/d = 0.25 mL/d +11.1 %" in review.words
    )
    titles = re.findall(r'name="seen" value="([^"]*)"', review.text)
    assert titles == [
        "Dose a day",
        "Basal rates",
        "Largest in any hour and day",
        "Next refill",
        "What happens in the next 24 h",
    ]
    for title in titles:
        seen = [one for one in titles if one != title]
        assert infusing.confirm(review, "429.2", seen=seen).status == 422
    assert infusing.confirm(review, "400 ug").status == 422
    assert infusing.changes == []
    assert "sent, read back, equal" in infusing.confirm(review, "429.2 ug").words
    assert [command["do"] for command in infusing.changes] == ["confirm"]
    assert "500 ug/d = 0.25 mL/d" in infusing.get("/program").words


def test_a_weekly_program_is_taken_as_text(infusing):
    infusing.get("/program")
    assert infusing.send("/program", mode="weekly", text="mode = 1").status == 422
    review = infusing.send("/program", mode="weekly", text=WEEKLY)
    assert "Basal rates, Mon" in review.words and "Basal rates, Sun" in review.words
    typed = re.search(r"dose of the highest day \(changed\) 400 ug/d ([\d.]+) ug/d", review.words)[
        1
    ]
    assert "sent, read back, equal" in infusing.confirm(review, typed).words


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("rate1", "500", "has no unit"),
        ("rate1", "500 mg/d", "is 10 times"),
        ("rate1", "0,5 mg/d", "500"),
        ("at1", "25:00", "is not a time"),
        ("safe_rate", "", "safe_rate"),
        ("mode", "plan", "allowed: continuous"),
    ],
)
def test_a_slip_in_the_program_is_refused_or_shown_with_its_consequence(
    field, value, named, infusing
):
    infusing.get("/program")
    shown = infusing.send("/program", **{**NIGHT, field: value})
    assert shown.status == 422 or "Type the new daily dose" in shown.words
    assert infusing.changes == []
    if shown.status == 200:
        assert infusing.confirm(shown, "429.2").status == 422
        assert infusing.changes == []


def test_a_program_that_the_pump_takes_not_now_is_refused_on_its_form_before_anything_is_typed(
    infusing,
):
    infusing.owner.do(lambda pump: pump.bolus("5 ug", "10 min")).result()
    infusing.get("/program")
    shown = infusing.send("/program", mode="continuous", rate="390 ug/d")
    assert (shown.status, shown.path) == (422, "/program")
    assert "a bolus is running: wait for its end" in shown.words
    assert 'value="390 ug/d"' in shown.text
    assert [one["do"] for one in infusing.changes] == ["bolus"]


def test_a_refill_is_compared_with_the_books_and_read_back(page):
    page.get("/refill")
    review = page.send("/refill", fill="15 mL", withdrawn="2.7 mL")
    assert "2.7 mL withdrawn, some 2.7 mL were to be expected" in review.words
    done = page.confirm(review, "15 mL")
    assert "15.5 mL by the books of the pump" in done.words and "in order" in done.words
    assert page.changes[0]["fill_pl"] == 15_000_000_000


def test_a_refill_without_what_was_withdrawn_is_refused(page):
    page.get("/refill")
    assert page.send("/refill", fill="15 mL", withdrawn="").status == 422
    assert page.changes == []


def test_the_clock_is_set_after_a_review(page):
    page.get("/set-up")
    review = page.send("/propose/clock")
    assert "the time of this computer" in review.words
    assert "as this computer" in page.confirm(review).words


def test_a_jump_of_the_clock_wants_the_date_typed(page):
    page.owner.do(lambda pump: pump.session.ask("set_clock", wall_s=1_700_000_000)).result()
    page.driven.changes.clear()
    page.get("/set-up")
    review = page.send("/propose/clock")
    assert "the clock jumps by more than a day" in review.words
    assert page.confirm(review, "2023-11-14").status == 422
    assert page.changes == []


def test_alarms_are_acknowledged_only_as_they_were_shown(page):
    page.run(3_700_000)
    shown = page.get("/")
    assert "NOTHING_DELIVERED" in shown.words
    refused = page.send("/acknowledge", seen="")
    assert refused.status == 409 and "came NOTHING_DELIVERED" in refused.words
    assert page.changes == []
    seen = re.search(r'name="seen" value="([\d ]*)"', shown.text)[1]
    assert "Acknowledged." in page.send("/acknowledge", seen=seen).words
    assert page.changes == [{"do": "acknowledge"}]


def test_sound_off_and_alarm_test_are_sent_at_once(page):
    assert page.send("/silence").status == 200
    assert page.send("/alarm-test").status == 200
    assert [one["do"] for one in page.changes] == ["audio_pause", "alarm_test"]


def test_a_fault_is_reset_after_a_review(infusing):
    infusing.run(3_600_000 * 12, fault={"kind": "occlusion"})
    infusing.run(10 * 3_600_000)
    assert "FAULT" in infusing.get("/").words
    infusing.run(1000, over={"kind": "occlusion"})
    infusing.get("/")
    review = infusing.send("/propose/reset-fault")
    assert "read back: STOPPED" in infusing.confirm(review).words


def test_a_review_that_was_left_sends_nothing_any_more(infusing):
    infusing.get("/bolus")
    review = infusing.send("/bolus", amount="20 ug", over="10 min")
    infusing.send(f"{review.path}/leave")
    assert "Left" in infusing.confirm(review, "20").words
    assert infusing.changes == []


def test_a_review_that_was_open_too_long_sends_nothing(infusing, monkeypatch):
    infusing.get("/bolus")
    review = infusing.send("/bolus", amount="20 ug", over="10 min")
    monkeypatch.setattr(proposal, "OPEN_S", 0.0)
    assert "Too old" in infusing.confirm(review, "20").words
    assert infusing.changes == []
