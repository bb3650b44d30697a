"""Lays the functions of frozen modules into the flash: rewrites frozen_content.c, which the tool of
MicroPython has made, before it is compiled.

MicroPython makes a function's object when its module is imported, 16 bytes in the heap. Here it
stands in front of the bytecode, and settings/frozen.c hands it out. Left as they are: generators,
whose objects are of another kind and set after they are made, and the code of a module itself,
which runs once. A function with defaults gets an object in the heap as ever.
"""

import re
from pathlib import Path

from host_sim.chip.emulator.process import ChipError

BYTECODE = re.compile(
    r"// frozen bytecode for file (\S+), scope (\w+)\n"
    r"static const byte fun_data_\2\[(\d+)\] = \{\n(.*?)\n\};\n",
    re.DOTALL,
)
GENERATOR = re.compile(r"\bproto_fun_(\w+) = \{[^}]*\.is_generator = 1,")
CHILDREN = re.compile(
    r"static const mp_raw_code_t \*const children_(\w+)\[\] = \{\n(.*?)\n\};", re.DOTALL
)
CHILD_OF = re.compile(r"\.children = \(void \*\)&children_(\w+),")
MODULE = "__lt_module_gt_"  # the scope of what stands in no function
INCLUDES = '#include "py/nativeglue.h"\n'


def in_flash(content: str, header: Path) -> str:
    """The text of frozen_content.c with the functions in flash. header: the path of frozen.h.

    Raises ChipError where it is not as MicroPython 1.25 makes it.
    """
    generators = set(GENERATOR.findall(content))
    children = {name: body.count("\n") + 1 for name, body in CHILDREN.findall(content)}
    paths = sorted({match[1] for match in BYTECODE.finditer(content)})
    numbers = {path: number for number, path in enumerate(paths)}
    laid = set()

    def with_object(match: re.Match[str]) -> str:
        path, name, size, code = match.groups()
        if name in generators or name.endswith(MODULE):
            return match[0]
        laid.add(name)
        table = "NULL"
        ahead = ""
        if name in children:
            table = f"(struct _mp_raw_code_t *const *)children_{name}"
            ahead = f"static const mp_raw_code_t *const children_{name}[{children[name]}];\n"
        return (
            f"{ahead}// frozen bytecode for file {path}, scope {name}\n"
            f"static const struct {{ frozen_function_t object; byte code[{size}]; }} "
            f"fun_data_{name} = {{\n"
            f"    .object = {{ {{ &mp_type_fun_bc }}, FROZEN_CONTEXT({numbers[path]}), {table}, "
            f"fun_data_{name}.code }},\n"
            f"    .code = {{\n{code}\n    }},\n}};\n"
        )

    text = BYTECODE.sub(with_object, content)
    if not laid or content.count(INCLUDES) != 1:
        raise ChipError("frozen_content.c is not as MicroPython 1.25 makes it")
    text = re.sub(
        r"\bfun_data_(\w+)(?=\[0\]|,\n| \+ \d+,\n)",
        lambda match: match[0] + (".code" if match[1] in laid else ""),
        text,
    )
    named = "".join(f'    "{module_of(path)}",\n' for path in paths)
    modules = (
        f"const char *const frozen_modules[] = {{\n{named}    NULL,\n}};\n"
        "_Static_assert(MP_ARRAY_SIZE(frozen_modules) <= FROZEN_MODULES + 1, "
        '"raise FROZEN_MODULES");\n'
    )
    return text.replace(INCLUDES, f'{INCLUDES}#include "{header}"\n\n{modules}')


def module_of(path: str) -> str:
    """The name by which a file is imported."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
