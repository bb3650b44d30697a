"""Clients before a paired pump: the gateway speaks with the key of this computer, and its role."""

import pytest

pytest.importorskip("nesp_lib", reason="a development dependency: `make setup`")

import nesp_lib

from clepsydra.link import key_file
from tests.rigs.driven_pump import PRESS
from tests.rigs.gateway_rig import GatewayRig
from tests.unit.clepsydra.new_era.test_clients import MINUTE_MS, RATE_ML_PER_MIN, STEPS
from tests.unit.clepsydra.new_era.test_rules import WRITES


@pytest.fixture
def paired_rig(tmp_path, monkeypatch):
    """Of a pump that is paired with this computer."""
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "keys.json"))
    with GatewayRig(tmp_path) as rig:
        rig.pair()
        yield rig


def test_nesp_lib_infuses_25_ul_through_a_sealed_session_to_the_step(paired_rig):
    rig = paired_rig
    pump = nesp_lib.Pump(nesp_lib.Port(rig.port))
    pump.pumping_volume_ml = 0.025
    pump.pumping_rate_ml_per_min = RATE_ML_PER_MIN
    pump.run(wait_while_running=False)
    assert rig.status().raw["paired"] == 1
    rig.pace_ms = MINUTE_MS
    pump.wait_while_running()
    rig.pace_ms = 0
    assert pump.volume_infused_ml == 0.025
    assert rig.steps() == STEPS
    assert rig.driven.changes == []  # not one of them went in plain


@pytest.mark.parametrize(("role", "who"), [("patient", "a patient"), ("observer", "an observer")])
def test_with_a_key_of_another_role_a_client_only_reads(paired_rig, role, who):
    rig = paired_rig
    rig.pair(role)
    rig.begin()
    assert [rig.answers(word) for word in WRITES] == ["00S?NA"] * len(WRITES)
    assert rig.answers("STP") == "00S"  # nothing runs
    assert f"the key of this computer is of {who}" in rig.said[-1]
    assert rig.answers("VER").startswith("00SNE1000X9V")


def test_a_pump_that_is_paired_with_others_meanwhile_is_only_read(tmp_path, monkeypatch):
    def others_pair():
        monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "theirs.json"))
        rig.driven.pair()
        monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "ours.json"))

    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "ours.json"))
    with GatewayRig(tmp_path) as rig:
        rig.begin()
        assert rig.answers("RAT20UH") == "00S"
        rig.do(others_pair)
        assert [rig.answers(word) for word in WRITES] == ["00S?NA"] * len(WRITES)
        assert "this computer has no key of it" in rig.said[-1]


def test_a_pump_whose_keys_were_taken_back_does_not_answer_until_this_computer_forgets_its_own(
    paired_rig,
):
    rig = paired_rig

    def unpair():
        rig.driven.run(1000, fault=PRESS)
        rig.driven.pump().session.ask("unpair", slot=0)

    rig.begin()
    assert rig.answers("") == "00S"
    rig.do(unpair)
    assert rig.answers("") == "00A?R"
    assert "does not prove that it has the key" in rig.said[-1]
    assert key_file.forget("sim-1")
    while rig.answers("") == "00A?R":
        pass
    assert rig.answers("RAT20UH") == "00S"
