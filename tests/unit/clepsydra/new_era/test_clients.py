"""nesp-lib and labmcp-new-era, as they are installed, drive a simulated pump."""

from importlib import metadata, util

import pytest

pytest.importorskip("nesp_lib", reason="a development dependency: `make setup`")

import nesp_lib
from nesp_lib import Pump, PumpingDirection, Status

from clepsydra.new_era.dialect import VERSION
from clepsydra.new_era.packets import encode
from tests.rigs.gateway_rig import GatewayRig, lab_pump

if not util.find_spec("labmcp_new_era"):
    pytest.skip("a development dependency: `make setup`", allow_module_level=True)
# labmcp takes seconds to load: one worker does, in the tests that need it.
LABMCP = pytest.mark.xdist_group("labmcp")

STEPS = 8000  # of 3125 pL in 25 uL
MINUTE_MS = 60_000
RATE_ML_PER_MIN = 0.5 / 1440


def said(text):
    return encode(text, safe=False)


def nesp(rig, **options):
    return Pump(nesp_lib.Port(rig.port), **options)


def labmcp(rig):
    from labmcp.transports import open_transport
    from labmcp_new_era.driver import NewEraPump

    transport = open_transport(
        rig.port,
        baudrate=19200,
        read_termination="\x03",
        write_termination="\r",
        timeout=60.0,
    )
    return NewEraPump(transport)


def test_both_clients_are_those_that_were_looked_at():
    assert metadata.version("nesp-lib") == "2.0.0"
    assert metadata.version("labmcp-new-era") == "0.1.2"


def test_nesp_lib_infuses_25_ul_at_half_a_ml_a_day_to_the_step_byte_for_byte(rig):
    pump = nesp(rig)
    pump.syringe_diameter_mm = 14.43
    assert pump.syringe_diameter_mm == 14.43
    pump.pumping_direction = PumpingDirection.INFUSE
    pump.pumping_volume_ml = 0.025
    assert pump.pumping_volume_ml == 0.025
    pump.pumping_rate_ml_per_min = RATE_ML_PER_MIN
    assert pump.pumping_rate_ml_per_min * 60_000 == 20.83
    assert pump.status == Status.STOPPED
    pump.run(wait_while_running=False)
    assert pump.volume_infused_ml == 0
    expected = [
        (bytes.fromhex("0209 3053414630 59AD 03"), said("00A?R")),
        (bytes.fromhex("0209 3053414630 59AD 03"), said("00S")),
        (b"0VER\r", said(f"00S{VERSION}")),
        (b"0DIA14.43\r", said("00S")),
        (b"0DIA\r", said("00S14.43")),
        (b"0DIRINF\r", said("00S")),
        (b"0VOLUL\r", said("00S")),
        (b"0VOL25.0\r", said("00S")),
        (b"0VOL\r", said("00S25.00UL")),
        (b"0RAT20.83UH\r", said("00S")),
        (b"0RAT\r", said("00S20.83UH")),
        (b"0\r", said("00S")),
        (b"0RUN\r", said("00I")),
        (b"0DIS\r", said("00II0.000W0.000UL")),
    ]
    taken = [data.replace(b"VOL25\r", b"VOL25.0\r") for data in rig.wire.taken]
    assert list(zip(taken[::2], taken[1::2])) == expected
    rig.pace_ms = MINUTE_MS
    pump.wait_while_running()
    rig.pace_ms = 0
    assert pump.volume_infused_ml == 0.025
    assert rig.steps() == STEPS
    assert rig.said[-1] == "the volume is infused"


def test_the_volume_is_not_there_before_its_time(rig):
    pump = nesp(rig)
    pump.pumping_volume_ml = 0.025
    pump.pumping_rate_ml_per_min = RATE_ML_PER_MIN
    pump.run(wait_while_running=False)
    lasts_ms = STEPS * 3125 * 86_400_000 // 499_920_000
    rig.do(lambda: rig.driven.run(lasts_ms - 2000))
    assert pump.running and STEPS - 8 <= rig.steps() < STEPS
    rig.do(lambda: rig.driven.run(4000))
    assert not pump.running and rig.steps() == STEPS


