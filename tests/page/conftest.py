"""The page in Debian's Chromium, of a simulated pump in real time; `make test-page` runs this.
CPython only.
"""

import shutil

import pytest

from host_sim.live import running
from tests.rigs.patience import HANGS_S
from tests.rigs.served_page import ServedPage

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items):
    """One browser and one pump at a time: these share a worker."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group("page"))
        item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: `make setup` installs it"
    )
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.skip("no Chromium is installed: apt install chromium")
    with playwright.sync_playwright() as running_playwright:
        browser = running_playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def runtime(tmp_path_factory):
    place = pytest.MonkeyPatch()
    place.setenv(running.ENVIRONMENT, str(tmp_path_factory.mktemp("runtime")))
    yield
    place.undo()


@pytest.fixture(scope="module")
def served(runtime):
    with ServedPage("flex_week") as served:
        yield served


@pytest.fixture
def infusing(served):
    served.infuse()
    return served


@pytest.fixture
def tab(browser, served):
    """A fresh window that has the token."""
    context = browser.new_context(viewport={"width": 1100, "height": 800})
    context.set_default_timeout(HANGS_S * 1000)
    page = context.new_page()
    page.goto(served.address)
    yield page
    context.close()


@pytest.fixture
def bare(browser, served):
    """The same in a browser without script."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(HANGS_S * 1000)
    page = context.new_page()
    page.goto(served.address)
    yield page
    context.close()
