"""`python -m bench weigh`: what it refuses, in one message, before anything is written; and what it
shows meanwhile.
"""

import io

import pytest

from bench.__main__ import main
from bench.balances import PROTOCOLS
from bench.balances.poller import Heard
from bench.balances.protocol import SerialSettings
from bench.weigh import options as weigh_options
from bench.weigh.display import Display
from bench.weigh.flow_estimate import LEAST, Z_UL_PER_MG, FlowEstimate
from bench.weigh.weigh import weigh
from bench.weigh.weigh_log import WeighLog
from tests.balances.virtual import Virtual

GOOD = {"--balance": "mt-sics:/dev/ttyNONE", "--rate": "10 uL/min", "--for": "2 h"}


def command(out, **changes):
    options = {**GOOD, "--out": str(out), **{"--" + key: value for key, value in changes.items()}}
    return ["weigh", *(text for option in options.items() for text in option)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"balance": "mtsics:/dev/x"},
            '--balance: "mtsics:/dev/x" begins with "mtsics", which is no protocol, did you mean',
        ),
        (
            {"balance": "sbi"},
            '--balance: "sbi" names no port; allowed: sbi: and a port; example: sbi:/dev/ttyUSB0',
        ),
        ({"balance": "sbi:"}, '--balance: "sbi:" names no port'),
        ({"balance": "mt-sics:/dev/ttyNONE"}, "--balance: /dev/ttyNONE: cannot be opened: "),
        ({"rate": "10"}, '--rate: "10" has no unit; allowed: a flow rate in'),
        ({"rate": "0 uL/min"}, '--rate: "0 uL/min" is no flow; allowed: more than 0'),
        ({"for": "2 mL"}, '--for: "2 mL" is a volume, not a duration'),
        (
            {"for": "0 s"},
            '--for: "0 s" is outside what can be weighed; allowed: more than 0, up to 100 d',
        ),
        ({"for": "101 d"}, "--for: "),
        (
            {"every": "10 ms"},
            '--every: "10 ms" is faster than a balance measures; allowed: 50 ms and more',
        ),
        (
            {"serial": "9600"},
            '--serial: "9600" is no setting of a serial port; allowed: baud rate, data bits 7 or 8',
        ),
        ({"unit": "lb"}, '--unit: "lb" is no unit that can be turned into grams; allowed: g, mg'),
    ],
)
def test_bad_input_is_refused_in_one_message_and_nothing_is_written(
    changes, message, tmp_path, capsys
):
    out = tmp_path / "out"
    assert main(command(out, **changes)) == (3 if message.endswith("cannot be opened: ") else 2)
    printed = capsys.readouterr().err
    assert printed.startswith("bench: " + message) and printed.count("\n") == 1
    assert not out.exists()


def test_a_folder_is_looked_at_before_the_balance_is_and_is_left_as_it_was(tmp_path, capsys):
    out = tmp_path / "out"
    assert main([*command(out), "--resume"]) == 2
    assert (
        "there is no run in this folder to resume" in capsys.readouterr().err and not out.exists()
    )
    out.mkdir()
    (out / "run.csv").write_text("time_s,mass_g\n")
    assert main(command(out)) == 2
    assert (
        "there is a run in this folder already; continue it with --resume"
        in capsys.readouterr().err
    )
    assert (out / "run.csv").read_text() == "time_s,mass_g\n"


def test_every_wrong_option_is_named_at_once(tmp_path, capsys):
    assert main(command(tmp_path / "out", balance="x", rate="y", every="z")) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1].strip() for line in lines] == ["--balance", "--rate", "--every"]


def options(**changes):
    """Options as the command line gives them."""
    arguments = {
        "balance": "sbi:COM3",
        "rate": "10 uL/min",
        "lasting": "2 h",
        "every": "500 ms",
        "serial": None,
        "unit": "g",
        **changes,
    }
    return weigh_options.read(type("Arguments", (), arguments))


def test_the_options_are_what_they_say():
    read = options()
    assert (read.protocol, read.port, read.serial) == (
        PROTOCOLS["sbi"],
        "COM3",
        PROTOCOLS["sbi"].serial,
    )
    assert (read.rate_ul_per_min, read.for_s, read.every_s) == (10, 7200, 0.5)
    assert options(serial="19200 7E2").serial == SerialSettings(19200, 7, "E", 2)
    assert options(balance="mt-sics:socket://10.0.0.7:4001").port == "socket://10.0.0.7:4001"


def test_the_settings_of_the_makers_take_as_long_for_a_character_as_they_should():
    assert PROTOCOLS["mt-sics"].serial.char_s() == pytest.approx(10 / 9600)
    assert PROTOCOLS["sbi"].serial.char_s() == pytest.approx(11 / 9600)
    assert PROTOCOLS["a-and-d"].serial.char_s() == pytest.approx(10 / 2400)


def test_the_display_says_what_befell_and_the_flow_at_the_end(tmp_path):
    bench, shown = Virtual("mt-sics"), io.StringIO()
    bench.wire.pull(bench.clock.now_s() + 10.2, 3)
    bench.wire.mute(bench.clock.now_s() + 20, 5)
    log = WeighLog.begin(tmp_path, bench.clock, {})
    with Display(options().aim, log, shown) as display:
        weigh(bench.balance, bench.clock, log, for_s=40, every_s=0.5, watch=display.watch)
    log.close()
    said = [
        line.split(": ", 2)[2]
        for line in shown.getvalue().splitlines()
        if line.startswith("bench:")
    ]
    assert said == [
        "the cable is lost; waiting for it to come back",
        "the cable is back",
        "the balance does not answer",
        "the balance answers again",
    ]
    summary = display.summary(tmp_path)
    assert (
        f"masses       {display.masses:,}, {display.masses:,} of them stable" in summary
        and "1 silent" in summary
    )
    assert "0.00 uL/min (-100.00 % of 10 uL/min)" in summary


def test_the_display_says_an_overload_once(tmp_path):
    bench, shown = Virtual("sbi"), io.StringIO()
    log = WeighLog.begin(tmp_path, bench.clock, {})
    with Display(options().aim, log, shown) as display:
        for _ in range(3):
            display.watch("overload", Heard(5001.0, "overload", None, "      High    "))
    log.close()
    assert shown.getvalue().count("overload: the balance sends no mass, but 'High'") == 1


def test_the_estimate_is_the_slope_of_the_last_minutes_and_begins_anew_after_a_gap():
    estimate = FlowEstimate(window_s=100)
    assert estimate.ul_per_min() is None
    for second in range(300):
        estimate.add(
            second, 0.001 * min(second, 200)
        )  # 1 mg/s, and nothing any more for the last 100 s
    assert estimate.ul_per_min() == pytest.approx(0, abs=0.05)
    for second in range(1000, 1000 + LEAST):
        assert estimate.ul_per_min() is None or second == 1000
        estimate.add(second, 0.002 * second)
    assert estimate.ul_per_min() == pytest.approx(2 * 60 * Z_UL_PER_MG)
