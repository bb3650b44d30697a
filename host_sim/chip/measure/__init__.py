"""What is measured on the emulated chip: pulses, cycles, sizes. CPython only."""
