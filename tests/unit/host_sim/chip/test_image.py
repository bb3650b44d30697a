"""The image's parts that need no chip: UF2 packing, the modules of a board, and what `make flash`
refuses.
"""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import build, code_in_ram, flash, our_interpreter, uf2
from host_sim.run.on_chip import play
from host_sim.scenario.load import ScenarioError, load
from host_sim.shared import source_version

BOARDS = sorted(
    path.stem
    for path in (build.ROOT / "boards").glob("*.py")
    if "\nBOARD = {" in path.read_text(encoding="utf-8")
)


def unpacked(data):
    """The image of a UF2 file, block by block as the boot loader of the RP2040 takes it [UF2]."""
    memory = {}
    for at in range(0, len(data), 512):
        block = data[at : at + 512]
        first, second, flags, address, size, number, count, family = struct.unpack_from(
            "<8I", block
        )
        assert (first, second) == (0x0A324655, 0x9E5D5157) and struct.unpack_from(
            "<I", block, 508
        ) == (0x0AB16F30,)
        assert flags & 0x2000 and family == 0xE48BFF56
        assert (number, count) == (at // 512, len(data) // 512)
        assert address % 256 == 0 and size == 256
        memory[address] = block[32 : 32 + size]
    return memory


@given(st.binary(min_size=1, max_size=3000))
def test_a_uf2_holds_every_byte_of_the_image_at_its_address(content):
    memory = unpacked(uf2.pack(content))
    pages = [memory[0x10000000 + at] for at in range(0, len(content), 256)]
    assert len(memory) == len(pages)
    assert b"".join(pages)[: len(content)] == content
    assert not any(b"".join(pages)[len(content) :])


def test_a_uf2_for_the_rp2350_bears_its_family():
    block = uf2.pack(b"image", family=build.CHIPS["rp2350"][1])
    assert struct.unpack_from("<I", block, 28) == (0xE48BFF59,)
    assert build.chip_of("rpi_pico2") == "rp2350" and build.chip_of(build.STOCK) == "rp2040"


@pytest.mark.parametrize("board", BOARDS)
def test_the_modules_of_a_board_are_what_its_wiring_imports_and_no_others_backend(board):
    modules = build.board_modules(board)
    assert {"firmware/main.py", "firmware/pump.py", "hal/contract.py", f"boards/{board}.py"} <= set(
        modules
    )
    backend = build.board_data(board)["backend"]
    other = {build.board_data(name)["backend"] for name in BOARDS} - {backend}
    assert f"hal/{backend}.py" in modules
    assert not {f"hal/{name}.py" for name in other} & set(modules)
    assert [name for name in modules if name.startswith("boards/")] == [
        "boards/__init__.py",
        f"boards/{board}.py",
    ]


def test_an_image_of_ours_mounts_by_its_own_boot_file_and_stock_by_micropythons():
    ours = build._manifest("rpi_pico")
    assert build.boot_of("rpi_pico") == (
        "import micropython\n\nmicropython.kbd_intr(-1)\n\n"
        "import rp2_mount\n\nrp2_mount.mount(192)\ndel rp2_mount\n"
    )
    assert 'module("_boot.py", base_path="' + str(build.BUILD / "main") in ours
    assert 'module("rp2_mount.py", base_path="' + str(build.ROOT / "hal") in ours
    assert 'freeze("$(PORT_DIR)/modules")' not in ours
    assert "rp2_mount" not in build._manifest(build.STOCK)


def test_files_that_are_put_on_a_board_do_not_mount_anything():
    assert "hal/rp2_mount.py" not in build.board_modules("rpi_pico")


@pytest.mark.slow
def test_a_board_compiles_to_a_folder_that_mirrors_its_file_system(tmp_path):
    folder = tmp_path / "rpi_pico"
    flash.compiled("rpi_pico", folder)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {
        "main.py",
        *(name.replace(".py", ".mpy") for name in build.board_modules("rpi_pico")),
    }
    commit, dirty = source_version.of_tree(build.OURS)
    assert (folder / "main.py").read_text(encoding="utf-8") == (
        "import micropython\n\nmicropython.kbd_intr(-1)\n\nimport firmware.main\n\n"
        f'firmware.main.main("rpi_pico", commit="{commit}", dirty={dirty}, '
        "mark=b'clepsydra image \\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00')\n"
    )


def test_an_image_for_another_chip_is_refused_with_what_to_do_instead():
    with pytest.raises(
        ChipError,
        match="the chip esp32s3: images are built for rp2040 and rp2350 only; `make flash`",
    ):
        build._manifest("esp32_s3_devkitc")


@pytest.mark.parametrize(
    ("status", "arguments", "told"),
    [
        (2, (), "say which port the board is on: make flash PORT="),
        (2, ("/dev/nowhere", "rpi_pico"), "from files: make firmware BOARD=rpi_pico, hold its"),
        (3, ("/dev/nowhere", "rpi_pico2"), "PORT=/dev/nowhere: there is no such port"),
        (
            2,
            ("/dev/nowhere", "pico"),
            "there is no boards/pico.py: did you mean rpi_pico? there are esp32_s3_devkitc, ",
        ),
    ],
)
def test_flash_refuses_what_it_cannot_do_with_one_message(status, arguments, told, capsys):
    assert flash.main(*arguments) == status
    printed = capsys.readouterr().err.strip()
    assert printed.startswith("flash: ") and told in printed and "\n" not in printed


def test_a_fault_that_no_chip_can_have_is_refused_before_anything_is_run(tmp_path):
    scenario = load(Path(__file__).parents[4] / "host_sim/scenarios/clock_lost.toml")
    with pytest.raises(
        ScenarioError,
        match=r"fault clock_lost at 208800000 ms: not on a chip: .* on the simulated machine",
    ):
        play(scenario, tmp_path, lambda ms: None)
    assert not list(tmp_path.iterdir())


def test_a_wrong_board_is_refused_before_anything_is_fetched(monkeypatch):
    monkeypatch.setattr(build.toolchain, "install", lambda: pytest.fail("installs"))
    with pytest.raises(ChipError, match="there is no boards"):
        build.build("nosuch")


SCRIPT = """
        *(EXCLUDE_FILE(*libgcc.a: *libm.a: *gc.c.obj *vm.c.obj *parse.c.obj) .text*)
        /* stuff we exclude above because we want it in RAM */
        *(.text*)
        . = ALIGN(4);

    .flash_end : {
"""


def test_our_image_keeps_the_hot_code_in_ram_and_the_stock_one_is_linked_as_it_comes(tmp_path):
    script = tmp_path / "ports/rp2/memmap_mp_rp2040.ld"
    script.parent.mkdir(parents=True)
    script.write_text(SCRIPT, encoding="utf-8")
    for _ in range(2):  # a script that is laid out already is the same afterwards
        code_in_ram.lay_out(tmp_path, "rp2040", stock=False)
        laid = script.read_text(encoding="utf-8")
        assert "*gc.c.obj" not in laid
        flash, _, ram, _, rest, end = [line.strip() for line in laid.splitlines() if line]
        assert flash == "*(EXCLUDE_FILE(*libgcc.a: *libm.a: *.c.o) .text*)"
        assert ram.startswith("*(.text.mp_execute_bytecode ") and ram.endswith(
            " *(EXCLUDE_FILE(*.c.o) .text*)"
        )
        assert (rest, end) == (".rest : { *(.text*) . = ALIGN(4); } > FLASH", ".flash_end : {")
    code_in_ram.lay_out(tmp_path, "rp2040", stock=True)
    assert script.read_text(encoding="utf-8") == SCRIPT


@pytest.mark.parametrize("line", ["EXCLUDE_FILE", "want it in RAM", ".flash_end"])
def test_a_linker_script_without_one_of_its_lines_is_said(tmp_path, line):
    script = tmp_path / "ports/rp2/memmap_mp_rp2350.ld"
    script.parent.mkdir(parents=True)
    script.write_text(SCRIPT.replace(line, "other"), encoding="utf-8")
    with pytest.raises(ChipError, match=r"memmap_mp_rp2350.ld: .* is not there once"):
        code_in_ram.lay_out(tmp_path, "rp2350", stock=False)


def test_each_function_is_named_once_for_the_ram():
    assert len(set(code_in_ram.IN_RAM)) == len(code_in_ram.IN_RAM)


def test_only_our_images_set_the_interpreter_otherwise(tmp_path):
    own = tmp_path / "ports/rp2/boards/RPI_PICO"
    own.mkdir(parents=True)
    (own / "mpconfigboard.h").write_text("#define THEIRS\n", encoding="utf-8")
    (own / "mpconfigboard.cmake").write_text('set(PICO_BOARD "pico")\n', encoding="utf-8")
    (own / "pins.csv").write_text("GP0,GPIO0\n", encoding="utf-8")
    assert our_interpreter.board_folder(tmp_path, "RPI_PICO", tmp_path, stock=True) == own
    ours = our_interpreter.board_folder(tmp_path, "RPI_PICO", tmp_path, stock=False)
    header = (ours / "mpconfigboard.h").read_text(encoding="utf-8")
    assert header.startswith("#define THEIRS\n") and "MICROPY_PY_THREAD (0)" in header
    assert "lookup.c" in (ours / "mpconfigboard.cmake").read_text(encoding="utf-8")
    assert (ours / "pins.csv").read_text(encoding="utf-8") == "GP0,GPIO0\n"
    before = (ours / "mpconfigboard.h").stat().st_mtime_ns
    our_interpreter.board_folder(tmp_path, "RPI_PICO", tmp_path, stock=False)
    assert (ours / "mpconfigboard.h").stat().st_mtime_ns == before
