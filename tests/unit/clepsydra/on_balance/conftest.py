"""A simulated pump on a simulated balance, in this process. CPython only."""

import pytest

from tests.rigs.weighed_pump import WeighedPump


@pytest.fixture
def weighed(tmp_path, monkeypatch):
    with WeighedPump(tmp_path, monkeypatch) as weighed:
        yield weighed
