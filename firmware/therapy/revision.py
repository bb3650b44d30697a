"""Revision: a number that rises whenever what is wanted or permitted changes.

A method that changes program, overlay, clock, limits or books raises it. The planner compares it
with the number it planned on. So no grant can outlive a change.
"""


class Revision:
    number = 0

    def bump(self):
        self.number += 1
