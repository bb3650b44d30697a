"""Self-test: what the pump looks at once, at power-up, before it may run.

    failed = self_test.run(pump)      # bits of what failed, 0 if all is well

What has an alarm of its own raises that: a store (BAD_CONFIGURATION), journal (BOOKS_LOST,
STORE_FAILED), driver (DRIVER_FAULT), sensor (MOTION_SENSOR) or guard (NUMBER_CHANGED) that fails. A
clock that stands and an image with a wrong checksum are FAULT with SELF_TEST_FAILED: there is no
way out of that but another power-up.
"""

from hal.contract import DRIVER_SOUND

GUARD = 1  # the numbers on which a dose depends are not what they were set to
STORE = 2  # gives no usable configuration
JOURNAL = 4  # cannot be believed
CLOCK = 8  # stands
DRIVER = 16  # silent, or in trouble
SENSOR = 32  # of the rotor: does not answer
IMAGE = 64  # its checksum is wrong
NAMES = (
    (GUARD, "guard"),
    (STORE, "store"),
    (JOURNAL, "journal"),
    (CLOCK, "clock"),
    (DRIVER, "driver"),
    (SENSOR, "sensor"),
    (IMAGE, "image"),
)
FATAL = CLOCK | IMAGE
_TURNS = 4  # the seals are looked at in turn

# Of a Build: the image that runs. None: files were flashed, and nobody stored a checksum.
_IMAGES = {True: "whole", False: "damaged", None: "not checked"}


def run(pump):
    """Bits of what failed. pump: with its memory restored, the motor let go."""
    hal = pump.hal
    motion = hal.motion
    return (
        _bit(GUARD, any(pump.seals.broken() for _ in range(_TURNS)))
        | _bit(STORE, pump.stored.error is not None)
        | _bit(JOURNAL, pump.memory_error is not None or pump.memory.trouble is not None)
        | _bit(CLOCK, not hal.clock.runs())
        | _bit(DRIVER, hal.driver.trouble() != DRIVER_SOUND)
        | _bit(SENSOR, motion is not None and motion.moved_counts() is None)
        | _bit(IMAGE, pump.build.image is False)
    )


def names_of(failed):
    """The names of what failed, for the status."""
    return [name for bit, name in sorted(NAMES) if failed & bit]


def image_text(build):
    """What is known of the image, for the status."""
    return _IMAGES[build.image]


def _bit(bit, failed):
    return bit if failed else 0
