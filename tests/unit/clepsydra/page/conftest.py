"""The page of a simulated pump. CPython only."""

import pytest

pytest.importorskip("starlette", reason="the extra `page` is not installed: `make setup` does it")
pytest.importorskip("jinja2", reason="the extra `page` is not installed: `make setup` does it")

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
