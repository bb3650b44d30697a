"""What is allowed: the gate, the monitor, the safety officer, and what is done about a stall."""
