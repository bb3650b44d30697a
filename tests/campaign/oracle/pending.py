"""What the firmware does not do yet: the oracle leaves it out. Each goes with the mend."""

CAPPED_TO_NOTHING = True  # nothing is delivered because a cap leaves no room: an alarm of its own
STATES_PUT_OFF = True  # a change of state puts off the alarm that nothing is delivered
UNREADABLE_AFTER_RESTART = False  # what was kept does not fit a configuration that is not there
ROTOR = True  # motion beyond the pulses; one wrong reading decides nothing
LEVEL = True  # the level switch decides with the books
HARM = True  # steps lost over stops and starts; a rate that is lowered
AT_REST = True  # sensor, driver and supply are looked at every 4 s in every state
POWER = False  # therapy that a restart ends; the program that was set
MONITOR = True  # volumes of its own; flipped bits
