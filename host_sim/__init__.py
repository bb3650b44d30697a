"""The host simulator: it stands for the hardware, so that years of the pump pass in seconds."""
