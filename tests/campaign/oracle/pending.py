"""What the firmware does not do yet: the oracle leaves it out. Each goes with the mend."""

ROTOR = True  # motion beyond the pulses; one wrong reading decides nothing
LEVEL = True  # the level switch decides with the books
HARM = True  # steps lost over stops and starts; a rate that is lowered
AT_REST = True  # sensor, driver and supply are looked at every 4 s in every state
MONITOR = True  # volumes of its own; flipped bits
