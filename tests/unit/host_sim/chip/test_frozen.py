"""Functions of frozen modules are laid into the flash: what frozen_content.c becomes."""

import re
from pathlib import Path

import pytest

from host_sim.chip.emulator.process import ChipError
from host_sim.chip.image import frozen

# As mpy-tool.py of MicroPython 1.25 writes it, shortened
CONTENT = """#include "py/nativeglue.h"

// frozen bytecode for file firmware/pump.py, scope firmware_pump_Pump_step
static const byte fun_data_firmware_pump_Pump_step[3] = {
    0x52,0x58, // prelude
    0x63, // RETURN_VALUE
};
#if MICROPY_PERSISTENT_CODE_SAVE
static const mp_raw_code_truncated_t proto_fun_firmware_pump_Pump_step = {
    .is_generator = 0,
    .fun_data = fun_data_firmware_pump_Pump_step,
        .line_info = fun_data_firmware_pump_Pump_step + 6,
};
#else
#define proto_fun_firmware_pump_Pump_step fun_data_firmware_pump_Pump_step[0]
#endif

// frozen bytecode for file firmware/pump.py, scope firmware_pump_Pump
static const byte fun_data_firmware_pump_Pump[1] = {
    0x63, // RETURN_VALUE
};
static const mp_raw_code_t *const children_firmware_pump_Pump[] = {
    (const mp_raw_code_t *)&proto_fun_firmware_pump_Pump_step,
    (const mp_raw_code_t *)&proto_fun_firmware_pump_Pump_pieces,
};
static const mp_raw_code_truncated_t proto_fun_firmware_pump_Pump = {
    .is_generator = 0,
    .fun_data = fun_data_firmware_pump_Pump,
    .children = (void *)&children_firmware_pump_Pump,
};

// frozen bytecode for file boards/__init__.py, scope boards___init___pieces
static const byte fun_data_boards___init___pieces[2] = {
    0x67, // YIELD_VALUE
    0x63, // RETURN_VALUE
};
static const mp_raw_code_truncated_t proto_fun_boards___init___pieces = {
    .is_generator = 1,
    .fun_data = fun_data_boards___init___pieces,
};
"""
LAID = frozen.in_flash(CONTENT, Path("/there/frozen.h"))


def test_a_function_stands_in_front_of_its_bytecode_in_the_context_of_its_module():
    assert re.search(
        r"static const struct \{ frozen_function_t object; byte code\[3\]; \} "
        r"fun_data_firmware_pump_Pump_step = \{\s+"
        r"\.object = \{ \{ &mp_type_fun_bc \}, FROZEN_CONTEXT\(1\), NULL,\s+"
        r"fun_data_firmware_pump_Pump_step\.code \},\s+\.code = \{\s+0x52,0x58, // prelude",
        LAID,
    )


def test_a_function_with_functions_in_it_knows_them():
    ahead = LAID.index("*const children_firmware_pump_Pump[2];")
    assert ahead < LAID.index("FROZEN_CONTEXT(1), (struct _mp_raw_code_t *const *)children_firm")
    assert LAID.index("*const children_firmware_pump_Pump[] = {") > ahead


def test_whatever_names_the_bytecode_of_such_a_function_finds_it_behind_the_object():
    assert ".fun_data = fun_data_firmware_pump_Pump_step.code,\n" in LAID
    assert ".line_info = fun_data_firmware_pump_Pump_step.code + 6,\n" in LAID
    assert "Pump_step fun_data_firmware_pump_Pump_step.code[0]\n" in LAID


def test_a_generator_stays_as_it_is_made():
    begin = CONTENT.index("// frozen bytecode for file boards")
    assert LAID.endswith(CONTENT[begin:])


def test_the_modules_are_numbered_by_the_names_under_which_they_are_imported():
    listed = re.search(r"frozen_modules\[\] = \{\n(.*?)\};", LAID, re.DOTALL)[1]
    assert [line.strip() for line in listed.splitlines()] == [
        '"boards",',
        '"firmware.pump",',
        "NULL,",
    ]
    assert '#include "py/nativeglue.h"\n#include "/there/frozen.h"\n' in LAID


@pytest.mark.parametrize("gone", ["// frozen bytecode", '#include "py/nativeglue.h"'])
def test_another_form_is_refused(gone):
    with pytest.raises(ChipError, match=r"not as MicroPython 1\.25 makes it"):
        frozen.in_flash(CONTENT.replace(gone, ""), Path("/there/frozen.h"))