def test_the_rest_of_nesp_libs_interface_is_walked(rig):
    pump = nesp(rig, model_number=1000)
    assert (pump.address, pump.model_number) == (0, 1000)
    assert (pump.firmware_version, pump.firmware_upgrade) == ((1, 0), 9)
    assert pump.pumping_direction == PumpingDirection.INFUSE
    pump.pumping_rate_ml_per_min = 0.01
    pump.run(wait_while_running=False)
    assert pump.status == Status.INFUSING and pump.running
    rig.do(lambda: rig.driven.run(MINUTE_MS))
    pump.pumping_rate_ml_per_min = 0.005
    assert rig.status().raw["permitted_pl_per_day"] == 7_200_000_000
    with pytest.raises(nesp_lib.StateException):
        pump.pumping_volume_ml = 0.1
    pump.stop()
    assert pump.status == Status.PAUSED
    assert 0.0098 < pump.volume_infused_ml < 0.0105
    pump.stop()
    assert pump.status == Status.STOPPED
    pump.volume_infused_clear()
    assert pump.volume_infused_ml == 0
    pump.volume_withdrawn_clear()
    assert pump.volume_withdrawn_ml == 0
    with pytest.raises(nesp_lib.StateException):
        pump.run_purge()
    with pytest.raises(nesp_lib.StateException):
        pump.pumping_direction = PumpingDirection.WITHDRAW
    with pytest.raises(ValueError):
        pump.pumping_rate_ml_per_min = 100.0
    with pytest.raises(ValueError):
        pump.syringe_diameter_mm = 70.0
    assert [line.partition(" ")[0] for line in rig.said[-3:]] == ["PUR", "DIRWDR", "RAT6000MH"]


def test_nesp_lib_stays_in_touch_in_safe_mode_and_the_run_ends_once_it_falls_silent(rig):
    pump = nesp(rig, safe_mode_timeout_s=1)
    assert rig.wire.taken[1] == bytes.fromhex("0209 3030413F52 6586 03")
    assert rig.wire.taken[3] == bytes.fromhex("0207 303053 AAA6 03")
    assert pump.safe_mode_timeout_s == 1
    pump.pumping_rate_ml_per_min = 0.01
    pump.run(wait_while_running=False)
    before = len(rig.wire.taken)
    while len(rig.wire.taken) < before + 6:  # heartbeats, each with its answer
        assert pump.status == Status.INFUSING
    pump.safe_mode_timeout_s = 0
    assert rig.wire.taken[-1] == said("00I")
    assert rig.ask(b"0SAF1\r") == encode("00I", safe=True)  # as a client that then falls silent
    while rig.status().state == "INFUSING":
        pass
    assert rig.said[-1] == "the client has fallen silent: what it has started is stopped"
    nesp(rig)
    assert said("00A?T") in rig.wire.taken


@LABMCP
def test_labmcp_new_era_infuses_25_ul_to_the_step(rig):
    from labmcp.errors import InstrumentProtocolError

    pump = labmcp(rig)
    assert pump.identify() == {
        "manufacturer": "New Era Pump Systems",
        "model": "NE-1000X9",
        "firmware": "1.0",
        "network_address": "0",
    }
    assert pump.reset_alarm_seen
    pump.set_diameter(14.43)
    plan = pump.start_pumping("INF", 0.025, RATE_ML_PER_MIN)
    assert (plan.rate_text, plan.volume_text) == ("20.83UH", "0.025ML")
    assert pump.status().state == "infusing"
    with pytest.raises(InstrumentProtocolError, match="Stop it"):
        pump.start_pumping("INF", 0.025, RATE_ML_PER_MIN)
    rig.do(lambda: rig.driven.run(80 * MINUTE_MS))
    assert pump.status().state == "stopped"
    assert pump.dispensed() == (0.025, 0.0, "ML")
    assert rig.steps() == STEPS
    pump.clear_dispensed()
    assert pump.dispensed() == (0.0, 0.0, "ML")


@LABMCP
def test_labmcp_new_era_stops_goes_on_and_is_refused_what_is_not_there(rig):
    from labmcp.errors import InstrumentProtocolError

    pump = labmcp(rig)
    pump.identify()
    pump.start_pumping("INF", 0.010, 0.01)  # the unit is uL at the diameter that is there
    rig.do(lambda: rig.driven.run(30_000))
    assert pump.stop().state == "stopped"  # its second STP ends the pause
    gone = rig.steps()
    assert 1500 < gone < 1700
    with pytest.raises(InstrumentProtocolError, match=r"refused a rate of 100 mL/min"):
        pump.start_pumping("INF", 0.010, 100.0)
    with pytest.raises(InstrumentProtocolError, match=r"'DIRWDR' \(reply '\?NA'\)"):
        pump.start_pumping("WDR", 0.010, 0.01)
    assert rig.steps() == gone


@pytest.mark.parametrize("concentration", ["2000 ug/mL", "333.333 ug/mL"])
def test_with_a_drug_a_volume_is_to_the_step_too(concentration, tmp_path):
    with GatewayRig(tmp_path, lab_pump(tmp_path, concentration)) as rig:
        pump = nesp(rig)
        for volume_ml, steps in ((0.01, 3200), (0.001, 320), (0.00313, 1001)):
            before = rig.steps()
            pump.pumping_volume_ml = volume_ml
            pump.pumping_rate_ml_per_min = RATE_ML_PER_MIN
            pump.run(wait_while_running=False)
            rig.pace_ms = MINUTE_MS
            pump.wait_while_running()
            rig.pace_ms = 0
            assert rig.steps() - before == steps
