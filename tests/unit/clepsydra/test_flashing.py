"""`flash`: what goes where is said and confirmed; what does not fit is refused. The files go over a
serial port in tests/chip/test_flash.py.
"""

import pytest

from clepsydra.errors import NoPump
from clepsydra.verbs import verb_options
from host_sim.chip.image import uf2

IMAGE = uf2.pack(bytes(range(256)) * 5)


@pytest.fixture
def drive(tmp_path):
    path = tmp_path / "RPI-RP2"
    path.mkdir()
    about = "UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n"
    (path / "INFO_UF2.TXT").write_text(about)
    return path


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "some.uf2"
    path.write_bytes(IMAGE)
    return path


def test_an_image_is_copied_to_the_drive_of_its_chip_after_a_y(run, drive, image):
    command = ("flash", str(drive), "rpi_pico", "--image", str(image))
    said = run(*command, typed="n\n")
    assert said.status == 2 and "nothing was sent" in said.err
    assert [path.name for path in drive.iterdir()] == ["INFO_UF2.TXT"]
    said = run(*command, typed="y\n")
    assert said.status == 0, said
    assert f"{image}, 1,280 bytes; what a pump stores stays as it is" in said.out
    assert "next        clepsydra status" in said.out
    assert (drive / "firmware.uf2").read_bytes() == IMAGE


def test_an_image_for_another_chip_or_another_drive_is_refused(run, drive, image):
    told = run("flash", str(drive), "rpi_pico2", "--image", str(image), "--yes")
    assert told.status == 2 and "is the drive of RPI-RP2, and rpi_pico2 has a rp2350" in told.err
    image.write_bytes(uf2.pack(bytes(300), family=uf2.RP2350))
    told = run("flash", str(drive), "rpi_pico", "--image", str(image), "--yes")
    assert told.status == 2 and "for another chip than the rp2040 of rpi_pico" in told.err
    assert not (drive / "firmware.uf2").exists()


@pytest.mark.parametrize(
    "data, why",
    [
        (b"", "0 bytes"),
        (IMAGE[:-1], "no whole blocks"),
        (IMAGE[512:], "a piece missing"),
        (IMAGE[:512] + bytes(512) + IMAGE[1024:], "the block at byte 512 is none"),
    ],
)
def test_what_is_no_whole_image_is_refused(data, why, run, drive, image):
    image.write_bytes(data)
    told = run("flash", str(drive), "rpi_pico", "--image", str(image), "--yes")
    assert told.status == 2 and why in told.err
    assert not (drive / "firmware.uf2").exists()


def test_a_folder_that_is_no_drive_and_a_board_that_nobody_knows_are_refused(run, tmp_path, image):
    told = run("flash", str(tmp_path), "rpi_pico", "--image", str(image), "--yes")
    assert told.status == 2 and "no drive of a boot loader" in told.err
    assert run("flash", str(tmp_path), "rpi_pcio", "--yes").status == 2
    told = run("flash", str(tmp_path), "pybv11", "--image", str(image), "--yes")
    assert told.status == 2 and "takes no image from a drive" in told.err


def test_a_board_that_is_too_small_for_files_is_led_to_its_image(run):
    told = run("flash", "/dev/ttyACM7", "rpi_pico", "--yes")
    assert told.status == 2
    assert "too small for a pump from files" in told.err
    assert "clepsydra flash DRIVE rpi_pico" in told.err


def test_a_pump_that_infuses_is_left_alone(run, driven):
    driven.pump().start()
    told = run("flash", "/dev/ttyACM7", "rpi_pico2", "--yes")
    assert told.status == 2 and "INFUSING: stop it first" in told.err


def test_files_go_to_no_port_that_is_not_there(run, monkeypatch):
    def nobody(port):
        raise NoPump("nobody")

    monkeypatch.setattr(verb_options, "connect", nobody)
    said = run("flash", "/dev/ttyACM7", "rpi_pico2", typed="y\n")
    assert said.status == 3
    assert "there now   no pump answers: MicroPython, or nothing" in said.out
