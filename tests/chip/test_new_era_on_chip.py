"""nesp-lib and labmcp-new-era drive the flashed image, through the New Era gateway.

At 24 mL a day, the most that the pump may: 25 uL take 90 s of the chip. At the 0.5 mL a day of the
simulated pump (tests/unit/clepsydra/new_era) they take 72 minutes, five of a computer:

    ML_PER_DAY=0.5 python -m pytest tests/chip/test_new_era_on_chip.py
"""

import os

import pytest

pytest.importorskip("nesp_lib", reason="a development dependency: `make setup`")
pytest.importorskip("labmcp_new_era", reason="a development dependency: `make setup`")

import nesp_lib
from labmcp.transports import open_transport
from labmcp_new_era.driver import NewEraPump

from host_sim.live.live_chip import LiveChip
from host_sim.scenario.load import load
from tests.chip.conftest import image_or_skip
from tests.rigs.gateway_rig import GatewayRig, lab_pump

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the clients open a pseudo-terminal")

STEPS = 8000  # of 3125 pL in 25 uL
RATE_ML_PER_MIN = float(os.environ.get("ML_PER_DAY", "24")) / 1440


@pytest.fixture(scope="module")
def shared_rig(tmp_path_factory):
    image_or_skip("rpi_pico")
    path = lab_pump(tmp_path_factory.mktemp("gateway"))
    with GatewayRig(None, live=LiveChip(load(path))) as rig:
        yield rig


@pytest.fixture
def rig(shared_rig):
    shared_rig.anew()
    return shared_rig


def infuse(rig, run, wait):
    run()
    rig.pace_ms = 10_000
    wait()
    rig.pace_ms = 0


def test_nesp_lib_infuses_25_ul_to_the_step_on_the_emulated_chip(rig):
    pins = rig.driven.live.world["steps"]
    pump = nesp_lib.Pump(nesp_lib.Port(rig.port))
    pump.syringe_diameter_mm = 14.43
    pump.pumping_direction = nesp_lib.PumpingDirection.INFUSE
    pump.pumping_volume_ml = 0.025
    pump.pumping_rate_ml_per_min = RATE_ML_PER_MIN
    infuse(rig, lambda: pump.run(wait_while_running=False), pump.wait_while_running)
    assert pump.volume_infused_ml == 0.025
    assert rig.steps() == STEPS
    assert rig.do(lambda: rig.driven.live.world["steps"]) - pins == STEPS
    assert rig.said[-1] == "the volume is infused"


def test_labmcp_new_era_infuses_25_ul_to_the_step_on_the_emulated_chip(rig):
    pins = rig.driven.live.world["steps"]
    transport = open_transport(
        rig.port, baudrate=19200, read_termination="\x03", write_termination="\r", timeout=600.0
    )
    pump = NewEraPump(transport)
    assert pump.identify()["firmware"] == "1.0"
    pump.set_diameter(14.43)

    def wait():
        while pump.status().state == "infusing":
            pass

    infuse(rig, lambda: pump.start_pumping("INF", 0.025, RATE_ML_PER_MIN), wait)
    assert pump.dispensed() == (0.025, 0.0, "ML")
    assert rig.steps() == STEPS
    assert rig.do(lambda: rig.driven.live.world["steps"]) - pins == STEPS
    assert pump.stop().state == "stopped"
