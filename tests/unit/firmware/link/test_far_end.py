"""The far end of a conversation: numbers, replies, time-outs and a line that is lost, in virtual
time.
"""

import pytest

from firmware.link import clp1
from firmware.link.commands import FREE, MAX_ID, TABLE
from firmware.link.far_end import GONE_MS, ONLY_READ, FarEnd, NoReply, Secret, id_from
from firmware.link.frames import NO_SESSION, Decoder, encode


class Line:
    """A line to a pump that answers as it is told: `answers(command)` gives the messages, and every
    look at the line takes 10 ms.
    """

    def __init__(self):
        self.now_ms = 0
        self.sent = []
        self.answers = lambda command: [{"id": command["id"], "ok": 1}]
        self.down_until_ms = 0
        self._waiting = b""
        self._decoder = Decoder()

    def clock(self):
        return self.now_ms

    def write(self, data):
        self._pass()
        for command in self._decoder.feed(data):
            self.sent.append(command)
            for message in self.answers(command):
                self._waiting += encode(message)

    def read(self, until_ms):
        self._pass()
        data, self._waiting = self._waiting[:5], self._waiting[5:]  # never a whole frame at once
        return data

    def cut(self, for_ms):
        self.down_until_ms = self.now_ms + for_ms
        self._waiting = self._waiting[:3]

    def _pass(self):
        self.now_ms += 10
        if self.now_ms < self.down_until_ms:
            raise OSError("no line")


@pytest.fixture
def line():
    return Line()


def far_end_of(line, first_id=1, **hooks):
    return FarEnd(line.write, line.clock, first_id, read=line.read, **hooks)


def test_commands_are_numbered_and_what_was_handed_over_stays_as_it_is(line):
    far_end, command = far_end_of(line), {"do": "start"}
    assert [far_end.send(command), far_end.send({"do": "stop", "id": 77})] == [1, 2]
    assert line.sent == [{"do": "start", "id": 1}, {"do": "stop", "id": 2}]
    assert command == {"do": "start"}


def test_numbers_begin_anew_before_the_pump_would_no_longer_repeat_them(line):
    far_end = far_end_of(line, first_id=MAX_ID - 1)
    assert [far_end.send({"do": "stop"}) for _ in range(2)] == [MAX_ID - 1, 1]


# trace: S20.6
def test_a_first_number_is_drawn_from_all_that_a_pump_takes():
    assert id_from(bytes(4)) == 1
    assert id_from((MAX_ID - 2).to_bytes(4, "big") + b"more") == MAX_ID - 1
    assert id_from((MAX_ID - 1).to_bytes(4, "big")) == 1
    drawn = {id_from(bytes([a, b, 7, 9])) for a in range(256) for b in range(0, 256, 17)}
    assert all(1 <= number < MAX_ID for number in drawn) and len(drawn) > 2000


def test_what_only_reads_is_what_has_no_number_of_its_own_but_a_stop_and_what_ends_with_a_reply():
    free = [name for name, row in TABLE.items() if row.ids == FREE]
    assert sorted(free) == sorted([*ONLY_READ, "stop", "pair", "bye"])


def test_a_question_gets_its_reply_and_events_go_their_own_way(line):
    events, replies = [], []
    line.answers = lambda command: [
        {"event": [1, 0, -1, 1, 0, 1, 200]},
        {"id": command["id"], "ok": 1, "state": "STOPPED"},
    ]
    far_end = far_end_of(line, on_event=events.append, on_reply=lambda *told: replies.append(told))
    reply = far_end.ask({"do": "status"}, 1000)
    assert reply == {"id": 1, "ok": 1, "state": "STOPPED"}
    assert events == [[1, 0, -1, 1, 0, 1, 200]]
    assert replies == [({"do": "status"}, reply)]


def test_a_refusal_is_a_reply(line):
    line.answers = lambda command: [{"id": command["id"], "ok": 0, "error": "NOT_NOW"}]
    assert far_end_of(line).ask({"do": "start"}, 1000)["error"] == "NOT_NOW"


def test_a_pump_that_does_not_answer_is_waited_for_until_the_time_is_up_and_no_longer(line):
    line.answers = lambda command: []
    with pytest.raises(NoReply, match="no reply to start within 500 ms"):
        far_end_of(line).ask({"do": "start"}, 500)
    assert 500 <= line.now_ms <= 520
    assert len(line.sent) == 1


def test_a_reply_that_comes_too_late_is_not_taken_for_that_to_the_next_question(line):
    replies = []
    far_end = far_end_of(line, on_reply=lambda command, reply: replies.append((command, reply)))
    line.answers = lambda command: []
    with pytest.raises(NoReply):
        far_end.ask({"do": "status"}, 100)
    line.answers = lambda command: [{"id": 1, "ok": 1, "late": 1}, {"id": 2, "ok": 1}]
    assert far_end.ask({"do": "hello"}, 1000) == {"id": 2, "ok": 1}
    assert replies[0] == (None, {"id": 1, "ok": 1, "late": 1})


def test_waiting_ends_with_what_is_waited_for_or_with_the_time(line):
    far_end = far_end_of(line)
    assert far_end.wait(lambda: line.now_ms >= 200, 1000)
    assert line.now_ms == 200
    assert not far_end.wait(lambda: False, 300)
    assert line.now_ms == 500


