"""How the pump is talked to: frames, commands, status."""
