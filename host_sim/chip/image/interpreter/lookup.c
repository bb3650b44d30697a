// Every name that bytecode uses is looked up in tables: a third of a pass, by MicroPython's own
// means. It remembers one place a name for all tables, of 64 names; a name that is not there it
// hashes and divides for, and the RP2040 divides slowly. Most names are looked for in vain at
// first: a method is an attribute of the object, of its class, or of that one's base.
//
// This one remembers a place for a name in a table, and goes through a small table from end to end.
// It finds the same slot. All else is left to MicroPython's own (py/map.c), which settings.h gives
// another name.

#include "py/obj.h"

#define PLACES (2048)
#define SMALL (24) // slots that are gone through sooner than hashed

static uint8_t places[PLACES]; // where a name was last time: a guess, the key is compared

mp_map_elem_t *mp_map_lookup_by_hash(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind);

mp_map_elem_t *mp_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind) {
    if (kind == MP_MAP_LOOKUP_REMOVE_IF_FOUND) {
        return mp_map_lookup_by_hash(map, index, kind);
    }
    uint8_t *place = &places[(((uintptr_t)index >> 3) + ((uintptr_t)map >> 2)) % PLACES];
    mp_map_elem_t *table = map->table;
    size_t alloc = map->alloc;
    size_t at = *place;
    if (at < alloc && table[at].key == index) {
        return &table[at];
    }
    if (alloc <= SMALL && map->all_keys_are_qstrs && mp_obj_is_qstr(index)) {
        // Interned names are the same where they are equal.
        for (mp_map_elem_t *slot = table, *end = table + alloc; slot < end; ++slot) {
            if (slot->key == index) {
                *place = slot - table;
                return slot;
            }
        }
        if (kind == MP_MAP_LOOKUP) {
            return NULL;
        }
    }
    mp_map_elem_t *slot = mp_map_lookup_by_hash(map, index, kind);
    if (slot != NULL) {
        size_t found = slot - map->table;
        *place = found < 256 ? found : 0;
    }
    return slot;
}
