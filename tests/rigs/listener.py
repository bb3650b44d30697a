"""The far end of the link of a story: it keeps the events and hands over the replies."""

from collections import namedtuple

from firmware.link.far_end import FarEnd

Event = namedtuple("Event", "seq at_ms wall_s code a b c")


class Listener(FarEnd):
    """Who sits at the other end of the link: keeps the events, hands over the replies."""

    unsampled = False

    def __init__(self, hal, first_id):
        FarEnd.__init__(
            self,
            hal.link.send_to_pump,
            hal.clock.now_ms,
            first_id,
            self._keep_event,
            self._keep_reply,
        )
        self.listening = True
        self.events = []
        self.replies = []  # to the command sent last: a board-like heap does not hold them all

    def hear(self, data):
        if self.listening:
            FarEnd.hear(self, data)

    def _keep_event(self, event):
        self.events.append(Event(*event))

    def _keep_reply(self, command, reply):
        self.replies.append(reply)

    def sample(self, true_ms):
        pass
