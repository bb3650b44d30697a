"""Port: the pump's end of the link. Bytes come in and commands are carried out; replies and events
go out.

    data = link.read()
    if data:
        port.serve(pump, data, now_ms)
"""

from firmware.errors import FrameError
from firmware.link.commands import execute
from firmware.link.frames import Decoder, encode
from firmware.link.recent import RecentEvents


class Port:
    """link: a hal Link; wall_clock: stamps the events."""

    def __init__(self, link, wall_clock):
        self._link = link
        self._wall_clock = wall_clock
        self.decoder = Decoder()
        self.recent = RecentEvents()

    def serve(self, pump, data, now_ms):
        """Bytes have come: carry out the commands that are whole, and answer each."""
        for payload in self.decoder.feed(data, now_ms):
            self._link.write(_encoded(execute(pump, payload, now_ms)))
            pump.answered()

    def send_event(self, seq, at_ms, code, a, b, c):
        wall_s = self._wall_clock.wall_s(at_ms)
        stamp_s = -1 if wall_s is None else wall_s
        event = [seq, at_ms, stamp_s, code, a, b, c]
        self.recent.keep(event)
        self._link.write(encode({"event": event}))


def _encoded(reply):
    """The frame of a reply; of a short one that says so, if it is too long."""
    try:
        return encode(reply)
    except FrameError as error:
        return encode({"id": reply["id"], "ok": 0, "error": "TOO_LONG", "message": str(error)})
