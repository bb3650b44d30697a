"""The forms of the plan, of the line, of another concentration and of the patient's bolus: each is
reviewed, confirmed by its value, and read back.
"""

from firmware.units import MS_PER_DAY, MS_PER_HOUR
from tests.rigs.page_rig import sent
from tests.rigs.patience import HANGS_S


def raw(page):
    return page.site.owner.look().result().status.raw


def test_a_stage_that_waits_is_reviewed_and_begins_by_its_daily_dose_alone(rig):
    page = rig("titration_six_weeks")
    assert "stage 1 of 6, runs" in page.get("/titration").words
    assert page.send("/propose/stage").status == 422  # none waits yet
    page.run(7 * MS_PER_DAY)
    assert "Let the next stage begin" in page.get("/titration").words
    review = page.send("/propose/stage")
    assert "Stage 1 -> 2 of 6" in review.words
    assert "daily dose (changed) 100 ug/d 130 ug/d +30.0 %" in review.words
    assert page.confirm(review, "130", seen=["Dose a day"]).status == 422
    for wrong in ("", "100", "1300", "130 mg"):
        assert page.confirm(review, wrong).status == 422
    assert sent(page, "plan_confirm") == []
    assert "plan: stage 2 of 6, runs" in page.confirm(review, "130").words
    assert sent(page, "plan_confirm") == [{"do": "plan_confirm", "dose_ng_per_day": 130_000}]


NAMED = """[night]
mode = "flex"
safe_rate = "300 ug/d"
steps = [["00:00", "400 ug/d"], ["08:00", "500 ug/d"]]
"""
STAGES = {"days0": "3", "gives0": "400 ug/d", "days1": "2", "gives1": "night", "programs": NAMED}


def test_a_plan_by_form_names_programs_of_one_list_and_is_sent_whole(rig):
    page = rig("flex_week")
    page.get("/titration")
    review = page.send("/titration", advance="confirm", origin="spinal", **STAGES)
    assert "Another program: flex -> plan" in review.words
    assert sent(page, "confirm") == []
    done = page.confirm(review, "400")  # of the first stage: each later one asks
    assert "sent, read back, equal" in done.words, done.words
    plan = page.site.owner.do(lambda pump: pump.program()).result(timeout=HANGS_S)
    assert plan["origin"] == "spinal" and [one["days"] for one in plan["stages"]] == [3, 2]
    assert plan["stages"][0]["program"] == {"mode": "continuous", "dose_ng_per_day": 400_000}
    assert plan["stages"][1]["program"]["steps"] == [[0, 400_000], [28_800, 500_000]]
    assert "Stages of the plan" not in page.get("/titration").words  # the form waits for its end
    assert "Another plan" not in page.get("/titration").words


PLAN_SLIPS = [
    ({"days0": "3 d"}, "stages[1].days"),
    ({"days0": "0"}, "1 to 3650"),
    ({"gives0": "400"}, "stages[1].program.rate"),
    ({"gives0": "400 mg/d"}, "stages[1]"),
    ({"gives0": "4000 ug/d"}, "less to 30 % more than the stage before"),
    ({"gives1": "nigth"}, 'did you mean "night"?'),
    ({"gives1": "400 ug/d"}, "is the program of no stage"),
    ({"programs": "[night"}, "the named programs are not TOML"),
    ({"programs": NAMED.replace("flex", "stopped")}, "a stage gives a dose"),
    ({"origin": "both"}, "origin"),
    (dict.fromkeys(STAGES, ""), "the plan has no stage"),
]


def test_a_plan_by_form_with_a_slip_is_shown_again_as_it_was_typed(rig):
    page = rig("flex_week")
    page.get("/titration")
    for wrong, told in PLAN_SLIPS:
        form = {"advance": "confirm", "origin": "spinal", **STAGES, **wrong}
        shown = page.send("/titration", **form)
        assert shown.status == 422 and told in shown.words, shown.words
        typed = [form[name] for name in ("days0", "gives0", "days1", "gives1") if form[name]]
        assert all(f'value="{text}"' in shown.text for text in typed)
    assert sent(page, "confirm") == []


def test_a_plan_is_paused_goes_on_and_ends_by_a_review_each(rig):
    page = rig("titration_six_weeks")
    for what, said in (
        ("plan-pause", "plan: stage 1 of 6, paused"),
        ("plan-resume", "plan: stage 1 of 6, runs"),
        ("plan-end", "plan: none is in force any more"),
    ):
        page.get("/titration")
        review = page.send(f"/propose/{what}")
        assert page.confirm(review, seen=[]).status == 422
        assert said in page.confirm(review).words
    assert "No plan is in force" in page.get("/titration").words
    page.get("/bolus")  # a form with a mark of now
    assert page.send("/propose/plan-pause").status == 422


def test_a_plan_that_was_paused_meanwhile_makes_the_review_void(rig):
    page = rig("titration_six_weeks")
    page.get("/titration")
    review = page.send("/propose/plan-end")
    page.owner.do(lambda pump: pump.pause_plan()).result()
    assert "the plan was stage 1, runs and is stage 1, paused" in page.confirm(review).words
    assert raw(page)["plan"] is not None


def test_a_prime_is_confirmed_by_the_dose_that_counts(rig):
    page = rig("implant_day", infusing=False)
    assert "no drug" in page.get("/line").words
    assert "tick what holds no drug" in page.send("/line/prime").words
    review = page.send("/line/prime", tubing="1", catheter="1")
    assert "0.272 mL in 16.3 min" in review.words and "68 ug of it count" in review.words
    assert "Seen: the warnings" in review.words  # a stopped pump starts by it
    for wrong in ("", "272", "68 mg"):
        assert page.confirm(review, wrong).status == 422
    assert all("counted_ng" not in one for one in page.changes)
    assert "begun: " in page.confirm(review, "68").words
    assert raw(page)["prime_left_pl"] > 0


