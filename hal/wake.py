"""A flag that ends `select.poll`: interrupt handlers raise it, the wait lowers it.

`machine.idle` would wake the CPU every millisecond [ports/rp2/modmachine.c, mp_machine_idle];
`poll` sleeps in WFE and, after each interrupt, asks every object that is registered with it
[extmod/modselect.c].
"""

import io
import select

_POLL = 3  # MP_STREAM_POLL [py/stream.h]


class WakeFlag(io.IOBase):
    """Readable while it is raised."""

    def __init__(self):
        self.raised = False

    def set(self, _=None):
        """May be called from an interrupt, and as its handler: allocates nothing."""
        self.raised = True

    def ioctl(self, request, argument):
        if request == _POLL and self.raised:
            return select.POLLIN & argument
        return 0
