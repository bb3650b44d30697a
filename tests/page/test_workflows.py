"""Every workflow by keyboard alone, and without script."""

import re

import pytest

from tests.rigs.served_page import ServedPage


def press_to(page, text, most=60):
    """Tab until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page).strip().startswith(text):
            return
    raise LookupError(f"Tab does not reach {text!r} on {page.url}")


def focused(page):
    return page.evaluate(
        """() => { const e = document.activeElement; const l = e.labels && e.labels[0];
        const said = e.getAttribute("aria-label") || (l && l.innerText) || e.innerText;
        return said || e.name || "" }"""
    )


def tick_all(page):
    """Each box that says Seen, by keyboard."""
    for n in range(page.locator("input[name=seen]").count()):
        press_to(page, "Seen: ")
        page.keyboard.press("Space")
        assert page.locator("input[name=seen]").nth(n).is_checked()


def press(page, name):
    """Without script each button loads a page: what follows is about that page, not the old."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def follow(page, name):
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).click()


def see_all(page):
    for box in page.locator("input[name=seen]").all():
        box.check()


def state(served):
    return served.look().status.state


def test_stop_is_the_second_thing_that_tab_reaches(infusing, tab):
    for path in ("/", "/week", "/program", "/log", "/report", "/demo"):
        tab.goto(infusing.origin + path)
        tab.keyboard.press("Tab")
        assert focused(tab) == "To the content"
        tab.keyboard.press("Tab")
        assert focused(tab) == "STOP", path
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/?note=stopped")
    assert state(infusing) == "STOPPED"


