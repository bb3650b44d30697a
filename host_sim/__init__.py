"""The host simulator: pretends to be the hardware, so that the pump runs through years in seconds."""
