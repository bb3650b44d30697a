"""Alarms that the page hands on: a hook that hangs, fails or is slow holds up nothing."""

from threading import Event

import pytest

from clepsydra.notify.hooks import HookFailed
from clepsydra.notify.notifier import Notifier
from clepsydra.page.alarm_news import follow
from tests.rigs.patience import HANGS_S


class Hook:
    """It hangs until it is let go, or fails."""

    def __init__(self, fails=False):
        self.called, self.let_go, self.got = Event(), Event(), []
        self._fails = fails

    def __call__(self, notice):
        self.called.set()
        if self._fails:
            raise HookFailed("nobody there")
        self.let_go.wait(HANGS_S)
        self.got.append(notice)


@pytest.mark.parametrize("fails", [False, True])
def test_whatever_the_hook_does_the_owner_looks_and_stops_the_pump(fails, infusing):
    hook = Hook(fails)
    notifier = Notifier(hook, pauses_s=(HANGS_S,))
    follow(infusing.owner, notifier)
    infusing.run(90_000, fault={"kind": "stall", "lasts_ms": 3600_000})
    assert hook.called.wait(HANGS_S)
    # the hook hangs from here on, or the notifier waits for its next try
    for _ in range(3):
        looked_s = infusing.owner.glance.at_s
        assert infusing.owner.look().result(timeout=HANGS_S).at_s > looked_s
    infusing.owner.stop_pump().result(timeout=HANGS_S)
    assert infusing.changes[-1] == {"do": "stop"}
    assert hook.got == [] and notifier.sent == notifier.failed == 0
    text = infusing.client.get("/metrics").text
    assert "clepsydra_up 1.0" in text
    if not fails:
        hook.let_go.set()
        while not notifier.sent:
            Event().wait(0.01)
        assert hook.got[0]["alarm"]["name"] in ("MOTOR_STALL", "UNDER_DELIVERY")
        assert hook.got[0]["name"] == "Flex week"
    notifier.close(within_s=0.1)
