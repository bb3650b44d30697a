"""Commands: what is refused is refused by name and changes nothing; nothing in a payload raises."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware import states
from firmware.books.memory import COMMAND_IDS
from firmware.guard import gate
from firmware.link import refusals
from firmware.link.commands import CONFIRM, TABLE
from firmware.link.execute import execute
from firmware.link.patient_commands import CONFIRM_LOWERING
from firmware.link.service_commands import CONFIRM_JUMP
from firmware.link.staging import NO_THERAPY
from firmware.link.syringe_commands import CONFIRM_LINE, LINE_OFF
from host_sim.machine.sim_power import LeftForConsole
from tests.rigs.doses import in_doses
from tests.rigs.handing import hand_over
from tests.rigs.recorded_pump import MONDAY_S, BenchPump, made_pump_config

FLEX = {"mode": "flex", "safe_rate_pl_per_day": 0, "steps": [[0, 1_000_000], [3600, 2_000_000]]}
STATES = ("STOPPED", "INFUSING", "EMPTY", "FAULT")


def pump_in(state, bolus=False):
    """A pump that has come to a state by itself, at the instant 600 000 ms."""
    changes = {
        "limits": {"bolus_lockout_s": 3600, "max_dose_1h_ng": 10**6, "max_dose_24h_ng": 10**7}
    }
    if state == "EMPTY":
        changes["reservoir"] = {
            "capacity_pl": 10**9,
            "fill_pl": 1_000_000,
            "low_pl": 1000,
            "residual_pl": 1000,
        }
    sent = [(0, {"do": "set_clock", "wall_s": MONDAY_S}), (0, {"do": "start"})]
    if state == "STOPPED":
        sent.append((500_000, {"do": "stop"}))
    if bolus:
        sent.append((590_000, {"do": "bolus", "dose_ng": 2000, "duration_ms": 600_000}))
    bench = BenchPump(made_pump_config(**changes), sent, 600_000).run(look=False)
    if state == "FAULT":
        bench.pump.fault(600_000, states.BY_OCCLUSION)
    assert states.NAMES[bench.pump.state.now] == state
    return bench.pump


def picture(pump):
    """All that a refused command must leave as it is: everything but that its id is known."""
    now_ms = pump.hal.clock.now_ms()
    status = execute(pump, {"id": 0, "do": "status"}, now_ms)
    return json.dumps(
        [
            status,
            [keeper.snapshot(now_ms) for kind, keeper in pump.keepers() if kind != COMMAND_IDS],
            pump.hal.driver.emitted(),
            pump.hal.driver.ends_tick,
            pump.settings.config,
        ],
        sort_keys=True,
        default=repr,
    )


# In any state: payload, error, words of the message; in a state: the state before these.
REFUSED = json.loads(Path(__file__).with_name("refused_commands.json").read_text(encoding="utf-8"))


NUMBERS = itertools.count(500_000)


def assert_refused(pump, payload, error, words):
    if isinstance(payload, dict) and payload.get("id") == "its own":
        payload = {**payload, "id": next(NUMBERS)}
    before = picture(pump)
    program = isinstance(payload, dict) and payload.get("do") == "set_program"
    give = hand_over if program and "program" in payload else execute
    reply = give(pump, payload, pump.hal.clock.now_ms())
    assert (reply["ok"], reply["error"]) == (0, error), reply
    for word in words:
        assert word in reply["message"]
    assert picture(pump) == before, "a refused command changes nothing"


@pytest.fixture(scope="module")
def pumps():
    return {state: pump_in(state) for state in STATES}


# trace: GIP 1.4.9
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("payload", "error", "words"), REFUSED["in any state"])
def test_a_bad_payload_is_refused_in_any_state_and_changes_nothing(
    pumps, state, payload, error, words
):
    assert_refused(pumps[state], payload, error, words)


@pytest.mark.parametrize(("state", "payload", "error", "words"), REFUSED["in a state"])
def test_what_a_state_or_the_gate_does_not_allow_is_refused_and_changes_nothing(
    pumps, state, payload, error, words
):
    assert_refused(pumps[state], payload, error, words)


def test_while_a_bolus_runs_neither_another_nor_a_program_is_taken():
    pump = pump_in("INFUSING", bolus=True)
    assert_refused(
        pump,
        {"id": "its own", "do": "bolus", "dose_ng": 20, "duration_ms": 1000},
        "GATE",
        ["refused by BOLUS_RUNNING"],
    )
    assert_refused(
        pump,
        {"id": "its own", "do": "set_program", "program": in_doses(FLEX, 2_000_000)},
        "NOT_NOW",
        ["a bolus is running", "wait for its end, or cancel_bolus"],
    )


def test_within_the_lockout_no_bolus_is_taken():
    pump = pump_in("INFUSING", bolus=True)
    execute(pump, {"do": "stop"}, 600_000)
    execute(pump, {"do": "start"}, 600_000)
    assert_refused(
        pump,
        {"id": "its own", "do": "bolus", "dose_ng": 20, "duration_ms": 1000},
        "GATE",
        ["refused by LOCKOUT", "began 10 s ago, at least 1 h wanted"],
    )


def test_a_refusal_of_the_gate_says_its_figures_to_a_person_and_to_a_program():
    pump = pump_in("INFUSING", bolus=True)
    execute(pump, {"do": "stop"}, 600_000)
    execute(pump, {"do": "start"}, 600_000)
    sent = {"id": 9, "do": "bolus", "dose_ng": 50_000, "duration_ms": 600_000}
    reply = execute(pump, sent, 600_000)
    assert reply["message"] == (
        "bolus of 25 uL over 10 min refused by LOCKOUT: "
        "the last one began 10 s ago, at least 1 h wanted: wait until then"
    )
    assert (reply["reason"], reply["measured"], reply["limit"]) == ("LOCKOUT", 10_000, 3_600_000)


@pytest.mark.parametrize("reason", sorted(set(gate.NAMES) - {gate.PERMITTED}))
def test_each_refusal_of_the_gate_says_what_to_do(reason):
    text = refusals.refused_by(reason, 7_000_000, 5_000_000)
    told = refusals.compared(reason, 7_000_000, 5_000_000)
    ways = ("start", "ask", "wait", "give", "leave")
    assert text.startswith(f"refused by {gate.NAMES[reason]}: {told}: ")
    assert text.rpartition(": " if reason != gate.BOLUS_RUNNING else "ing: ")[2].startswith(ways)


def test_a_stopped_program_cannot_be_started():
    pump = pump_in("STOPPED")
    assert hand_over(pump, {"id": 7, "program": {"mode": "stopped"}}, 600_000)["ok"] == 1
    assert_refused(
        pump, {"do": "start"}, "NOT_NOW", ["the program is 'stopped'", "set a program first"]
    )


@pytest.mark.parametrize("number", [0, 1, 12345])
def test_the_reply_bears_the_number_of_the_command(pumps, number):
    assert execute(pumps["STOPPED"], {"id": number, "do": "status"}, 600_000)["id"] == number
    assert execute(pumps["STOPPED"], {"id": number, "do": "explode"}, 600_000)["id"] == number


def test_the_table_numbers_each_command_once_and_knows_every_state():
    assert len({row.number for row in TABLE.values()}) == len(TABLE)
    for row in TABLE.values():
        assert row.states and set(row.states) <= set(states.NAMES)


# Fuzz

anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=10)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)
programs = st.one_of(
    anything,
    st.sampled_from(
        [
            FLEX,
            in_doses(FLEX, 2_000_000),
            {"mode": "stopped"},
            {"mode": "continuous", "dose_ng_per_day": 2_000_000},
            {"mode": "weekly"},
        ]
    ),
)
fields = {
    "dose_ng": st.one_of(st.integers(1, 10**5), anything),
    "volume_pl": st.one_of(st.integers(1, 10**8), anything),
    "duration_ms": st.one_of(st.integers(1000, 10**6), anything),
    "withdrawn_pl": st.one_of(st.integers(0, 10**10), st.just("first"), anything),
    "fill_pl": st.one_of(st.integers(1, 10**10), anything),
    CONFIRM: st.one_of(st.integers(0, 10**7), st.none(), anything),
    "wall_s": st.one_of(st.integers(0, 10**10), anything),
    "offset_s": st.one_of(st.integers(-50_400, 50_400), anything),
    CONFIRM_JUMP: st.one_of(st.sampled_from([0, 1]), anything),
    CONFIRM_LOWERING: st.one_of(st.sampled_from([0, 1]), anything),
    NO_THERAPY: st.one_of(st.sampled_from([0, 1]), anything),
    "first_use_day": st.one_of(st.integers(0, 84_006), anything),
    "revs": st.one_of(st.integers(0, 10**6), anything),
    "program": programs,
    CONFIRM_LINE: st.one_of(st.sampled_from([0, 1]), anything),
    LINE_OFF: st.one_of(st.sampled_from([0, 1]), anything),
    "dose_ng_per_day": st.one_of(st.integers(0, 10**7), st.none(), anything),
    "rate_pl_per_day": st.one_of(st.integers(0, 10**10), st.none(), anything),
    "effective": st.one_of(st.sampled_from([0, 1]), anything),
    "lasted_min": st.one_of(st.integers(0, 10_080), anything),
    "note": anything,
    "text": st.one_of(st.sampled_from(['{"mode":"minimum"}', '{"mode"']), anything),
    "size": st.one_of(st.integers(0, 40), anything),
    "sha256": anything,
    "digest": anything,
    "what": st.one_of(st.sampled_from(["config", "program"]), anything),
    "at": st.one_of(st.integers(0, 2000), anything),
    "seq": st.one_of(st.integers(0, 100), anything),
    "conc_ng_per_ml": st.one_of(st.sampled_from([500_000, 2_000_000]), st.none(), anything),
    "drug": st.one_of(st.sampled_from(["baclofen", "morphine"]), anything),
    "bridge_ng_per_day": st.one_of(st.integers(0, 10**6), st.none(), anything),
    "no_bridge_ng": st.one_of(st.integers(-(10**6), 10**6), st.none(), anything),
    "aspirated_pl": st.one_of(st.integers(0, 10**9), anything),
    "injected_pl": st.one_of(st.integers(0, 10**9), anything),
    "with_ng_per_ml": st.one_of(st.integers(0, 10**6), anything),
    "tubing": st.one_of(st.integers(0, 1), anything),
    "catheter": st.one_of(st.integers(0, 1), anything),
    "counted_ng": st.one_of(st.integers(0, 10**6), anything),
    "holds_ng_per_ml": st.one_of(st.integers(0, 10**6), anything),
    "role": st.one_of(st.sampled_from(["observer", "patient", "clinician"]), anything),
    "name": anything,
    "slot": st.one_of(st.integers(0, 3), anything),
    "nonce": st.one_of(st.just("00" * 16), anything),
    "tag": st.one_of(st.just("00" * 16), anything),
}


@st.composite
def payloads(draw):
    name = draw(st.sampled_from(sorted(TABLE)))
    payload = {"id": draw(st.one_of(st.integers(0, 100), anything)), "do": name}
    for field in TABLE[name].fields:
        if field == "volume_pl" and draw(st.integers(0, 9)):
            continue  # there is a drug: a bolus is a dose
        if draw(st.integers(0, 9)):
            payload[field] = draw(fields[field])
    if not draw(st.integers(0, 9)):
        payload[draw(st.text(max_size=6))] = draw(anything)
    return payload


@pytest.mark.parametrize("state", STATES)
@settings(max_examples=40)
@given(sent=st.lists(st.one_of(payloads(), payloads(), anything), min_size=1, max_size=8))
def test_whatever_is_sent_is_answered_nothing_raises_and_the_refused_changes_nothing(state, sent):
    pump = FRESH[state]()
    now_ms = pump.hal.clock.now_ms()
    for payload in sent:
        before = picture(pump)
        reply = execute(pump, payload, now_ms)
        if reply is None:  # a wrong tag gets no answer
            assert payload["do"] == "prove" and picture(pump) == before
            continue
        assert reply["ok"] in (0, 1)
        json.dumps(reply)
        if not reply["ok"]:
            assert reply["error"] in refusals.ERRORS.values() and reply["message"]
            assert len(reply["message"]) < 600
            # A request of the patient that is denied is counted.
            assert picture(pump) == before or payload.get("do") == "patient_bolus"
    leaves = any(isinstance(one, dict) and one.get("do") == "maintenance" for one in sent)
    try:
        pump.step(now_ms)
    except LeftForConsole:
        assert leaves


FRESH = {state: (lambda state=state: pump_in(state)) for state in STATES}
