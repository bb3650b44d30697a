"""A New Era gateway before a simulated pump. CPython only."""

import os

import pytest

from tests.rigs.gateway_rig import GatewayRig

if os.name != "posix":
    pytest.skip("a pseudo-terminal is what the clients open", allow_module_level=True)


@pytest.fixture(scope="module")
def shared_rig(tmp_path_factory):
    with GatewayRig(tmp_path_factory.mktemp("gateway")) as rig:
        yield rig


@pytest.fixture
def rig(shared_rig):
    """A gateway of its own, before a pump that waits for a client."""
    shared_rig.anew()
    return shared_rig
