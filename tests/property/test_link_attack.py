"""Who has no key sends what he likes to a paired pump: a sample of what `make link-fuzz` tries."""

import pytest

from firmware.link import access, clp1
from tests.rigs.link_attack import Attack, AttackError

FRAMES = 25_000


@pytest.mark.parametrize("seed", range(1, 5))
def test_frames_without_a_key_change_nothing_and_no_answer_helps(seed):
    attack = Attack(seed)
    attack.run(FRAMES)
    assert attack.outside * 2 >= attack.frames >= FRAMES
    assert len(attack.kinds) == 11 and min(attack.kinds.values()) > FRAMES // 20


def any_tag(key, data):
    return bytes(data[clp1.HEAD_BYTES : -clp1.TAG_BYTES])


def any_counter(self, body, now_ms, log):
    session = self.session_of(body[0], now_ms) if body else None
    text = None if session is None else session.opened(body)
    if text is not None:
        self.speaker = session.slot
    return text


def everybody(self, command, name):
    """Admitted."""


@pytest.mark.parametrize(
    "where, name, mistake",
    [
        (clp1, "opened", any_tag),
        (access.Access, "opened", any_counter),
        (access.Access, "admit", everybody),
    ],
    ids=["the tag is not looked at", "nor the counter", "nor who speaks"],
)
def test_a_pump_with_a_mistake_is_found_out(where, name, mistake, monkeypatch):
    attack = Attack(1)
    monkeypatch.setattr(where, name, mistake)
    with pytest.raises(AttackError):
        attack.run(2000)
