"""Rotor noise: how far the sensor of the rotor may be off."""

NOISE_COUNTS = 4  # between two readings of a rotor that rests [AS5600 RMS noise: 0.5 counts]
SLOPE_BITS = 6  # a magnet out of centre bends 1/64 of a way at most [AS5600 INL: 1 degree]
