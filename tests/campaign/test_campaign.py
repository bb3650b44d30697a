"""A fixed sample of the campaign, and what would make its verdicts worthless."""

import json
import subprocess
import sys

import pytest

from tests.campaign import draw, run
from tests.campaign.drive import drive
from tests.campaign.mutants import MUTANTS, NoSuchText, mutated
from tests.campaign.oracle import judge
from tests.campaign.record import Record
from tests.campaign.wire import frame, frames

BLOCK = 30
SEEDS = 300
HOSTILE, PEACEFUL = range(0, SEEDS, BLOCK), range(0, 30, BLOCK)


@pytest.mark.slow
@pytest.mark.parametrize("first_seed", HOSTILE)
def test_no_hostile_therapy_has_a_violation(first_seed):
    for seed in range(first_seed, first_seed + BLOCK):
        assert run.judged("hostile", seed) == [], run.replay("hostile", seed)


# trace: nuisance alarms
@pytest.mark.slow
@pytest.mark.parametrize("first_seed", PEACEFUL)
def test_nothing_alarms_a_peaceful_therapy(first_seed):
    for seed in range(first_seed, first_seed + BLOCK):
        assert run.judged("peaceful", seed) == [], run.replay("peaceful", seed)


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_each_mutant_is_found_and_the_firmware_itself_is_not(mutant):
    assert run.found_by(mutant.name, mutant.seed) is not None
    if mutant.seed >= SEEDS:  # the sample above has the others
        assert run.judged("hostile", mutant.seed) == []


def test_a_mutant_whose_text_has_gone_is_an_error():
    with pytest.raises(NoSuchText):
        mutated(MUTANTS[0], "another source")


def test_a_seed_gives_the_same_therapy_and_the_same_course():
    assert draw.hostile(5) == draw.hostile(5) != draw.hostile(6)
    one, other = drive(draw.hostile(5)), drive(draw.hostile(5))
    assert [life.heard for life in one.lives] == [life.heard for life in other.lives]


def test_frames_are_found_behind_noise_and_broken_ones_are_not():
    good, broken = frame({"id": 1, "do": "stop"}), bytearray(frame({"id": 2, "do": "stop"}))
    broken[8] ^= 1
    found = frames([(5, b"\xc5\xff\x00" + bytes(broken)), (7, good[:4]), (900, good[4:])])
    assert [(one.first_ms, one.last_ms, one.payload["id"]) for one in found] == [(7, 900, 1)]


def test_a_pulse_more_than_permitted_is_a_violation():
    record = drive(draw.peaceful(0))
    assert judge(record) == []
    life = record.lives[0]
    life.pulses_us = sorted_with(life.pulses_us, 3)
    assert any("pulses" in line for line in judge(Record(record.therapy, [life])))


def sorted_with(pulses_us, times):
    """A pulse in the middle comes so many times more."""
    import numpy as np

    middle = len(pulses_us) // 2
    return np.sort(np.concatenate([pulses_us, np.full(times, pulses_us[middle])]))


def test_a_campaign_that_was_cut_short_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "BLOCK", 1)
    kept = tmp_path / "build" / "fuzz" / "hostile.json"
    kept.parent.mkdir(parents=True)
    was = {"first_seed": 3, "therapies": 2, "done": 1, "failures": {"3": ["a violation"]}}
    kept.write_text(json.dumps(was))
    campaign = run.Campaign("hostile", 2, workers=1, root=tmp_path)
    assert (campaign.first_seed, campaign.done) == (3, 1)
    assert not campaign.run(), "the failure of before counts"
    assert json.loads(kept.read_text())["done"] == 2
    assert run.Campaign("hostile", 2, first_seed=9, workers=1, root=tmp_path).done == 0


def test_a_failure_is_reported_with_the_command_that_repeats_it():
    mutant = MUTANTS[0]
    words = ["--mutant", mutant.name, "--seed", str(mutant.seed)]
    command = [sys.executable, "-m", "tests.campaign", *words]
    done = subprocess.run(command, cwd=run.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and f"seed {mutant.seed}: " in done.stdout


@pytest.mark.parametrize("words", [["--therapies", "0"], ["--seed", "-1"], ["--mutant", "none"]])
def test_bad_input_is_refused_with_status_2(words):
    command = [sys.executable, "-m", "tests.campaign", *words]
    done = subprocess.run(command, cwd=run.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done
