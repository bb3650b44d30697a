"""Plan, line, another concentration and the patient's bolus: by keyboard alone, and without
script.
"""

import pytest

from tests.page.test_workflows import follow, press, press_to, see_all, state, tick_all
from tests.rigs.patience import HANGS_S
from tests.rigs.served_page import ServedPage
from tests.unit.clepsydra.test_titration import PLAN


@pytest.fixture(scope="module")
def lined(runtime):
    with ServedPage("concentration_change_with_bridge") as served:
        served.infuse()
        yield served


@pytest.fixture(scope="module")
def new(runtime):
    """Its line holds no drug."""
    with ServedPage("implant_day") as served:
        yield served


@pytest.fixture(scope="module")
def patient(runtime):
    with ServedPage("patient_boluses") as served:
        served.infuse()
        yield served


@pytest.fixture
def open_page(browser):
    """open_page(served, path, script=True)"""
    contexts = []

    def opened(served, path, script=True):
        context = browser.new_context(java_script_enabled=script)
        contexts.append(context)
        context.set_default_timeout(HANGS_S * 1000)
        page = context.new_page()
        page.goto(served.address)
        page.goto(served.origin + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def by_keyboard(page, button, typed=()):
    """The review: each part ticked, each value typed, sent."""
    page.wait_for_url("**/review/*")
    tick_all(page)
    for label, text in typed:
        press_to(page, label)
        page.keyboard.type(text)
    press_to(page, button)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Done").wait_for()


def raw(served):
    return served.look().status.raw


def test_a_plan_is_put_in_force_paused_and_ended_without_script(served, open_page):
    served.infuse()
    page = open_page(served, "/titration", script=False)
    page.get_by_text("No plan is in force.").wait_for()
    follow(page, "as a program, as text")
    page.get_by_label("as text: any mode").check()
    page.get_by_label("[program] as in a scenario").fill(PLAN)
    press(page, "Review")
    see_all(page)
    page.get_by_label("Type the new daily dose").fill("400")
    press(page, "Put it in force")
    for button, done in (("Pause …", "Pause the plan"), ("Let it go on …", "Let the plan go on")):
        follow(page, "Titration")
        press(page, button)
        see_all(page)
        press(page, done)
        page.get_by_role("heading", name="Done").wait_for()
    assert raw(served)["plan"]["phase"] == "runs"
    follow(page, "Titration")
    press(page, "End it …")
    see_all(page)
    press(page, "End the plan")
    page.get_by_text("none is in force any more").wait_for()


def test_a_plan_is_put_in_force_by_its_form_by_keyboard_alone(served, open_page):
    served.infuse()
    page = open_page(served, "/titration")
    typed = (
        ("Stage 1, days", "3"),
        ("Stage 1, gives", "400 ug/d"),
        ("Stage 2, days", "2"),
        ("Stage 2, gives", "higher"),
        ("Programs that stages name", '[higher]\nmode = "continuous"\nrate = "440 ug/d"'),
    )
    for label, text in typed:
        press_to(page, label)
        page.keyboard.type(text)
    press_to(page, "Review")
    page.keyboard.press("Enter")
    by_keyboard(page, "Put it in force", [("Type the new daily dose", "400")])
    assert raw(served)["plan"]["stages"] == 2
    served.do(lambda pump: pump.end_plan())


def test_a_plan_with_a_slip_keeps_what_was_typed_without_script(served, open_page):
    served.infuse()
    page = open_page(served, "/titration", script=False)
    page.get_by_label("Stage 1, days").fill("3 d")
    page.get_by_label("Stage 1, gives").fill("400 ug/d")
    page.get_by_label("spinal").check()
    press(page, "Review")
    page.get_by_role("alert").get_by_text("stages[1].days").wait_for()
    assert page.get_by_label("Stage 1, days").input_value() == "3 d"
    assert page.get_by_label("spinal").is_checked()
    assert raw(served)["plan"] is None


def test_a_prime_by_keyboard(new, open_page):
    page = open_page(new, "/line")
    for part in ("Tubing", "Catheter"):
        press_to(page, part)
        page.keyboard.press("Space")
    press_to(page, "Review the prime")
    page.keyboard.press("Enter")
    by_keyboard(page, "Prime", [("Type the dose that counts", "68")])
    assert raw(new)["prime_left_pl"] > 0


def test_another_concentration_by_keyboard_and_its_bridge_without_script(lined, open_page):
    page = open_page(lined, "/refill")
    for label, text in (("Drawn off", "9.9 mL"), ("Injected", "10 mL")):
        press_to(page, label)
        page.keyboard.type(text)
    press_to(page, "Another concentration or drug")
    page.keyboard.press("Enter")
    press_to(page, "Concentration of what was injected")
    page.keyboard.type("2000 ug/mL")
    press_to(page, "Nothing is stated")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    press_to(page, "Dose of the bridge")
    page.keyboard.type("300 ug/d")
    page.keyboard.press("Enter")
    by_keyboard(
        page,
        "State the refill",
        [("Type the concentration", "2000"), ("Type the fill", "10")],
    )
    assert raw(lined)["bridge"]["conc_ng_per_ml"] == 500_000

    page = open_page(lined, "/line", script=False)
    page.get_by_label("Dose for its rest").fill("350 ug/d")
    press(page, "Review the bridge")
    see_all(page)
    page.get_by_label("Type the new dose a day").fill("350")
    press(page, "Change the bridge")
    page.get_by_text("changed: 350 ug/d").wait_for()
    follow(page, "Line")
    press(page, "Leave its rest out")
    page.get_by_label("Type the dose that is too").fill("0.001")
    see_all(page)
    press(page, "Leave it out")
    page.get_by_text("was typed: nothing was sent").wait_for()
    assert raw(lined)["bridge"] is not None


def test_the_patients_bolus_by_keyboard_and_its_settings_without_script(patient, open_page):
    page = open_page(patient, "/patient")
    press_to(page, "Ask for one")
    page.keyboard.press("Enter")
    by_keyboard(page, "Ask for it", [("Type the dose of the bolus", "20")])
    assert raw(patient)["patient_bolus"]["granted"] == 1

    page = open_page(patient, "/patient", script=False)
    press(page, "STOP")
    follow(page, "Patient")
    page.get_by_label("How many in 24 h").fill("4")
    press(page, "Review")
    see_all(page)
    page.get_by_label("Type the daily dose").fill("300")
    press(page, "Store them")
    page.get_by_text("at most 4 in 24 h").wait_for()
    assert state(patient) == "STOPPED"
    assert patient.look().config["patient_bolus"]["per_day"] == 4


def test_a_configuration_by_its_form_by_keyboard_and_without_script(served, open_page):
    def cap():
        return served.look().config["limits"]["max_dose_24h_ng"]

    served.infuse()
    served.do(lambda pump: pump.stop())
    page = open_page(served, "/configuration")
    press_to(page, "limits.max_dose_24h")
    page.keyboard.press("Control+A")
    page.keyboard.type("1400 ug")
    page.keyboard.press("Enter")
    by_keyboard(page, "Store them", [("Type the daily dose", "400")])
    assert cap() == 1_400_000

    page = open_page(served, "/set-up", script=False)
    page.get_by_role("link", name="Change the configuration").click()
    page.get_by_label("limits.max_dose_24h").fill("1,500 ug")
    press(page, "Review")
    page.get_by_role("alert").get_by_text("write a point, not a comma").wait_for()
    page.get_by_label("limits.max_dose_24h").fill("1500 ug")
    press(page, "Review")
    see_all(page)
    page.get_by_label("Type the daily dose").fill("400")
    press(page, "Store them")
    page.get_by_text("read back: it is stored").first.wait_for()
    assert cap() == 1_500_000


def test_another_head_and_concentration_by_form_without_script(served, open_page):
    served.infuse()
    served.do(lambda pump: pump.stop())
    before = served.look().config
    for turn, conc in (("12.5 uL", "1000"), ("10 uL", "2000")):
        page = open_page(served, "/configuration", script=False)
        page.get_by_label("head.volume_per_rev").fill(turn)
        page.get_by_label("drug.concentration").fill(f"{conc} ug/mL")
        press(page, "Review")
        page.get_by_text("at that concentration the program gives").first.wait_for()
        see_all(page)
        page.get_by_label("Type the concentration").fill(conc)
        page.get_by_label("Type the daily dose").fill("400")
        press(page, "Store them")
        page.get_by_text("read back: it is stored").first.wait_for()
        assert served.look().config["head"]["pl_per_rev"] == int(float(turn[:-3]) * 1_000_000)
    after = served.look().config
    assert (after["head"], after["drug"]) == (before["head"], before["drug"])