def test_another_concentration_is_typed_twice_and_its_bridge_is_changed_and_left_out(rig):
    page = rig("concentration_change_with_bridge")
    page.get("/refill")
    form = {"fill": "10 mL", "withdrawn": "9.9 mL", "concentration": "2000 ug/mL"}
    shown = page.send("/refill", **form)
    assert shown.status == 422 and "the line still holds 500 ug/mL" in shown.words
    assert 'value="2000 ug/mL"' in shown.text  # what was typed stays
    review = page.send("/refill", **form, bridge="dose", bridge_dose="300 ug/d")
    assert "conc. (changed) 500 ug/mL 2000 ug/mL" in review.words
    assert "bridge: 300 ug/d, until it is at the tip" in review.words

    def confirm(typed, concentration):
        seen = ["The books of the reservoir", "The drug in it"]
        return page.send(review.path, typed=typed, concentration=concentration, seen=seen)

    for typed, concentration in (("10", ""), ("10", "200"), ("1", "2000"), ("10", "2000 mg/mL")):
        assert confirm(typed, concentration).status == 422
    assert sent(page, "refill") == []
    assert "2000 ug/mL by the pump" in confirm("10", "2000").words
    assert "300 ug/d = 0.6 mL/d at 500 ug/mL" in page.get("/line").words
    now = page.get("/").words
    assert "Bridge 300 ug/d = 0.6 mL/d at 500 ug/mL" in now, now
    review = page.send("/line/bridge", dose="700 ug/d")
    assert (
        "gives (changed) 300 ug/d 700 ug/d, +133.3 %" in review.words
        and "Seen: the warnings" in review.words
    )
    assert page.confirm(review, "300").status == 422
    assert "changed: 700 ug/d" in page.confirm(review, "700").words
    page.get("/line")
    review = page.send("/propose/bridge-leave-out")
    assert "too little" in review.words or "too much" in review.words
    assert page.confirm(review, "1").status == 422
    assert raw(page)["bridge"] is not None


# trace: S1.4
def test_the_volume_of_the_patients_bolus_is_shown_at_the_review_and_in_the_report(rig):
    page = rig("patient_boluses")
    page.get("/refill")
    form = {"fill": "10 mL", "withdrawn": "9 mL", "concentration": "4000 ug/mL"}
    review = page.send("/refill", **form)
    assert "patient (changed) a bolus of 20 ug = 0.01 mL 20 ug = 5 uL" in review.words
    seen = ["The books of the reservoir", "The drug in it"]
    page.send(review.path, typed="10", concentration="4000", seen=seen)
    told = "patient: a bolus of 20 ug = 0.01 mL -> 20 ug = 5 uL"
    assert told in page.get(review.path).words
    assert told in page.get("/report").words
    assert "20 ug = 5 uL over 10 min" in page.get("/report").words


def test_a_bridge_is_not_begun_where_the_line_holds_one_drug(rig):
    page = rig("concentration_change_with_bridge")
    page.get("/line")
    assert "the line holds no other drug" in page.send("/line/bridge", dose="300 ug/d").words
    assert page.send("/line/bridge", dose="0.6 mL/d").status == 422
    assert sent(page, "bridge_dose") == []


def test_the_patients_bolus_is_asked_for_by_its_dose_and_denied_within_its_lockout(rig):
    page = rig("patient_boluses")
    assert "20 ug = 0.01 mL over 10 min" in page.get("/patient").words
    review = page.send("/propose/patient-bolus")
    for wrong in ("", "2", "20 mg"):
        assert page.confirm(review, wrong).status == 422
    assert "granted" in page.confirm(review, "20").words
    page.run(MS_PER_HOUR)
    page.get("/patient")
    review = page.send("/propose/patient-bolus")
    assert "Refused" in page.confirm(review, "20").words
    told = raw(page)["patient_bolus"]
    assert (told["granted"], told["denied"]) == (1, 1)


def test_settings_of_the_patients_bolus_are_stored_at_rest_and_the_program_stays(rig):
    page = rig("patient_boluses")
    form = {"amount": "15 ug", "over": "10 min", "lockout": "4 h", "per_day": "8"}
    page.get("/patient")
    assert "it takes a configuration at rest" in page.send("/patient", **form).words
    page.send("/stop")
    program = {"mode": "continuous", "dose_ng_per_day": 290_000}
    page.owner.do(lambda pump: pump.set_program(program)).result()
    assert 'value="20 ug"' in page.get("/patient").text
    assert "how many in 24 h" in page.send("/patient", **{**form, "per_day": "many"}).words
    review = page.send("/patient", **{**form, "amount": ""})
    assert "patient_bolus.dose (changed) 20 ug none" in review.words
    review = page.send("/patient", **form)
    assert "patient_bolus.dose (changed) 20 ug 15 ug" in review.words
    assert "all of them in a day are 120 ug, on top of 290 ug" in review.words
    assert page.confirm(review, "300").status == 422
    done = page.confirm(review, "290")
    assert "read back: 15 ug over 10 min; at most 8 in 24 h, 4 h apart" in done.words, done.words
    glance = page.owner.look().result(timeout=HANGS_S)
    assert glance.config["patient_bolus"]["dose_ng"] == 15_000
    assert glance.meant.section == program and glance.status.state == "STOPPED"
