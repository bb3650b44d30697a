"""What the firmware does not do yet: the oracle leaves it out. Each goes with the mend."""

ROTOR = False  # motion beyond the pulses; one wrong reading decides nothing
MONITOR = True  # volumes of its own; flipped bits
