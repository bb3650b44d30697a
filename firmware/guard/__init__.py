"""What is allowed: the gate and its requests, the monitor, safety, and the retries of a stall."""
