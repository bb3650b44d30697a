"""The rotor against a world that knows what really turned: runs, rests, hands, wrong angles,
silences and noise in any order.
"""

from hypothesis import given
from hypothesis import strategies as st

from firmware.guard.rotor import JUMP, Rotor
from firmware.rotor_noise import NOISE_COUNTS
from tests.rigs.rotor import CountingDriver, ScriptedSensor

STALL, BLIND = 40, 10**9
PER_REV = 4096  # counts
LOOK_MS = 4000

WRONG = st.integers(-2047, 2047).filter(lambda counts: abs(counts) > 60)
RUN = st.tuples(st.just("run"), st.lists(st.integers(0, 300), min_size=1, max_size=12))
HAND = st.tuples(st.just("hand"), st.integers(-3000, 3000))
DOOR = st.tuples(st.just("door"), st.integers(-3000, 3000))
ONE_WRONG = st.tuples(st.just("wrong"), WRONG)
SILENT = st.tuples(st.just("silent"), st.integers(1, 3))
COURSE = st.lists(st.one_of(RUN, RUN, HAND, DOOR, ONE_WRONG, SILENT), max_size=25)


class World:
    """counts_per_step: of a rotor that follows each pulse; found: what a look in a run said."""

    def __init__(self, steps_per_rev, noise):
        self.now = 0
        self._steps_per_rev = steps_per_rev
        self._noise = noise
        self._looks = 0
        self.driver = CountingDriver()
        self.sensor = ScriptedSensor()
        self.turned = 0  # by hand, counts in all
        self.forward = 0  # of it with the door closed, forward
        self.changes = 0  # energised or let go
        self.rotor = Rotor(self.sensor, self.driver, self, STALL, BLIND, steps_per_rev)
        self.found = []
        self.rest()

    def now_ms(self):
        return self.now

    def _place(self):
        noise = self._noise[self._looks % len(self._noise)]
        self._looks += 1
        exact = self.driver.steps * PER_REV // self._steps_per_rev
        self.sensor.counts = exact + self.turned + noise

    def run(self, stretches):
        self.changes += 1
        self._place()
        self.rotor.begin()
        for steps in stretches:
            self.now += LOOK_MS
            self.driver.steps += steps
            self._place()
            self.found.append(self.rotor.look(self.now))
        self.changes += 1
        self.rest()

    def rest(self, door_open=False):
        self._place()
        self.rotor.look_at_rest(door_open)

    def hand(self, counts):
        self.turned += counts
        self.forward += max(0, counts)
        self.rest()

    def door(self, counts):
        self.turned += counts
        self.rest(door_open=True)
        self.rest()  # closed again

    def wrong(self, counts):
        self.sensor.once(counts)
        for _ in range(5):  # more often, and the sensor is not believed at all
            self.rest()

    def silent(self, looks):
        self.sensor.silent = True
        for _ in range(looks):
            self.rest()
        self.sensor.silent = False
        self.rest()


@given(
    course=COURSE,
    steps_per_rev=st.sampled_from([200, 3200, 12_800, 51_200]),
    noise=st.lists(st.integers(-1, 1), min_size=1, max_size=9),
)
def test_a_rotor_that_follows_is_no_verdict_and_what_hands_turn_forward_is_the_unexplained(
    course, steps_per_rev, noise
):
    world = World(steps_per_rev, noise)
    for what, value in course:
        getattr(world, what)(value)
    assert set(world.found) <= {None}
    beyond = world.rotor.beyond_steps * PER_REV / steps_per_rev
    rounding = len(course) * (1 + PER_REV / steps_per_rev)
    hidden = (PER_REV // JUMP) * (world.changes + 1) + NOISE_COUNTS * (len(course) + 1) + rounding
    assert world.forward - hidden <= beyond <= world.forward + rounding + 4 * len(course)
    assert world.rotor.unmoved_steps() >= 0
