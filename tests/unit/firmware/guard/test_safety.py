"""Safety, verdict by verdict: what it sees, in which order, and what wakes the pump."""

import pytest

from firmware import states
from firmware.guard.rotor import LAG, LEAD
from firmware.guard.safety import FAULT, STALL, STOP, Safety, Verdict
from hal.contract import (
    BUTTON,
    DOOR,
    DRIVER_RESET,
    DRIVER_SILENT,
    DRIVER_SOUND,
    LEVEL_LOW,
    OCCLUSION,
)

# (emitted, sensed), (emitted, allowed), (within a window, the most), (sensed, emitted)
STALLED_BY, TOO_MANY, TOO_FULL, TOO_FAR = (40, 3), (25, 12), (99, 98), (90, 45)
NOW_MS = 7_000


class Ailing:
    """All that safety looks at, with nothing wrong but for what is stated."""

    def __init__(self, **wrong):
        self.state_now = states.INFUSING
        self.active = True
        self.switches = 0
        self.driver_emitted = self.settled = 1000
        self.lags = self.leads = self.exceeds = self.fills = None
        self.too_far = None
        self.changed = 0
        self.ails = DRIVER_SOUND
        self.dead = self.dies = False
        self.faults = {}
        self.supply_wakes = self.clock_gone = self.turned = False
        self.asked = []
        for name, value in wrong.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        self.safety = Safety(
            hal=self,
            state=self,
            ledger=self,
            delivery=self,
            rotor=Rotor(self),
            supply=self,
            wall_clock=self,
            volumes=Filling(self),
            seals=self,
        )

    # The HAL: clock, inputs and driver; and the pump's state, ledger, delivery and budget.

    clock = inputs = driver = budget = property(lambda self: self)
    now = property(lambda self: self.state_now)
    driver_steps = property(lambda self: self.settled)

    settled_ms = NOW_MS - 3
    turning_back = False

    def now_ms(self):
        return NOW_MS

    def read(self):
        return self.switches

    def emitted(self):
        return self.driver_emitted

    def trouble(self):
        return self.ails

    def moves(self):
        return self.state_now in (states.INFUSING, states.STALLED)

    def excess(self, now_ms, emitted_steps):
        self.asked.append(("excess", now_ms, emitted_steps))
        return self.exceeds

    def broken(self):
        return self.changed

    def watch(self):
        return self.supply_wakes

    def is_gone(self):
        return self.clock_gone

    def look(self):
        return self.safety.look()


class Filling:
    """The volumes of the monitor."""

    def __init__(self, ailing):
        self._ailing = ailing

    def excess(self, now_ms, emitted_steps):
        self._ailing.asked.append(("volumes", now_ms, emitted_steps))
        return self._ailing.fills


class Rotor:
    def __init__(self, ailing):
        self._ailing = ailing
        self.dead = ailing.dead

    def look(self, now_ms):
        self._ailing.asked.append("rotor")
        self.dead = self.dead or self._ailing.dies
        if self._ailing.leads:
            return LEAD, self._ailing.leads
        return (LAG, self._ailing.lags) if self._ailing.lags else None

    def take_excess(self):
        return self._ailing.too_far

    def look_at_rest(self, door_open):
        self._ailing.asked.append("door open" if door_open else "at rest")
        self.dead = self.dead or self._ailing.dies
        return self._ailing.turned


# What is wrong while the pump infuses, in the order in which it is seen
IN_RUN = (
    ({"switches": OCCLUSION}, Verdict(FAULT, states.BY_OCCLUSION, (0, 0))),
    ({"switches": DOOR}, Verdict(STOP, states.BY_DOOR, (0, 0))),
    ({"changed": 3}, Verdict(FAULT, states.BY_NUMBERS, (3, 0))),
    ({"exceeds": TOO_MANY}, Verdict(FAULT, states.BY_OVER_DELIVERY, TOO_MANY)),
    ({"fills": TOO_FULL}, Verdict(FAULT, states.BY_OVER_DELIVERY, TOO_FULL)),
    ({"leads": TOO_FAR}, Verdict(FAULT, states.BY_OVER_DELIVERY, TOO_FAR)),
    ({"lags": STALLED_BY}, Verdict(STALL, states.BY_STALL, STALLED_BY)),
    (
        {"ails": DRIVER_SILENT},
        Verdict(FAULT, states.BY_DRIVER, (DRIVER_SILENT, DRIVER_SOUND)),
    ),
)


def test_nothing_is_wrong_with_a_sound_pump_in_a_run_or_at_rest():
    assert Ailing().look() is None
    for state in states.NAMES:
        assert Ailing(active=False, state_now=state).look() is None


@pytest.mark.parametrize(("wrong", "verdict"), IN_RUN)
def test_each_thing_that_goes_wrong_in_a_run_has_its_verdict(wrong, verdict):
    assert Ailing(**wrong).look() == verdict


@pytest.mark.parametrize("place", range(len(IN_RUN) - 1))
def test_of_two_things_the_graver_is_the_verdict_and_the_other_shows_in_the_next_pass(place):
    (first, verdict), (second, later) = IN_RUN[place : place + 2]
    both = Ailing(**{**second, **first, "switches": _switches(first) | _switches(second)})
    assert both.look() == verdict
    assert Ailing(**second).look() == later


def _switches(wrong):
    return wrong.get("switches", 0)


def test_the_verdicts_are_three_different_acts():
    assert len({STOP, FAULT, STALL}) == 3