def test_after_a_lost_line_what_only_reads_is_asked_again(line):
    far_end, normal = far_end_of(line), line.answers

    def cut_once(command):
        line.answers = normal
        line.cut(for_ms=300)
        return normal(command)

    line.answers = cut_once
    assert far_end.ask({"do": "status"}, 1000)["ok"] == 1
    assert [command["do"] for command in line.sent] == ["status", "status"]


def test_after_a_lost_line_what_changes_something_is_not_sent_again(line):
    far_end, normal = far_end_of(line), line.answers

    def cut(command):
        line.cut(for_ms=300)
        return normal(command)

    line.answers = cut
    with pytest.raises(NoReply, match="line was lost before the reply to bolus"):
        far_end.ask({"do": "bolus"}, 1000)
    assert len(line.sent) == 1


def test_a_line_that_does_not_come_back_ends_with_the_time(line):
    line.down_until_ms = 10**6
    with pytest.raises(NoReply, match="no reply to status within 500 ms"):
        far_end_of(line).ask({"do": "status"}, 500)
    assert 500 <= line.now_ms <= 520


def test_half_a_frame_from_before_the_loss_does_not_hide_what_comes_after(line):
    events = []
    far_end = far_end_of(line, on_event=events.append)
    frame = encode({"event": [1, 0, -1, 1, 0, 1, 200]})
    far_end.hear(frame[:-2])
    far_end.reconnect()
    far_end.hear(frame)
    assert events == [[1, 0, -1, 1, 0, 1, 200]]


FOREIGN = (5, "x", None, [], [1], {}, {"id": 1}, {"ok": 1}, {"id": [1], "ok": 1})


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_what_is_neither_event_nor_reply_is_left_out(line, foreign):
    line.answers = lambda command: [foreign, {"id": command["id"], "ok": 1, "state": "STOPPED"}]
    assert far_end_of(line).ask({"do": "status"}, 1000)["state"] == "STOPPED"


def test_the_echo_of_a_command_is_no_reply_to_it(line):
    line.answers = lambda command: [command]
    with pytest.raises(NoReply, match="no reply to status within 500 ms"):
        far_end_of(line).ask({"do": "status"}, 500)


SLOT, KEY, TOLD = 2, bytes(32), bytes(37)
OVER = encode({NO_SESSION: SLOT})


class PairedLine(Line):
    """It answers sealed frames with what `says` gives, after `thinks_ms`."""

    def __init__(self):
        super().__init__()
        self._to_host = clp1.mac(KEY, clp1.TO_HOST, TOLD)
        self._heard = Decoder(sealed=True)
        self._due = []
        self.thinks_ms = 0
        self.says = self.replies

    def replies(self, counter):
        """A reply in the session, to the first command of the far end."""
        return clp1.sealed(self._to_host, SLOT, counter, b'{"id":1,"ok":1}')

    def write(self, data):
        self._pass()
        for body in self._heard.feed(data):
            self._due.append((self.now_ms + self.thinks_ms, self.says(clp1.counter_of(body))))

    def read(self, until_ms):
        self._pass()
        there = [data for at_ms, data in self._due if at_ms <= self.now_ms]
        self._due = [due for due in self._due if due[0] > self.now_ms]
        return b"".join(there)


@pytest.fixture
def sealed():
    """(line, far end) of a session in which the pump has answered once."""
    line = PairedLine()
    far_end = far_end_of(line)
    far_end.secret = Secret(SLOT, KEY, TOLD)
    assert far_end.ask({"do": "stop"}, 3000)["ok"] == 1
    far_end.last_id = 0
    return line, far_end


def waited_ms(line, far_end):
    """Until nobody answered."""
    began_ms = line.now_ms
    with pytest.raises(NoReply):
        far_end.ask({"do": "stop"}, 3000)
    return line.now_ms - began_ms


def test_a_pump_that_says_the_session_is_over_is_not_waited_for(sealed):
    line, far_end = sealed
    line.says = lambda counter: OVER
    assert GONE_MS <= waited_ms(line, far_end) < GONE_MS + 50
    line.says = lambda counter: b""
    assert waited_ms(line, far_end) >= 3000  # the next command waits as ever


def test_a_reply_goes_before_what_anybody_may_have_said(sealed):
    line, far_end = sealed
    line.says = lambda counter: OVER * 50 + line.replies(counter)
    assert far_end.ask({"do": "stop"}, 3000)["ok"] == 1
    far_end.hear(OVER)  # nothing is asked
    far_end.last_id = 0
    line.says, line.thinks_ms = line.replies, 1000
    assert far_end.ask({"do": "stop"}, 3000)["ok"] == 1


@pytest.mark.parametrize(
    "said",
    [
        {NO_SESSION: SLOT + 1},
        {NO_SESSION: SLOT, "id": 1, "ok": 1},
        {"id": 1, "ok": 1},
        [NO_SESSION],
    ],
)
def test_nothing_else_that_is_said_in_plain_is_believed(sealed, said):
    line, far_end = sealed
    line.says = lambda counter: encode(said)
    assert waited_ms(line, far_end) >= 3000


def test_a_session_that_has_just_begun_is_not_given_up(sealed):
    line, far_end = sealed
    far_end.secret = Secret(SLOT, KEY, TOLD)
    line.says = lambda counter: OVER
    assert waited_ms(line, far_end) >= 3000
