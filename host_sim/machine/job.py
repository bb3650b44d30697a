"""The job: what the host asks of a simulated pump. Each key, unit and default stands here, once.

    job = make_job(config=config, truth=make_truth(...), duration_ms=60_000)
    job.duration_ms, job.truth.fill_pl, job.seed
    write(job, "job.json"); read("job.json") == job

What is left out has its default; an unknown or a missing key raises JobError. Job and Truth cannot
be changed, and can be pickled. Runs on MicroPython and CPython.
"""

import json
from collections import namedtuple

REQUIRED = object()
Row = namedtuple("Row", "name default meaning")

TRUTH = (
    Row("pl_per_rev", REQUIRED, "true volume of one revolution"),
    Row("steps_per_rev", REQUIRED, "microsteps of one revolution"),
    Row("rollers", REQUIRED, "rollers of the head"),
    Row("counts_per_rev", 4096, "counts of the rotor's encoder, an AS5600"),
    Row("fill_pl", REQUIRED, "content of the reservoir at power-up"),
    Row("residual_pl", REQUIRED, "content that will not flow"),
    Row("level_switch_pl", REQUIRED, "content at which the level switch trips"),
    Row("compliance_pl_per_pa", 1000, "how much the line swells under pressure"),
    Row("line_tau_ms", 2000, "time constant from the flow at the head to that at the outlet"),
    Row("occlusion_pa", 100_000, "pressure at which the occlusion switch closes"),
    Row("pulsation_ppt", 100, "how deep the flow dips as a roller lets go"),
    Row("roller_spread_ppt", 10, "how much the rollers differ"),
    Row("crystal_ppb", 0, "how much too fast the pump's clock runs"),
    Row("supply_mv", 5000, "supply voltage"),
)
JOB = (
    Row("config", REQUIRED, "the pump's configuration (firmware/config.py)"),
    Row("truth", REQUIRED, "what the world is: a Truth; the configuration may say otherwise"),
    Row("duration_ms", REQUIRED, "length of the run, true ms"),
    Row("start_wall_s", 0, "civil time on the bench at power-up, s since 1970"),
    Row("seed", 1, "of all that is random in the plant"),
    Row("raw_ms", 0, "raw ticks of the chip at power-up"),
    Row("commands", (), "[[true ms, payload]], sorted: what is sent to the pump"),
    Row("faults", (), "[[true ms, fault]], sorted: what goes wrong (host_sim/plant/faults.py)"),
    Row("trace_every_ms", None, "between two rows of trace.csv; None: only those at news"),
    Row("delivery_every_ms", None, "between two rows of delivery.csv; None: no such file"),
    Row("build", ("unknown", None), "(commit, differs the tree from it?) of the source"),
    Row("samples_ms", (), "instants of further rows of trace.csv, true ms, sorted"),
)
Truth = namedtuple("Truth", [row.name for row in TRUTH])
Job = namedtuple("Job", [row.name for row in JOB])


class JobError(Exception):
    """A job with a key that is missing or unknown."""


def make_truth(**values):
    """The Truth with these values."""
    return Truth(**_complete("truth", TRUTH, values))


def make_job(**values):
    """The Job with these values; `truth` is a Truth."""
    return Job(**_complete("job", JOB, values))


def write(job, path):
    """Write a job as one JSON object, its keys sorted. CPython only."""
    values = {row.name: getattr(job, row.name) for row in JOB}
    values["truth"] = {row.name: getattr(job.truth, row.name) for row in TRUTH}
    with open(path, "w") as file:
        file.write(json.dumps(values, sort_keys=True, separators=(",", ":")))


def read(path):
    """The job in a file that `write` has made."""
    with open(path) as file:
        values = json.load(file)
    values["truth"] = make_truth(**values["truth"])
    values["build"] = tuple(values["build"])
    return make_job(**values)


def _complete(where, rows, values):
    names = [row.name for row in rows]
    for name in sorted(values):
        if name not in names:
            raise JobError("%s: there is no key %s; allowed: %s" % (where, name, ", ".join(names)))
    complete = {}
    for row in rows:
        complete[row.name] = values.get(row.name, row.default)
        if complete[row.name] is REQUIRED:
            raise JobError("%s: %s is missing: %s; add it" % (where, row.name, row.meaning))
    return complete
