"""A release's package, put on an emulated board by the real `mpremote mip install`."""

import json
import subprocess
import sys

from firmware import version
from host_sim.chip.emulator.chip import Chip
from host_sim.chip.emulator.pseudo_terminal import Terminal
from host_sim.chip.emulator.repl import Repl
from tests.chip.conftest import image_or_skip
from tests.rigs.patience import HANGS_S
from tests.tools import release

SERVICE = 22


def test_a_package_is_installed_by_mpremote_and_its_firmware_says_its_version(tmp_path):
    package = release.package("rpi_pico", tmp_path) / "package.json"
    with Chip(image_or_skip("stock"), step=2, direction=3) as chip:
        chip.drive(SERVICE, 1)
        chip.power_on()
        chip.run_ms(500)
        with Terminal(chip) as port:
            tool = [sys.executable, "-m", "mpremote", "connect", port]
            done = subprocess.run(
                [*tool, "mip", "install", "--target", "/", str(package)],
                capture_output=True,
                text=True,
                check=False,
                timeout=HANGS_S,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        chip.cut_power()
        chip.drive(SERVICE, 0)  # held: the board comes up at its console
        chip.power_on()
        repl = Repl(chip)
        assert repl.run("import firmware.version\nprint(firmware.version.TEXT)").split() == [
            version.TEXT
        ]
        listing = "import os\nfor d in ('boards', 'firmware', 'hal'):\n print(os.listdir(d))"
        found = repl.run(listing)
        urls = json.loads(package.read_text(encoding="utf-8"))["urls"]
        direct = [url for url, _ in urls if url.count("/") == 1]
        assert direct and all(url.split("/")[1] in found for url in direct)
