"""Who watches a pump whose keys are taken back meanwhile says so, and goes on once it may."""

from argparse import Namespace

import pytest

from clepsydra.link import key_file
from clepsydra.link.targets import Target
from clepsydra.notify import alarm_watch
from clepsydra.page import owner as page_owner
from clepsydra.page.alarm_news import follow
from clepsydra.page.owner import Owner
from clepsydra.verbs import notifying
from tests.rigs.driven_pump import PRESS
from tests.rigs.patience import HANGS_S
from tests.unit.clepsydra.notify.test_notifier import until

SERIAL = "sim-1"


@pytest.fixture
def paired(driven, tmp_path, monkeypatch):
    """A DrivenPump that is paired with this computer, which soon notices what is silent."""
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "keys.json"))
    monkeypatch.setattr(alarm_watch, "SILENT_S", 0.0)
    monkeypatch.setattr(page_owner, "AGAIN_S", 0.05)
    monkeypatch.setattr(page_owner, "BEAT_S", 0.05)
    driven.pair()
    return driven


def take_back(driven):
    driven.run(1000, fault=PRESS)
    driven.pump().session.ask("unpair", slot=0)


class Told:
    """A notifier that keeps what it is told."""

    def __init__(self):
        self.notices = []

    def tell(self, notice):
        self.notices.append(notice)

    def close(self):
        pass

    def kinds(self):
        return [notice["what"] for notice in self.notices]


def test_the_page_says_that_its_key_is_not_taken_and_hands_it_on(paired):
    owner, told = Owner(Target("sim", "sim:test"), lambda target: paired.pump()), Told()
    follow(owner, told)
    owner.start()
    try:
        assert owner.look().result(timeout=HANGS_S).status.raw["paired"] == 1
        until(lambda: not owner.trouble)
        owner.do(lambda pump: take_back(paired)).result(timeout=HANGS_S)
        until(lambda: "silent" in told.kinds())
        assert " key " in told.notices[-1]["trouble"]
        key_file.forget(SERIAL)
        until(lambda: told.kinds()[-1] == "answers" and not owner.trouble)
        assert owner.glance.status.raw["paired"] == 0
    finally:
        owner.close()


def test_notify_goes_on_where_its_key_is_not_taken_any_more(paired, monkeypatch, capsys):
    rounds = iter([lambda: take_back(paired), lambda: None, lambda: key_file.forget(SERIAL)])

    def pause(seconds):
        paired.run(1000)
        step = next(rounds, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(notifying, "pause", pause)
    monkeypatch.setattr(notifying, "connect", lambda where: paired.pump())
    monkeypatch.setattr(notifying, "Notifier", lambda hook: Told())
    arguments = Namespace(hook="true", pump="sim", test=False)
    with pytest.raises(KeyboardInterrupt):
        notifying._notify(arguments)
    said = capsys.readouterr().out
    assert "does not answer: " in said and "answers again, " in said
