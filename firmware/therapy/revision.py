"""Revision: a number that rises whenever what is wanted or permitted changes.

Whoever changes program, overlay, clock, limits or books raises it, in the method that makes the
change. The planner compares it with the number it planned on, so that no grant from before can
outlive a change.
"""


class Revision:
    number = 0

    def bump(self):
        self.number += 1
