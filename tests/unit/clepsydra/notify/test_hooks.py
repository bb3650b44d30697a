"""A URL that answers as no honest server does, and a pump whose name is no name: a notice goes out,
or has failed, and the next one is tried.
"""

import socket
from threading import Event, Thread
from timeit import default_timer

import pytest

from clepsydra.errors import BadInput
from clepsydra.notify.alarm_watch import sentence
from clepsydra.notify.hooks import HookFailed, hook_of
from clepsydra.notify.notifier import Notifier
from tests.rigs.patience import HANGS_S
from tests.unit.clepsydra.notify.test_notifier import KEEP, NOTICE, command, until

WITHIN_S = 1.0
ANSWERS = {
    "no HTTP": [b"\x1b[2Jhello\r\n"],
    "did not answer within 1 s": [b"HTTP/1.1 200 OK\r\n"] + [b"X: y\r\n"] * 90,  # one by one
    "302: name the address": [b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"],
    "answered 500": [b"HTTP/1.1 500 \x1b[2J\r\nContent-Length: 0\r\n\r\n"],
}
NO_HTTP = [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"]
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def server():
    """server(parts): the URL of one that answers each request with these bytes, one after the
    other.
    """
    ended, doors = Event(), []

    def serve(door, parts):
        while True:
            try:
                line, _ = door.accept()
            except OSError:
                return
            with line:
                line.recv(65_536)
                try:
                    for part in parts:
                        line.sendall(part)
                        if len(parts) > 1 and ended.wait(0.2):
                            return
                except OSError:
                    pass

    def begin(parts):
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)
        Thread(target=serve, args=(door, parts), daemon=True).start()
        return f"http://127.0.0.1:{door.getsockname()[1]}/hook"

    yield begin
    ended.set()
    for door in doors:
        door.close()


@pytest.mark.parametrize(
    ("told", "parts"), [*ANSWERS.items(), ("no HTTP", NO_HTTP)], ids=lambda value: str(value)[:20]
)
def test_a_url_that_does_not_take_the_notice_has_failed_in_time_and_says_so(told, parts, server):
    began_s = default_timer()
    with pytest.raises(HookFailed, match=told) as failed:
        hook_of(server(parts), WITHIN_S)(NOTICE)
    assert default_timer() - began_s < len(parts) * 0.2 or len(parts) == 1
    assert str(failed.value).isprintable()


@pytest.mark.parametrize("told", ["302: name the address", "answered 500"])
def test_an_answer_that_is_an_error_leaves_no_line_open(told, server):
    with pytest.raises(HookFailed, match=told) as failed:
        hook_of(server(ANSWERS[told]), WITHIN_S)(NOTICE)
    assert failed.value.__cause__.fp.closed  # else the collector finds its socket, in any test


def test_a_url_where_nobody_listens_says_why_in_words():
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    with pytest.raises(HookFailed, match=r"^Connection refused$"):
        hook_of(f"http://127.0.0.1:{port}/", WITHIN_S)(NOTICE)


def test_after_whatever_a_hook_raises_the_next_notice_is_tried(server):
    taken = hook_of(server([GOOD]), HANGS_S)

    def hook(notice):
        if notice["what"] == "over":
            raise RuntimeError("a mistake")
        taken(notice)

    said = []
    notifier = Notifier(hook, said.append, pauses_s=())
    notifier.tell({**NOTICE, "what": "over"})
    notifier.tell(NOTICE)
    until(lambda: notifier.sent)
    assert notifier.failed == 1 and "RuntimeError: a mistake" in said[0]
    notifier.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///x",
        "http://host:port/x",
        "http://h:99999/",
        "http://a b/",
        "https://[::1/",
    ]
    + ["http://me:secret@host/", "http://h\u00e4/secret"],
)
def test_a_url_that_cannot_be_is_refused_at_once_and_not_repeated(url):
    with pytest.raises(BadInput, match="HOST") as refused:
        hook_of(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "two\nlines", "\x1b[2J"])
def test_a_pump_may_call_itself_anything(name, tmp_path):
    notice = {**NOTICE, "name": name}
    file = tmp_path / "got.json"
    hook_of(command(KEEP, file))(notice)
    assert sentence(notice).isprintable() and sentence(notice).isascii()
    assert sentence(notice)[:40] in file.read_text()
