// A function of a frozen module as MicroPython makes it when the module is imported, except that it
// lies in the flash, in front of its bytecode: frozen.py lays it there, frozen.c finds it.

#include "py/objfun.h"
#include "py/mpstate.h"

#define FROZEN_MODULES (160) // that have a context in frozen_contexts, four words each

typedef struct {
    mp_obj_base_t base;
    const mp_module_context_t *context;
    struct _mp_raw_code_t *const *child_table;
    const byte *bytecode;
} frozen_function_t;

#define FROZEN_CONTEXT(number) ((mp_module_context_t *)&MP_STATE_VM(frozen_contexts)[4 * (number)])

extern const char *const frozen_modules[]; // by number; NULL at the end
