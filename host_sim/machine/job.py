"""The job: what the host asks of a simulated pump. Each key, unit and default stands here, once.

    job = make_job(config=config, truth=make_truth(...), duration_ms=60_000)
    job.duration_ms, job.truth.fill_pl, job.seed
    write(job, "job.json", "schedule.jsonl")
    read("job.json")                  # the job without what is TIMED
    for at_ms, what, argument in read_entries("schedule.jsonl"): ...

What is left out has its default; an unknown or a missing key raises JobError. Job and Truth cannot
be changed, and can be pickled. A schedule may be longer than the heap of the pump: it has a file of
its own, which is read line by line as time goes on. Runs on MicroPython and CPython.
"""

import json
from collections import namedtuple

REQUIRED = object()
Row = namedtuple("Row", "name default meaning")

TRUTH = (
    Row("pl_per_rev", REQUIRED, "true volume of one revolution"),
    Row("steps_per_rev", REQUIRED, "microsteps of one revolution"),
    Row("rollers", REQUIRED, "rollers of the head; 0: it is a syringe"),
    Row("backlash_steps", 0, "steps of a screw after a reversal that move no plunger"),
    Row("counts_per_rev", 4096, "counts of the rotor's encoder, an AS5600"),
    Row("barrel_pl", None, "what a plunger can draw in; None: nobody asks"),
    Row("fill_pl", REQUIRED, "content of the reservoir at power-up"),
    Row("residual_pl", REQUIRED, "content that will not flow"),
    Row("level_switch_pl", REQUIRED, "content at which the level switch trips"),
    Row("conc_ng_per_ml", REQUIRED, "of the drug in the reservoir at power-up"),
    Row("tubing_pl", 0, "volume of the tubing, from the reservoir to the catheter"),
    Row("catheter_pl", 0, "volume of the catheter, to its tip"),
    Row("bore_nm", 530_000, "inner diameter of tubing and catheter"),
    Row("holds_tubing_ng_per_ml", 0, "concentration in the tubing at power-up"),
    Row("holds_catheter_ng_per_ml", 0, "concentration in the catheter at power-up"),
    Row("compliance_pl_per_pa", 1000, "how much the line swells under pressure"),
    Row("line_tau_ms", 2000, "time constant from the flow at the head to that at the outlet"),
    Row("occlusion_pa", 100_000, "pressure at which the occlusion switch closes"),
    Row("pulsation_ppt", 100, "how deep the flow dips as a roller lets go"),
    Row("roller_spread_ppt", 10, "how much the rollers differ"),
    Row("crystal_ppb", 0, "how much too fast the pump's clock runs"),
    Row("supply_mv", 5000, "supply voltage"),
    Row("pull_in_hz", 8000, "steps a second up to which the motor starts without a ramp"),
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
COMMAND, FAULT, SAMPLE = "command", "fault", "sample"  # what an entry of the schedule is
TIMED = ("commands", "faults", "samples_ms")  # the keys of a job that are its schedule
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


def entries(job):
    """[(at_ms, what, argument)], sorted: the schedule of a job. Of one instant the commands come
    first, then the faults, then the samples.
    """
    found = [(at_ms, COMMAND, payload) for at_ms, payload in job.commands]
    found += [(at_ms, FAULT, fault) for at_ms, fault in job.faults]
    found += [(at_ms, SAMPLE, None) for at_ms in job.samples_ms]
    order = (COMMAND, FAULT, SAMPLE)
    places = sorted((row[0], order.index(row[1]), n) for n, row in enumerate(found))
    return [found[place[2]] for place in places]


def write(job, path, schedule_path):
    """Write a job as one JSON object, its keys sorted, and its schedule with an entry per line.
    CPython only.
    """
    values = {row.name: getattr(job, row.name) for row in JOB if row.name not in TIMED}
    values["truth"] = {row.name: getattr(job.truth, row.name) for row in TRUTH}
    with open(path, "w") as file:
        file.write(json.dumps(values, sort_keys=True, separators=(",", ":")))
    with open(schedule_path, "w") as file:
        for entry in entries(job):
            file.write(json.dumps(entry, sort_keys=True, separators=(",", ":")) + "\n")


def read_entries(path):
    """The entries of a schedule that `write` has made, each read when it is asked for."""
    with open(path) as file:
        for line in file:
            yield json.loads(line)


def read(path):
    """The job in a file that `write` has made, without its schedule."""
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