@pytest.mark.parametrize("ails", [DRIVER_RESET, DRIVER_SILENT])
def test_whatever_ails_the_driver_chip_is_in_the_evidence(ails):
    assert Ailing(ails=ails).look().evidence == (ails, DRIVER_SOUND)


@pytest.mark.parametrize("state", states.NAMES)
def test_an_occlusion_is_a_fault_in_each_state_but_that_of_a_fault(state):
    seen = Ailing(switches=OCCLUSION, state_now=state, active=False).look()
    fault = Verdict(FAULT, states.BY_OCCLUSION, (0, 0))
    assert seen == (None if state == states.FAULT else fault)


@pytest.mark.parametrize("state", states.NAMES)
def test_an_open_door_stops_the_pump_where_it_moves(state):
    seen = Ailing(switches=DOOR, state_now=state, active=False).look()
    moves = state in (states.INFUSING, states.STALLED)
    assert seen == (Verdict(STOP, states.BY_DOOR, (0, 0)) if moves else None)


@pytest.mark.parametrize("switches", [0, BUTTON, LEVEL_LOW, BUTTON | LEVEL_LOW])
def test_other_switches_are_kept_for_those_who_ask_and_stop_nothing(switches):
    pump = Ailing(switches=switches)
    assert pump.look() is None
    assert pump.safety.inputs == switches


def test_no_switch_is_known_to_be_active_before_the_first_look():
    assert Ailing(switches=OCCLUSION).safety.inputs == 0


def test_a_switch_that_is_let_go_is_off_at_the_next_look():
    pump = Ailing(switches=OCCLUSION | BUTTON)
    pump.look()
    pump.switches = 0
    assert pump.look() is None
    assert pump.safety.inputs == 0


@pytest.mark.parametrize("stray", [1, 7, -1])
def test_a_single_pulse_at_rest_is_one_too_many(stray):
    pump = Ailing(active=False, state_now=states.STOPPED, driver_emitted=1000 + stray)
    assert pump.look() == Verdict(FAULT, states.BY_OVER_DELIVERY, (stray, 0))
    assert pump.safety.watch()


def test_at_rest_the_rotor_is_read_and_neither_a_lag_nor_the_budget_is_asked_for():
    pump = Ailing(active=False, lags=STALLED_BY, exceeds=TOO_MANY)
    assert pump.look() is None
    assert not pump.safety.watch()
    assert pump.asked == ["at rest", "at rest"]


@pytest.mark.parametrize("state", states.NAMES)
def test_a_driver_chip_in_trouble_at_rest_is_a_fault_and_one_only(state):
    pump = Ailing(active=False, state_now=state, ails=DRIVER_SILENT)
    assert pump.safety.watch()
    assert pump.look() == Verdict(FAULT, states.BY_DRIVER, (DRIVER_SILENT, DRIVER_SOUND))
    pump.faults = {states.BY_DRIVER: (DRIVER_SILENT, DRIVER_SOUND)}
    assert not pump.safety.watch()
    assert pump.look() is None


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("what", ["supply_wakes", "clock_gone", "dies"])
def test_supply_wall_clock_and_sensor_wake_the_pump_in_a_run_and_at_rest(active, what):
    assert Ailing(active=active, **{what: True}).safety.watch() is True
    assert Ailing(active=active).safety.watch() is False


def test_a_rotor_that_turns_at_rest_wakes_the_pump():
    assert Ailing(active=False, turned=True).safety.watch() is True


def test_a_rotor_that_turns_too_far_at_rest_is_a_fault():
    pump = Ailing(active=False, state_now=states.STOPPED, too_far=(129, 128))
    assert pump.look() == Verdict(FAULT, states.BY_OVER_DELIVERY, (129, 128))


def test_the_rotor_is_told_that_the_door_is_open_in_a_pass_and_while_the_hal_waits():
    pump = Ailing(active=False, state_now=states.STOPPED, switches=DOOR | BUTTON)
    pump.look()
    pump.safety.watch()
    pump.switches = BUTTON
    pump.look()
    pump.safety.watch()
    assert pump.asked == ["door open", "door open", "at rest", "at rest"]


def test_in_a_run_the_settled_count_is_judged_at_an_instant_after_it():
    # A pulse that left since the settlement belongs to the next pass. The clock is read after the
    # count: what took time in the pass makes no pulse look early.
    pump = Ailing(driver_emitted=1003)
    assert pump.look() is None
    assert pump.asked == ["rotor", ("excess", NOW_MS, 1000), ("volumes", NOW_MS, 1000)]


def test_while_the_hal_waits_the_pin_is_judged_at_the_instant_of_the_look():
    pump = Ailing(driver_emitted=1003)
    assert pump.safety.watch() is False
    assert pump.asked == ["rotor", ("excess", NOW_MS, 1003), ("volumes", NOW_MS, 1003)]
    assert Ailing(fills=TOO_FULL).safety.watch() is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"lags": STALLED_BY},
        {"leads": TOO_FAR},
        {"exceeds": TOO_MANY},
        {"ails": DRIVER_RESET},
        {"dies": True},
    ],
)
def test_what_goes_wrong_while_the_hal_waits_wakes_the_pump(wrong):
    assert Ailing(**wrong).safety.watch() is True


def test_a_sensor_that_was_dead_before_wakes_nobody_again():
    assert Ailing(dead=True).safety.watch() is False


def test_a_sensor_that_dies_is_no_verdict():
    assert Ailing(dies=True).look() is None
