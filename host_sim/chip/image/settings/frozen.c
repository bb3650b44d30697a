// Functions of frozen modules stay in the flash. MicroPython makes an object of 16 bytes in the heap
// for each function of a module that is imported: its bytecode, and the context of the module, which
// is in the heap as well. Here the context of a frozen module has a place that is known when the
// image is linked, and so the object can be in the image.
//
// The linker hands us the calls of two functions of MicroPython (--wrap in settings.cmake).

#include <string.h>

#include "py/obj.h"

#include "frozen.h"

// Among what the collector looks through: a context points to the names of its module.
MP_REGISTER_ROOT_POINTER(void *frozen_contexts[4 * 160]);

_Static_assert(sizeof(mp_module_context_t) == 4 * sizeof(void *), "a context is four words");
_Static_assert(sizeof(frozen_function_t) == sizeof(mp_obj_fun_bc_t), "a function is four words");
_Static_assert(offsetof(frozen_function_t, bytecode) == offsetof(mp_obj_fun_bc_t, bytecode),
    "a function is as MicroPython has it");
_Static_assert(sizeof(MP_STATE_VM(frozen_contexts)) == FROZEN_MODULES * sizeof(mp_module_context_t),
    "each module has its context");

mp_obj_t __real_mp_obj_new_module(qstr name);
mp_obj_t __real_mp_obj_new_fun_bc(const mp_obj_t *def_args, const byte *code,
    const mp_module_context_t *context, struct _mp_raw_code_t *const *child_table);

// The context in which a module of this name is to be, NULL if it is none of ours.
static mp_module_context_t *context_of(qstr name) {
    const char *text = qstr_str(name);
    for (size_t i = 0; frozen_modules[i] != NULL; ++i) {
        if (strcmp(text, frozen_modules[i]) == 0) {
            return FROZEN_CONTEXT(i);
        }
    }
    return NULL;
}

mp_obj_t __wrap_mp_obj_new_module(qstr name) {
    mp_obj_t made = __real_mp_obj_new_module(name);
    mp_module_context_t *context = context_of(name);
    // One that is imported a second time, after a soft reset, has the first one's functions no more.
    if (context == NULL || context->module.base.type != NULL) {
        return made;
    }
    *context = *(mp_module_context_t *)MP_OBJ_TO_PTR(made);
    mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP)
        ->value = MP_OBJ_FROM_PTR(context);
    return MP_OBJ_FROM_PTR(context);
}

mp_obj_t __wrap_mp_obj_new_fun_bc(const mp_obj_t *def_args, const byte *code,
    const mp_module_context_t *context, struct _mp_raw_code_t *const *child_table) {
    // Bytecode that was loaded into the heap has a block of it before; that of a function which
    // frozen.py has left as it was has some other constant.
    const frozen_function_t *frozen = (const frozen_function_t *)code - 1;
    if (def_args == NULL && (uintptr_t)code % sizeof(void *) == 0 && frozen->bytecode == code
        && frozen->context == context && frozen->child_table == child_table) {
        return MP_OBJ_FROM_PTR(frozen);
    }
    return __real_mp_obj_new_fun_bc(def_args, code, context, child_table);
}
