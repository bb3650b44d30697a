"""The page of a simulated pump. CPython only."""

import pytest

pytest.importorskip("starlette", reason="the extra `page` is not installed: `make setup` does it")
pytest.importorskip("jinja2", reason="the extra `page` is not installed: `make setup` does it")

from tests.rigs.driven_pump import FLEX_WEEK
from tests.rigs.page_rig import PageRig


@pytest.fixture
def page(tmp_path):
    with PageRig(tmp_path) as rig:
        yield rig


@pytest.fixture
def infusing(page):
    page.infuse()
    return page


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One for a whole file, infusing: for what changes nothing."""
    with PageRig(tmp_path_factory.mktemp("shared")) as rig:
        rig.infuse()
        yield rig


@pytest.fixture
def rig(tmp_path):
    """rig(name, infusing=True): the page of a pump of that scenario."""
    rigs = []

    def make(name, infusing=True):
        page = PageRig(tmp_path, FLEX_WEEK.with_name(f"{name}.toml"), on="micropython")
        rigs.append(page)
        page.__enter__()
        if infusing:
            page.infuse()
        return page

    yield make
    for page in rigs:
        page.__exit__()
