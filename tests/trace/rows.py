"""The rows of docs/trace.md: what has to hold, said in our words, and why a row has no test yet.

A test names the rows that it holds in a comment above it: `# trace: GIP 1.2.2, over-infusion`.
"""

from tests.trace.golden_rows import GOLDEN
from tests.trace.row import Row
from tests.trace.therapy_rows import RULES

SOFT = (
    "the programmer has what looks wrong confirmed; the pump has hard limits alone, and logs those"
)
LISTENED = "the key goes over the wire once, in plain, while somebody stands at the pump"
BENCH_ONLY = (
    "no sensor: a bench pump is filled and primed by hand, and the residual is never pumped"
)

GIP = (
    Row("GIP 1.1.7", "The basal rate stays while another one is being programmed"),
    Row(
        "GIP 1.1.8",
        "Keep a vein open at all times",
        "a minimum rate is a program mode, chosen by a person; an alarm never starts it",
    ),
    Row("GIP 1.2.1", "Flow within 5 % over 72 h"),
    Row("GIP 1.2.2", "More than 10 % too much for 15 min is an alarm"),
    Row("GIP 1.2.3", "Less than 90 % for 15 min is an alarm"),
    Row("GIP 1.3", "Volumes and rates have ranges"),
    Row("GIP 1.4.3", "Basal and bolus together keep to the pump's maximum"),
    Row(
        "GIP 1.4.5",
        "A normal bolus suspends a square one, and that goes on afterwards",
        "one bolus at a time, of whatever kind",
    ),
    Row("GIP 1.4.7", "A square bolus is even over its duration"),
    Row("GIP 1.4.8", "One square bolus at a time"),
    Row("GIP 1.4.9", "The duration of a bolus has a limit"),
    Row("GIP 1.4.11", "No bolus in an alarm that stops, nor in a fault"),
    Row("GIP 1.4.12", "A bolus beyond a dose limit is told"),
    Row("GIP 1.5.1", "What is left, and for how long, is known and reckoned anew at each change"),
    Row("GIP 1.5.5", "A low reservoir is told"),
    Row("GIP 1.5.6", "An empty reservoir is an alarm"),
    Row("GIP 1.6.1", "A stop is carried out"),
    Row("GIP 1.6.2", "A fault stops at once"),
    Row("GIP 1.7.1", "Settings outlast a loss of power"),
    Row("GIP 1.8.1", "No continuous reverse delivery"),
    Row("GIP 1.9.1", "Air in the line is an alarm", BENCH_ONLY),
    Row("GIP 1.10.3", "Line pressure has a limit"),
    Row("GIP 1.10.5", "An occlusion stops the pump and is an alarm"),
    Row(
        "GIP 1.10.6",
        "Pressure is relieved",
        "a peristaltic head is not run backwards; the alarm says to relieve the line by hand",
    ),
    Row("GIP 1.10.7", "The bolus at the release of an occlusion has a limit"),
    Row("GIP 2.1.1", "Two steps change a rate"),
    Row("GIP 2.1.4", "No chord of keys", "no function needs two buttons at once"),
    Row("GIP 2.2.1", "Half-made entries are told and dropped"),
    Row("GIP 2.2.3", "A pump that is paused too long is an alarm"),
    Row("GIP 2.3.1", "A stuck key is an alarm after a minute"),
    Row("GIP 2.3.2", "A touch is no press"),
    Row("GIP 3.1.3", "An error ends a bolus"),
    Row("GIP 3.2.1", "Silence ends by itself after 2 min at the most"),
    Row("GIP 3.2.2", "Silence is never for good"),
    Row("GIP 3.3", "Memory is looked at again and again, and the CPU has its watchdog"),
    Row(
        "GIP 3.4",
        "Memories, keys and clock are tested at power-up, the sounder when somebody asks for it",
    ),
    Row("GIP 3.5", "A watchdog finds a task that hangs"),
    Row("GIP 4.1", "Each event is logged, with its time, and outlasts a loss of power"),
    Row("GIP 5.1", "The supply is watched"),
    Row("GIP 6.1", "Hard limits are refused with what is allowed"),
    Row("GIP 6.2", "Soft limits are confirmed, and both choices logged", SOFT),
    Row("GIP 6.3", "Defaults are changed by whoever may"),
)

