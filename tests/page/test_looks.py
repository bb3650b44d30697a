"""How each page looks: for a screen reader (axe), on a phone, at 200 %, on paper."""

import pytest

from tests.rigs.patience import HANGS_S

PATHS = (
    "/",
    "/day",
    "/week",
    "/program",
    "/bolus",
    "/refill",
    "/titration",
    "/configuration",
    "/line",
    "/patient",
    "/log",
    "/report",
    "/set-up",
    "/demo",
    "/nowhere",
)
PHONE = {"width": 400, "height": 800}
TWICE = {"width": 550, "height": 400}  # 1100 by 800 at 200 %


@pytest.fixture(scope="module", autouse=True)
def stalled(served):
    """Something is to be seen: a bolus, a stall, alarms."""
    served.infuse()
    served.do(lambda pump: pump.bolus("5 ug", "1 min"))
    served.site.demo.begin("driver_reset")
    yield
    served.infuse()


def opened(browser, served, path, **options):
    page = browser.new_context(**options).new_page()
    page.set_default_timeout(HANGS_S * 1000)
    page.goto(served.address)
    page.goto(served.origin + path)
    return page


def review_of(served, page):
    """A review, and then the alarms again: a pump in FAULT takes no program."""
    served.infuse()
    page.goto(served.origin + "/program")
    page.get_by_label("Step 1, rate with its unit").fill("290 ug/d")
    page.get_by_role("button", name="Review").click()
    page.wait_for_url("**/review/*")
    served.site.demo.begin("driver_reset")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*PATHS, "review"])
def test_axe_finds_nothing(path, scheme, browser, served):
    axe_module = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = opened(browser, served, "/", color_scheme=scheme)
    if path == "review":
        review_of(served, page)
    else:
        page.goto(served.origin + path)
    found = axe_module.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.context.close()


@pytest.mark.parametrize("viewport", [PHONE, TWICE], ids=["phone", "200 %"])
@pytest.mark.parametrize("path", [*PATHS, "review"])
def test_nothing_is_wider_than_a_narrow_screen_and_stop_is_always_in_sight(
    path, viewport, browser, served
):
    page = opened(browser, served, "/", viewport=viewport)
    if path == "review":
        review_of(served, page)
    else:
        page.goto(served.origin + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    places = []
    for _ in range(3):
        box = page.get_by_role("button", name="STOP").bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= viewport["height"]
        assert box["width"] >= 44 and box["height"] >= 44
        places.append((box["x"], box["y"]))
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(100)
    assert len(set(places)) == 1
    page.context.close()


def test_on_a_phone_a_review_shows_now_and_after_whole_and_a_picture_its_end(browser, served):
    page = opened(browser, served, "/", viewport=PHONE)
    review_of(served, page)
    for cell in page.locator(".compare tbody td").all():
        box = cell.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
        assert cell.evaluate("e => e.scrollWidth <= e.clientWidth")
    page.goto(served.origin + "/day")
    ends = "e => { const a = e.getBoundingClientRect(), b = e.querySelector('svg')"
    ends += ".getBoundingClientRect(); return b.right - a.right }"
    assert abs(page.locator(".newest").evaluate(ends)) < 2  # what is now is in sight
    page.goto(served.origin + "/log")
    assert page.locator(".events td:last-child").first.bounding_box()["width"] > 150
    page.context.close()


def test_stop_is_at_the_same_place_on_every_page(browser, served):
    for viewport in (PHONE, {"width": 1100, "height": 800}):
        page = opened(browser, served, "/", viewport=viewport)
        places = set()
        for path in PATHS:
            page.goto(served.origin + path)
            places.add(tuple(page.get_by_role("button", name="STOP").bounding_box().values()))
        assert len(places) == 1
        page.context.close()


def test_the_report_fits_on_one_page_of_a4(browser, served):
    page = opened(browser, served, "/report")
    data = page.pdf(format="A4", prefer_css_page_size=True)
    assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") <= 1 or (
        data.count(b"/Type/Page") - data.count(b"/Type/Pages") <= 1
    )
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="STOP").is_visible()
    page.context.close()


def test_nothing_is_fetched_from_elsewhere_and_no_policy_is_broken(browser, served):
    page = browser.new_context().new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(served.address)
    for path in PATHS[:-1]:
        page.goto(served.origin + path)
    assert [url for url in asked if not url.startswith(served.origin)] == []
    assert said == []
    page.context.close()
