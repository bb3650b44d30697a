"""A checkpoint of a pump that knows as much of each kind as there can be fits into a sector."""

import pytest

from firmware import states
from firmware.alarms import alarm_table
from firmware.alarms.tip_doses import HOURS
from firmware.books import bucket_code, packing, record_format
from firmware.books import memory as kinds
from firmware.books.bolus_days import SHARES
from firmware.books.ledger import MOST_EPOCHS
from firmware.books.ring import OPENING
from firmware.books.slugs import MOST_SLUGS
from firmware.books.store_notes import MARK
from firmware.link.command_ids import KEPT
from firmware.link.key_slots import SLOTS
from firmware.settings import MOST_TOGETHER, check_size
from firmware.therapy.overlays import SOURCES
from firmware.therapy.patient_boluses import MOST_PER_DAY
from firmware.therapy.plan_checks import MOST_DAYS, MOST_STAGES
from firmware.therapy.program_checks import MAX_STEPS
from firmware.therapy.screening import LADDER_NG
from tests.rigs.pump import ML, UL, Bench

DAY_MS = 86_400_000
YEARS_MS = 7 * 365 * DAY_MS
YEARS_PL = 7 * 365 * 24 * ML
STEPS = YEARS_PL // 3125
CONC = 2_000_000  # ng/mL: 48 mg/day
TEXT = "x" * 100
RECORD_BYTES = 128  # of the one that follows a checkpoint: the books and the rotor


