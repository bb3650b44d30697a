"""What the firmware does not do yet: the oracle leaves it out. Each goes with the mend."""

CAPPED_TO_NOTHING = True  # nothing is delivered because a cap leaves no room: an alarm of its own
STATES_PUT_OFF = True  # a change of state puts off the alarm that nothing is delivered
UNREADABLE_AFTER_RESTART = True  # what was kept does not fit a configuration that is not there
