"""A job has every key, and nothing else; it comes back from its file as it went in."""

import pickle
from pathlib import Path

import pytest

from host_sim.machine.job import (
    JOB,
    TIMED,
    TRUTH,
    JobError,
    entries,
    make_job,
    make_truth,
    read,
    read_entries,
    write,
)
from host_sim.scenario.load import load
from tests.rigs.config import made_config, made_job, made_truth

STOCK = sorted(Path("host_sim/scenarios").glob("*.toml"))
CONFIG = made_config({"mode": "stopped"})


def leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [leaf for one in value for leaf in leaves(one)]
    return [value]


@pytest.mark.parametrize("path", STOCK, ids=lambda path: path.stem)
def test_a_job_holds_whole_numbers_texts_and_none_and_survives_its_file(path, tmp_path):
    job = load(path).job
    assert {type(leaf) for leaf in leaves(job)} <= {int, str, type(None)}
    write(job, tmp_path / "job.json", tmp_path / "schedule.jsonl")
    assert read(tmp_path / "job.json") == job._replace(**dict.fromkeys(TIMED, ()))
    assert list(read_entries(tmp_path / "schedule.jsonl")) == list(map(list, entries(job)))


def test_of_one_instant_commands_come_before_faults_and_faults_before_samples():
    job = made_job(CONFIG)._replace(
        commands=[[0, {"do": "stop"}], [9, {"do": "start"}]],
        faults=[[9, {"kind": "stall"}]],
        samples_ms=[0, 9],
    )
    assert [(row[0], row[1]) for row in entries(job)] == [
        (0, "command"),
        (0, "sample"),
        (9, "command"),
        (9, "fault"),
        (9, "sample"),
    ]


def test_a_job_can_be_sent_to_another_process():
    job = made_job(CONFIG)
    assert pickle.loads(pickle.dumps(job)) == job


def test_what_is_left_out_of_a_job_has_its_default():
    job = make_job(config=CONFIG, truth=made_truth(CONFIG), duration_ms=1)
    assert (job.seed, job.raw_ms, job.commands, job.samples_ms) == (1, 0, (), ())
    assert job.trace_every_ms is None and job.delivery_every_ms is None


def test_a_job_cannot_be_changed():
    with pytest.raises(AttributeError):
        made_job(CONFIG).seed = 2


def test_a_missing_key_is_refused_by_name():
    with pytest.raises(JobError, match=r"job: truth is missing: what the world is.*; add it"):
        make_job(config=CONFIG, duration_ms=1)


def test_an_unknown_key_is_refused_by_name():
    with pytest.raises(JobError, match=r"truth: there is no key fill_ml; allowed: pl_per_rev, .*"):
        make_truth(fill_ml=10)


@pytest.mark.parametrize("rows", [JOB, TRUTH])
def test_every_key_of_a_job_is_explained_and_stands_once(rows):
    assert all(row.meaning for row in rows)
    assert len({row.name for row in rows}) == len(rows)