def varied(n, most):
    """A number near `most`, another for each n."""
    return most - n * 7919 * (most // 10**6 + 1) % (most // 2)


def flex(most_steps=MAX_STEPS):
    """Steps at odd times and doses."""
    steps = [[n * 1790 + 5 * n % 11, varied(n, 48_000_000)] for n in range(most_steps)]
    return {
        "mode": "flex",
        "steps": steps,
        "safe_dose_ng_per_day": 1_234_567,
        "longest_pause_s": 86_399,
    }


def plan():
    """As many stages as there can be, and steps in one of them until it may be no larger."""
    stages = [
        {
            "days": MOST_DAYS - n,
            "program": {
                "mode": "continuous",
                "dose_ng_per_day": 40_000_000 + 1_000_003 * (n % 5),
            },
        }
        for n in range(MOST_STAGES)
    ]
    stages[0]["program"] = flex(11)
    return {"mode": "plan", "advance": "confirm", "origin": "spinal", "stages": stages}


PROGRAM, BRIDGE = plan(), flex()


def window(places, mean):
    """The gone_ms of the monitor is put before it by who asks."""
    numbers = [varied(n, 2 * mean) if n % 6 else 60 * mean for n in range(places)]
    data = bytearray()
    bucket_code.put(data, numbers, places, sum(numbers))
    return bytes(data)


def dose_window(places, mean, gone_ms):
    return {"gone_ms": gone_ms, "newest": -1, "ng": window(places, mean)}


def step_window(places, mean, gone_ms):
    data = bytearray()
    packing.put_number(data, gone_ms)
    return bytes(data) + window(places, mean)


FULL = {
    kinds.STATE: {
        "now": states.FAULT,
        "lasts_ms": YEARS_MS,
        "faults": [[why, varied(why, STEPS), STEPS] for why in (7, 8, 10, 11, 15, 17, 30)],
        "stall": [STEPS, STEPS - 999],
    },
    kinds.LEDGER: {
        "by_source": [STEPS // (n + 2) for n in range(len(SOURCES))],
        "missed_steps": STEPS // 7,
        "unproven_steps": STEPS // 9,
        "unexplained_steps": STEPS // 11,
        "unmoved_steps": STEPS // 13,
        "closed_beyond": [STEPS // 17, YEARS_PL // 17],
        "epochs": [[varied(n, STEPS // 2), 10 * UL, 3200, TEXT, CONC] for n in range(MOST_EPOCHS)],
        "closed_pl": YEARS_PL // 2,
        "idle_steps": STEPS // 19,
    },
    kinds.WINDOWS: {
        "hour": dose_window(62, 33_333, 59_999),
        "day": dose_window(290, 166_665, 299_999),
    },
    kinds.MONITOR: {
        "head": [10 * UL, 3200],
        "hour": step_window(61, 5333, 59_999),
        "day": step_window(289, 26_665, 299_999),
        "most": [350_000, 8_000_000],
        "own": [350_000, 8_000_000],
        "left_ms": DAY_MS,
        "allowed": 500_000,
    },
    kinds.RESERVOIR: {
        "fill_pl": 19 * ML + 7,
        "emitted_at_fill_pl": YEARS_PL,
        "level": {
            "closed": 1,
            "at_fill": 1,
            "low": 1,
            "doubtful": 1,
            "stuck": 1,
            "verdict": 1,
            "at_pl": YEARS_PL,
            "openings": 99,
            "since_change_ms": YEARS_MS,
            "since_fill_ms": YEARS_MS,
            "since_opening_ms": YEARS_MS,
        },
        "boluses": {
            "days": [[varied(n, 24 * ML), n % 2 * SHARES] for n in range(8)],
            "gone_ms": DAY_MS - 1,
        },
        "refills": {"count": 999, "in_a_row": -99, "last": [19 * ML, 18 * ML, -1000, 1, -1]},
        "unsure_pl": 19 * ML,
        "capacity_pl": 20 * ML,
    },
    kinds.ALARMS: {
        "active": sum(1 << code for code in alarm_table.CODES),
        "latched": sum(1 << code for code in alarm_table.CODES),
        "acknowledged": sum(1 << code for code in alarm_table.CODES),
        "values": [[code, varied(code, 24 * ML), 24 * ML] for code in alarm_table.CODES],
        "priorities": [[code, alarm_table.HIGH] for code in alarm_table.CODES],
        "remind_ms": 3_599_999,
    },
    kinds.OVERLAYS: {
        **dict.fromkeys(("bolus", "patient", "test", "take_up", "prime"), YEARS_MS),
        "running": [4, 24 * ML, DAY_MS, DAY_MS, ML, STEPS],
    },
    kinds.COMMAND_IDS: {
        "done": (b"\x4f" + bytes([255] * 17)) * KEPT,
        "last_bolus": [(SLOTS + 1 << 31) - 1, YEARS_MS, ML, DAY_MS],
    },
    kinds.PROGRAM: {"config": 0, "program": PROGRAM, "drug": [TEXT, CONC]},
    kinds.CLOCK: {"offset_s": -50_000, "waits_ms": 2_000_000_000_000},
    kinds.LINE: {
        "line": [ML, ML, CONC, CONC, YEARS_PL, 1 << 68, 1 << 68, ML],
        "slugs": [
            [YEARS_PL + n * 37_000_001, varied(n, 10**9), varied(n, ML)]
            for n in range(MOST_SLUGS + 1)
        ],
        "bridge": BRIDGE,
        "prime": [YEARS_PL, YEARS_PL, CONC, 1, 1, YEARS_PL, CONC],
        "primed": [[varied(n, 10**8), varied(n, DAY_MS)] for n in range(8)],
    },
    kinds.PLAN: {
        "phase": 2,
        "stage": MOST_STAGES - 1,
        "due_ms": YEARS_MS,
        "short_pl": [varied(n, ML) for n in range(24)],
        "part_pl": ML,
        "hour_ms": 3_599_999,
        "counted_ms": 3_599_999,
        "mark_steps": STEPS,
    },
    kinds.PATIENT: {
        "granted": 10**5,
        "denied": 10**5,
        "given_ng": 10**11,
        "ages_ms": [DAY_MS - n * 1_799_000 - n * n for n in range(MOST_PER_DAY)],
        "full_ms": YEARS_MS,
    },
    kinds.LIFE: {
        "age_ms": YEARS_MS,
        "from_steps": STEPS,
        "before_revs": 10**7,
        "per_rev": 3200,
        "first_use": [20_000, 23_000],
        "eri_ms": YEARS_MS,
        "worn_s": 1_800_000_000,
        "stage": 1,
    },
    kinds.RESTART: {
        "unconfirmed": 1,
        "waits": 1,
        "rests_ms": YEARS_MS,
        "ages_ms": [YEARS_MS, DAY_MS, 0],
    },
    kinds.SCREENING: {
        "trials": [[ng, 0, 480, TEXT] for ng in LADDER_NG],
        "age_ms": YEARS_MS,
    },
    kinds.KEYS: {"slots": (bytes([3 | 8 << 2, *range(16)]) + b"a lab it") * SLOTS},
    kinds.BOOT_COUNT: {"boots": 1_000_000},
    kinds.SCREW: {"owed_steps": 999, "line_off": 1},
    kinds.DOSES: {
        "code": 42,
        "hours": [[varied(n, 2_000_000), -varied(n, 1_000_000), n % 6] for n in range(HOURS + 1)],
    },
}


def made(**changes):
    """A pump with a line at 24 mL/day."""
    return Bench(
        24 * ML,
        start=False,
        drug={"name": TEXT, "conc_ng_per_ml": CONC},
        line={
            "tubing_pl": ML,
            "catheter_pl": ML,
            "holds_tubing_ng_per_ml": CONC,
            "holds_catheter_ng_per_ml": CONC,
        },
        **changes,
    )


def opening_of(flash):
    """The bytes of the opening of the newest sector, with its head and checksum."""
    heads = [record_format.head(flash, sector, 0) for sector in range(flash.sectors)]
    openings = [head for head in heads if head[1:3] == (OPENING, record_format.VERSION)]
    return max(openings, key=lambda head: head[3])[0] + 12


@pytest.fixture(scope="module")
def full():
    bench = made()
    FULL[kinds.PROGRAM]["config"] = bench.pump.kept_program.snapshot(0)["config"]
    for kind, keeper in bench.pump.keepers():
        keeper.check(FULL[kind])
        keeper.restore(FULL[kind], bench.now_ms())
    bench.memory.renew()
    assert bench.memory.trouble is None
    return bench


def kept(bench):
    return {kind: keeper.snapshot(bench.now_ms()) for kind, keeper in bench.pump.keepers()}


def test_each_kind_is_as_full_as_it_was_made(full):
    """Of what was restored nothing was dropped but the names of drugs before."""
    full_epochs = FULL[kinds.LEDGER]["epochs"]
    FULL[kinds.LEDGER]["epochs"] = [[*row[:3], "", row[4]] for row in full_epochs[:-1]]
    FULL[kinds.LEDGER]["epochs"].append(full_epochs[-1])
    assert set(FULL) == {kind for kind, _ in full.pump.keepers()}
    for kind, now in kept(full).items():
        assert len(packing.pack(now)) >= len(packing.pack(FULL[kind])) * 19 // 20, kind


def test_a_program_and_a_bridge_take_all_that_they_may():
    sizes = [len(packing.pack(section)) for section in (PROGRAM, BRIDGE)]
    assert MOST_TOGETHER - 40 <= sum(sizes) <= MOST_TOGETHER
    check_size(PROGRAM, False, BRIDGE)


def test_with_all_kinds_full_a_checkpoint_leaves_room_for_the_record_that_follows(full):
    assert opening_of(full.flash) + RECORD_BYTES <= full.flash.sector_bytes


def test_a_full_checkpoint_comes_back_over_a_power_cut(full):
    again = made(flash=full.flash, blobs=[(MARK, full.hal.store.read(MARK))])
    assert again.pump.memory_error is None
    for kind in (kinds.LEDGER, kinds.PATIENT, kinds.SCREENING, kinds.COMMAND_IDS, kinds.DOSES):
        assert kept(again)[kind] == kept(full)[kind], kind
    assert opening_of(again.flash) + RECORD_BYTES <= full.flash.sector_bytes
