"""A log of the room beside that of the balance."""

import numpy as np
import pytest

from bench.__main__ import main
from bench.inputs import log_file, room_log
from bench.shared.errors import BenchError
from tests.rigs.weighing import raw_setup, toml


def both(tmp_path, balance, room):
    (tmp_path / "run.csv").write_text(balance)
    (tmp_path / "room.csv").write_text(room)
    return room_log.joined(log_file.load(tmp_path / "run.csv"), tmp_path / "room.csv")


SECONDS = "time_s,mass_g\n100,0.1\n160,0.2\n220,0.3\n"
DATED = "time,mass_g\n2026-05-17T10:00:00,0.1\n2026-05-17T10:01:00,0.2\n2026-05-17T10:02:00,0.3\n"


def test_seconds_from_one_zero_are_merged(tmp_path):
    log = both(tmp_path, SECONDS, "time_s;pressure [hPa];noise\n40;1000;x\n280;1024;y\n")
    assert log.columns["pressure_hpa"].tolist() == pytest.approx([1006, 1012, 1018])
    assert any("pressure_hpa from room.csv" in note for note in log.notes)


def test_dates_are_merged_whatever_their_form(tmp_path):
    room = "Zeit;Humidity (%);air [degC]\n17.05.2026 09:59:00;50;20\n17.05.2026 10:03:00;54;\n"
    log = both(tmp_path, DATED, room)
    assert log.columns["humidity_pct"].tolist() == pytest.approx([51, 52, 53])
    assert log.columns["air_c"].tolist() == [20, 20, 20]


def test_a_column_of_the_balance_s_own_log_stays(tmp_path):
    log = both(
        tmp_path,
        "time_s,mass_g,air_c\n0,0.1,21\n1,0.2,21\n2,0.3,21\n",
        "time_s,air_c\n0,30\n9,30\n",
    )
    assert log.columns["air_c"].tolist() == [21, 21, 21]


def test_far_beyond_the_room_s_log_nothing_is_made_up(tmp_path):
    rows = "".join(f"{n * 1000},{n}\n" for n in range(10))
    log = both(tmp_path, "time_s,mass_g\n" + rows, "time_s,air_c\n0,20\n3000,21\n")
    assert np.isnan(log.columns["air_c"][5:]).all() and not np.isnan(log.columns["air_c"][:5]).any()


@pytest.mark.parametrize(
    ("balance", "room", "words"),
    [
        (SECONDS, "time,air_c\n2026-05-17T10:00:00,20\n2026-05-17T11:00:00,20\n", "has dates"),
        (SECONDS, "time_s,mass_g\n0,1\n1,2\n", "has no column of the room"),
        (SECONDS, "time_s,air_c\n90000,20\n91000,20\n", "has no time in common"),
        (SECONDS, "time_s,air_c\n", "has no column of the room"),
    ],
)
def test_logs_that_do_not_belong_together_are_refused(tmp_path, balance, room, words):
    with pytest.raises(BenchError, match=words) as caught:
        both(tmp_path, balance, room)
    assert "; allowed: " in str(caught.value)


def test_a_setup_names_the_log_of_the_room(tmp_path, capsys):
    rows = "".join(f"{n * 5},{n * 0.03465:.4f}\n" for n in range(1441))
    (tmp_path / "run.csv").write_text("time_s,mass_g\n" + rows)
    (tmp_path / "room.csv").write_text("time_s,water_c\n0,25\n7200,25\n")
    raw = raw_setup(environment={"log": "room.csv"})
    del raw["environment"]["water"]
    (tmp_path / "setup.toml").write_text(toml(raw))
    given = ["analyse", str(tmp_path / "run.csv"), "--setup", str(tmp_path / "setup.toml")]
    main([*given, "--out", str(tmp_path / "out"), "--no-report"])
    assert "Z 1.0040 uL/mg" in capsys.readouterr().out
