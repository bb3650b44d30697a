"""Runs of the stock scenarios, each made once and shared by the tests. CPython only."""

import pytest

from tests.scenario.stock import Runs


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    return Runs(tmp_path_factory.mktemp("stock"))