def test_start_by_keyboard(infusing, tab):
    infusing.do(lambda pump: pump.stop())
    tab.goto(infusing.origin)
    press_to(tab, "Start")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/review/*")
    tick_all(tab)
    press_to(tab, "Start")
    tab.keyboard.press("Enter")
    tab.get_by_text("read back: INFUSING").wait_for()
    assert state(infusing) == "INFUSING"


def test_bolus_by_keyboard_and_cancel(infusing, tab):
    tab.goto(infusing.origin + "/bolus")
    press_to(tab, "Dose, with its unit")
    tab.keyboard.type("5 ug")
    press_to(tab, "Over which time")
    tab.keyboard.type("10 min")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/review/*")
    tick_all(tab)
    press_to(tab, "Type the dose of the bolus")
    tab.keyboard.type("5")
    tab.keyboard.press("Enter")
    tab.get_by_text("accepted: 2.5 uL over 10 min").wait_for()
    tab.goto(infusing.origin + "/bolus")
    press_to(tab, "Cancel it")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/review/*")
    press_to(tab, "Cancel it")
    tab.keyboard.press("Enter")
    tab.get_by_text("read back: INFUSING").wait_for()
    assert infusing.look().status.raw["bolus"] == 0


def test_program_by_keyboard(infusing, tab):
    tab.goto(infusing.origin + "/program")
    press_to(tab, "Step 2, rate")
    tab.keyboard.press("Control+A")
    tab.keyboard.type("500 ug/d")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/review/*")
    tick_all(tab)
    typed = re.search(
        r"daily dose\s*\(changed\)\s*400\sug/d\s*([\d.]+)\sug/d", tab.inner_text("main")
    )
    press_to(tab, "Type the new daily dose")
    tab.keyboard.type(typed[1])
    tab.keyboard.press("Enter")
    tab.get_by_text("sent, read back, equal").wait_for()
    assert infusing.do(lambda pump: pump.program())["steps"][1] == [21600, 500_000]


def test_an_alarm_is_seen_without_loading_and_acknowledged_by_keyboard(infusing, tab):
    tab.goto(infusing.origin)
    infusing.site.demo.begin("driver_reset")
    tab.get_by_text("DRIVER_FAULT").first.wait_for()
    tab.locator("#say", has_text="FAULT").wait_for(state="attached")
    press_to(tab, "Acknowledge")
    tab.keyboard.press("Enter")
    tab.get_by_text("Acknowledged.").wait_for()
    press_to(tab, "Reset the fault")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/review/*")
    tick_all(tab)
    press_to(tab, "The cause is gone")
    tab.keyboard.press("Enter")
    tab.get_by_text("read back: STOPPED").wait_for()


def test_without_script_stop_start_bolus_and_refill_work(infusing, bare):
    bare.goto(infusing.origin + "/log")
    press(bare, "STOP")
    assert state(infusing) == "STOPPED"
    press(bare, "Start")
    see_all(bare)
    press(bare, "Start")
    bare.get_by_text("read back: INFUSING").first.wait_for()
    follow(bare, "Bolus")
    bare.get_by_label("Dose, with its unit").fill("5 ug")
    bare.get_by_label("Over which time").fill("2 h")  # longer than this takes
    press(bare, "Review")
    see_all(bare)
    bare.get_by_label("Type the dose of the bolus").fill("5 ug")
    press(bare, "Give the bolus")
    bare.get_by_text("accepted: 2.5 uL").first.wait_for()
    follow(bare, "Refill")
    bare.get_by_label("Drawn off, with its unit").fill("0.1 mL")
    bare.get_by_label("Injected, with its unit").fill("1 mL")
    press(bare, "Review")
    see_all(bare)
    bare.get_by_label("Type the fill").fill("1")
    press(bare, "State the refill")
    bare.get_by_text("by the books of the pump").first.wait_for()


def test_without_script_the_program_can_be_edited_and_the_page_looks_again(infusing, bare):
    bare.goto(infusing.origin)
    assert bare.locator("noscript meta[http-equiv=refresh], meta[http-equiv=refresh]").count() == 1
    bare.goto(infusing.origin + "/program")
    bare.get_by_label("continuous").check()
    bare.get_by_label("Rate, with its unit").first.fill("300 ug/d")
    press(bare, "More rows")
    assert bare.get_by_label("Rate, with its unit").first.input_value() == "300 ug/d"
    press(bare, "Review")
    see_all(bare)
    bare.get_by_label("Type the new daily dose").fill("300")
    press(bare, "Put it in force")
    bare.get_by_text("sent, read back, equal").first.wait_for()


def test_of_two_tabs_the_one_that_is_behind_is_refused(infusing, tab):
    other = tab.context.new_page()
    for page in (tab, other):
        page.goto(infusing.origin + "/bolus")
        page.get_by_label("Dose, with its unit").fill("5 ug")
        page.get_by_label("Over which time").fill("1 h")
    tab.get_by_role("button", name="Review").click()
    tab.wait_for_url("**/review/*")
    see_all(tab)
    tab.get_by_label("Type the dose").fill("5")
    tab.get_by_role("button", name="Give the bolus").click()
    tab.get_by_text("accepted").wait_for()
    other.get_by_role("button", name="Review").click()
    other.get_by_text("look again, then send the form once more").wait_for()


@pytest.mark.parametrize("kind", ["stall", "encoder_dead"])
def test_faults_of_the_demo_have_buttons_that_end_them(kind, infusing, tab):
    tab.goto(infusing.origin + "/demo")
    tab.locator(f"button[name=begin][value={kind}]").click()
    tab.get_by_text("It goes wrong from now on.").wait_for()
    tab.locator(f"button[name=over][value={kind}]").click()
    tab.get_by_text("It is over.").wait_for()


def test_the_page_says_when_its_server_is_gone(infusing, tab):
    with ServedPage(run=infusing.run) as short:
        tab.goto(short.address)
        tab.get_by_text("INFUSING").first.wait_for()
    tab.get_by_text("No news from the page's server").wait_for()
    assert tab.get_by_role("button", name="STOP").is_enabled()
    assert tab.locator("main form button").first.is_disabled()
