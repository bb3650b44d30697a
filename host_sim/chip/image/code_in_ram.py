"""Which code our images keep in RAM. From flash it comes through a cache of 16 KB, which it would
share with the pump's own bytecode and with itself.

A pass goes once through most of what it needs, and a byte of code that is gone through once costs
ten cycles from flash. What stands here costs a pass more than that for each of its bytes
(`python -m host_sim.chip.measure.cycle_profile` counts it).

MicroPython 1.25's linker script names three files for this, by an extension that CMake does not
give them, so that in the stock image all code runs from flash [MP19370] (decisions 0129 and 0175).
"""

import re
from pathlib import Path

from host_sim.chip.emulator.process import ChipError

# Functions, by what a pass does with them
IN_RAM = (
    # bytecode, and the calls in it
    *("mp_execute_bytecode", "mp_setup_code_state"),
    *("fun_bc_call", "fun_builtin_0_call", "fun_builtin_1_call"),
    *("fun_builtin_2_call", "fun_builtin_var_call", "bound_meth_call", "mp_call_function_n_kw"),
    *("mp_call_method_n_kw", "mp_call_method_self_n_kw", "mp_arg_check_num_sig"),
    *("mp_cstack_check", "mp_cstack_usage", "nlr_push", "nlr_push_tail", "nlr_pop"),
    # names and attributes
    *("mp_map_lookup", "mp_map_lookup_by_hash", "qstr_hash", "qstr_compute_hash", "find_qstr"),
    *("mp_load_global", "mp_load_attr", "mp_load_method", "mp_load_method_maybe", "mp_store_attr"),
    *("mp_convert_member_lookup", "mp_obj_class_lookup", "mp_obj_instance_attr", "module_attr"),
    *("mp_obj_get_type", "type_get_iternext"),
    # the heap
    *("gc_alloc", "gc_free", "gc_realloc", "gc_mark_subtree", "gc_collect_end", "m_malloc"),
    *("m_malloc_maybe", "m_realloc", "m_free", "mp_obj_malloc_helper"),
    # numbers
    *("mp_binary_op", "mp_obj_int_binary_op", "mp_obj_is_true", "mp_obj_equal_not_equal"),
    *("mp_obj_get_int", "mp_obj_get_int_maybe", "mp_obj_int_new_mpz", "mpz_init_zero"),
    *("mpz_init_fixed_from_int", "mpz_deinit", "mpz_cmp", "mpz_mul_inpl", "mpz_divmod_inpl"),
    *("mpz_as_int_checked", "mpn_add", "mpn_sub", "mp_builtin_min_max"),
    # going through what is in a row
    *("mp_getiter", "mp_iternext_allow_raise", "polymorph_it_iternext", "list_it_iternext"),
    *("tuple_it_iternext", "array_it_iternext", "mp_obj_subscr", "mp_obj_len_maybe"),
    # time, and the encoder's bus
    *("timer_time_us_64", "time_us_64", "time_ticks_ms", "check_single_timeout_us"),
    "i2c_read_blocking_internal",
)
# What the line of the script names as it comes
AS_IT_COMES = "*gc.c.obj *vm.c.obj *parse.c.obj"
NAMES = re.compile(r"(EXCLUDE_FILE\([^)]*\*libm\.a:) [^)]*(\) \.text\*\))")
COMPILED = "*.c.o"  # all that CMake has compiled
IN_DATA = re.compile(r"(want it in RAM \*/\n\s*)[^\n]*(\n)")
END = re.compile(r"(\n)(?: +\.rest .*\n)?( +\.flash_end : \{)")


def lay_out(tree: Path, chip: str, stock: bool) -> None:
    """Have the next image linked so, or as it comes. chip: rp2040 or rp2350."""
    script = tree / f"ports/rp2/memmap_mp_{chip}.ld"
    before = script.read_text(encoding="utf-8")
    hot = " ".join(f".text.{name}" for name in IN_RAM)
    # What is compiled is left out of the code in flash at first: RAM takes its share before the
    # rest of it goes to flash. That of the C library which the script names stays in RAM.
    laid = (
        (NAMES, f" {AS_IT_COMES if stock else COMPILED}"),
        (IN_DATA, "*(.text*)" if stock else f"*({hot}) *(EXCLUDE_FILE({COMPILED}) .text*)"),
        (END, "" if stock else "    .rest : { *(.text*) . = ALIGN(4); } > FLASH\n"),
    )
    after = before
    for place, text in laid:
        after, found = place.subn(rf"\1{text}\2", after)
        if found != 1:
            raise ChipError(f"{script}: {place.pattern} is not there once")
    if after != before:
        script.write_text(after, encoding="utf-8")
