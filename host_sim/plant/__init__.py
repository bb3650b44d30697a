"""The world behind the STEP pin: motor, pump head, line and reservoir.

Integers only, and no step by step.
"""
