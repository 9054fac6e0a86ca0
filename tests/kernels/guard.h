// SPDX-License-Identifier: Apache-2.0
// Memory whose end meets a page that cannot be touched, with known bytes before its beginning and in the gap that
// alignment leaves at its end.
#ifndef ARTEM_TEST_GUARD_H
#define ARTEM_TEST_GUARD_H

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { GUARD_PAGE = 4096, GUARD_BYTE = 0xA7, GUARD_BEFORE = 256 };

struct guard {
    uint8_t *map, *data;
    size_t mapped, size;
};

static inline struct guard guard_alloc(size_t size, size_t alignment)
{
    struct guard g = {.size = size};
    size_t usable = (size + alignment + GUARD_BEFORE + GUARD_PAGE - 1) / GUARD_PAGE * GUARD_PAGE;

    g.mapped = usable + GUARD_PAGE;
    g.map = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(g.map + usable, GUARD_PAGE, PROT_NONE);
    memset(g.map, GUARD_BYTE, usable);
    g.data = g.map + (usable - size) / alignment * alignment; // the map is aligned to a page
    return g;
}

// Frees; false if a byte around the memory has changed.
static inline int guard_free(struct guard *g)
{
    int intact = 1;

    for (uint8_t *p = g->map; p < g->map + g->mapped - GUARD_PAGE; p++)
        if ((p < g->data || p >= g->data + g->size) && *p != GUARD_BYTE)
            intact = 0;
    munmap(g->map, g->mapped);
    return intact;
}

#endif
