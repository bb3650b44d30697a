"""How it becomes pulses: meter, timeline, planner, delivery."""
