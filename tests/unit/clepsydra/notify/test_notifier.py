"""Alarms on their way to a command or a URL; and that a hook never holds up who has the line."""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from timeit import default_timer

import pytest

from clepsydra.errors import BadInput
from clepsydra.notify.hooks import HookFailed, hook_of
from clepsydra.notify.notifier import MOST_WAITING, Notifier
from tests.rigs.patience import HANGS_S

NOTICE = {
    "version": 1,
    "what": "raised",
    "at": "2026-01-05T00:00:00+00:00",
    "pump": "sim:test",
    "name": "Flex week",
    "serial": "abc",
    "state": "STALLED",
    "alarm": {"code": 1, "name": "MOTOR_STALL", "priority": "HIGH", "text": "look"},
}
KEEP = (
    "import json,os,sys;"
    "open(sys.argv[1],'w').write(json.dumps([json.load(sys.stdin),os.environ['CLEPSYDRA_TEXT']]))"
)


def command(code, *words):
    return " ".join([f'"{sys.executable}" -c "{code}"', *map(str, words)])


def until(there):
    end_s = default_timer() + HANGS_S
    while not there() and default_timer() < end_s:
        Event().wait(0.01)
    assert there()


def test_a_command_gets_the_notice_on_its_input_and_in_words(tmp_path):
    file = tmp_path / "got.json"
    hook_of(command(KEEP, file))(NOTICE)
    notice, text = json.loads(file.read_text())
    assert notice == NOTICE
    assert text == "Flex week: HIGH MOTOR_STALL: look"


@pytest.mark.parametrize(
    ("code", "told"), [("raise SystemExit(3)", "ended with status 3"), (None, "no such command")]
)
def test_a_command_that_fails_says_so(code, told):
    with pytest.raises((HookFailed, BadInput), match=told):
        hook_of(command(code) if code else "no-such-command-here --at all")(NOTICE)


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")
def test_a_command_that_hangs_is_ended_with_all_that_it_has_started(tmp_path):
    file = tmp_path / "pid"
    code = (
        "import subprocess,sys;"
        "p=subprocess.Popen(['sleep','1000']);open(sys.argv[1],'w').write(str(p.pid));p.wait()"
    )
    with pytest.raises(HookFailed, match="did not end within"):
        hook_of(command(code, file), within_s=2.0)(NOTICE)
    if file.exists():  # on a machine so slow that it never came so far there is nothing to end
        pid = int(file.read_text())
        until(lambda: gone(pid))


def gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split()[2] == "Z"
    except OSError:
        return True


class _Endpoint(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(json.loads(body))
        self.send_response(503 if len(self.server.got) < self.server.works_from else 204)
        self.end_headers()

    def log_message(self, *_):
        """Nothing is printed."""


@pytest.fixture
def endpoint():
    server = HTTPServer(("127.0.0.1", 0), _Endpoint)
    server.got, server.works_from = [], 1
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_url_is_tried_again_until_it_takes_the_notice(endpoint):
    endpoint.works_from = 3
    url = f"http://127.0.0.1:{endpoint.server_port}/hook"
    notifier = Notifier(hook_of(url), pauses_s=(0.01, 0.02, 0.04))
    notifier.tell(NOTICE)
    until(lambda: notifier.sent == 1)
    notifier.close()
    assert (notifier.tries, notifier.failed, len(endpoint.got)) == (3, 0, 3)
    assert endpoint.got[2]["sentence"] == "Flex week: HIGH MOTOR_STALL: look"
    assert endpoint.got[2]["alarm"] == NOTICE["alarm"]


def test_the_pauses_grow_and_what_never_gets_through_is_given_up_and_said():
    said, tried_s = [], []

    def hook(notice):
        tried_s.append(default_timer())
        raise HookFailed("nobody there")

    notifier = Notifier(hook, said.append, pauses_s=(0.02, 0.04, 0.08))
    notifier.tell(NOTICE)
    until(lambda: notifier.failed == 1)
    notifier.close()
    waits_s = [later - one for one, later in zip(tried_s, tried_s[1:])]
    assert all(waited_s >= least_s for waited_s, least_s in zip(waits_s, (0.02, 0.04, 0.08)))
    assert len(tried_s) == 4
    assert said == [
        "notify: given up after 4 tries, nobody there: Flex week: HIGH MOTOR_STALL: look"
    ]


def test_a_later_notice_goes_out_after_one_that_was_given_up():
    taken = []

    def hook(notice):
        if notice["what"] == "raised":
            raise HookFailed("not this one")
        taken.append(notice)

    notifier = Notifier(hook, lambda sentence: None, pauses_s=(0.0,))
    notifier.tell(NOTICE)
    notifier.tell({**NOTICE, "what": "over"})
    until(lambda: notifier.sent == 1)
    notifier.close()
    assert [notice["what"] for notice in taken] == ["over"]


def test_who_tells_never_waits_for_a_hook_that_hangs_and_the_newest_are_kept():
    let_go, taken, said = Event(), [], []

    def hook(notice):
        let_go.wait(HANGS_S)
        taken.append(notice["state"])

    notifier = Notifier(hook, said.append)
    notifier.tell({**NOTICE, "state": -1})
    until(lambda: notifier.tries == 1)  # it hangs in the hook
    for n in range(3 * MOST_WAITING):
        notifier.tell({**NOTICE, "state": n})  # a hook that held us up would hold this for ever
    assert taken == [] and notifier.dropped == 2 * MOST_WAITING
    let_go.set()
    until(lambda: notifier.sent == 1 + MOST_WAITING)
    notifier.close()
    assert taken == [-1, *range(2 * MOST_WAITING, 3 * MOST_WAITING)]


def test_the_end_does_not_wait_for_a_hook_that_hangs():
    let_go = Event()
    notifier = Notifier(lambda notice: let_go.wait(HANGS_S) and None)
    notifier.tell(NOTICE)
    until(lambda: notifier.tries == 1)
    notifier.close(within_s=0.05)
    assert not let_go.is_set()
    let_go.set()