FDA = (
    Row("air", "Operational: air in the line", BENCH_ONLY),
    Row("occlusion", "Operational: occlusion"),
    Row("post-occlusion bolus", "Operational: what a shut line holds comes out at once"),
    Row("free flow", "Operational: flow without the pump"),
    Row("reverse flow", "Operational: flow backwards"),
    Row("too many bolus requests", "Operational: boluses asked for again and again"),
    Row("corrupted bolus history", "Operational: what was given is forgotten or damaged"),
    Row("uneven bolus", "Operational: a bolus that is not even"),
    Row("leakage", "Operational: fluid is lost"),
    Row("wrong calibration", "Operational: the actual rate is not the programmed one"),
    Row(
        "temperature and pressure",
        "Environment: temperature, air pressure",
        "the bench measures what they do to flow; a pump has no sensor for them",
    ),
    Row("EMI", "Environment: a disturbed sensor or line"),
    Row("supply out of range", "Electrical: the supply"),
    Row("battery", "Electrical: the battery runs out", "bench pumps run from a mains adapter"),
    Row("overheating", "Electrical: the driver becomes too hot"),
    Row("synchronisation", "Hardware: parts disagree in time"),
    Row("watchdog failure", "Hardware: the CPU hangs"),
    Row("memory write failure", "Hardware: flash takes nothing"),
    Row("critical values", "Hardware: a number on which a dose depends changes by itself"),
    Row("sensor drift", "Hardware: a sensor says what is not so"),
    Row("key debounce", "Hardware: a contact bounces"),
    Row("backup failure", "Software: what is kept cannot be read"),
    Row("store and retrieve", "Software: a write is cut off"),
    Row("buffer overflow", "Software: input longer than its buffer"),
    Row("memory leak", "Software: the heap fills"),
    Row("uninitialised variable", "Software: state of before a restart, or of none"),
    Row("wrong version", "Software: firmware and data that do not fit"),
    Row("alarm priority", "Software: wrong thresholds or priorities"),
    Row("alarm not silenced", "Software: an alarm that cannot be silenced"),
    Row("stuck key", "Mechanical: a key sticks"),
    Row("speaker failure", "Mechanical: no sound: a person tests it, and each alarm has a light"),
    Row("motor failure", "Mechanical: the motor does not turn"),
    Row("wrong units", "Use: a dose in the wrong unit or concentration"),
    Row("forgets to resume", "Use: therapy is not started again"),
    Row("nuisance alarms", "Use: alarms without a cause are ignored"),
    Row("works round limits", "Use: a limit is walked round"),
    Row("mode confusion", "Use: a state that nobody expects"),
    Row("tampering", "Use: somebody commands who must not"),
)

RECALLS = (
    Row("2008 stall in a magnetic field", "The rotor stops in a scanner, and recovers hours later"),
    Row("telemetry holds up delivery", "A session on the link suspends the infusion"),
    Row("2011 pocket fill", "Drug beside the pump, and a fill that nobody reconciles"),
    Row("2011 battery", "The flow is reset to a very low rate"),
    Row("2012 motor corrosion", "Intermittent and permanent stalls"),
    Row("2013 priming bolus", "A priming volume too large"),
    Row("2013 feed-through short", "Electronics that wear, motors that stall"),
    Row("2016 over-infusion", "More than 14.5 % too much, empty too early"),
    Row("2019 particle in the motor", "A stall that never recovers"),
    Row("2020 bolus and prime interleaved", "A bolus that a prime interrupted goes on afterwards"),
    Row("2025 false alarm blocks a start", "A sensor's baseline from before a long rest"),
    Row("2018 replayed remote", "A recorded command is sent again"),
    Row("2019 no authentication", "Whoever is near may command"),
    Row("2022 attack while pairing", "Somebody listens while keys are exchanged", LISTENED),
    Row("2016 checksum for a key", "A CRC taken for a proof of who commands"),
)

# (title, where the rows come from, rows)
PARTS = (
    ("Rules of therapy", "the rules S1 to S26, by which code and records name them", RULES),
    ("Golden rows of therapy", "worked examples of prime, bridge, plan, refill and life", GOLDEN),
    ("Requirements of a generic infusion pump", "[GIP], by its numbers", GIP),
    ("Hazards of infusion pumps", "[FDA TPLC 2014], tables 3 to 10", FDA),
    ("Recalls and what they teach", "the notices of makers and authorities, by year", RECALLS),
)
