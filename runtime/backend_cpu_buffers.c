// SPDX-License-Identifier: Apache-2.0
#include "backend_cpu.h"

#include <stdlib.h>

// Places one tensor; with memory NULL only the sizes are added up.
static void *place(struct cpu_buffers *b, size_t bytes)
{
    uint8_t *at = b->memory != NULL ? b->memory + b->size : NULL;

    b->size += (bytes + ARTEM_ALIGN - 1) / ARTEM_ALIGN * ARTEM_ALIGN;
    return at;
}

static void place_all(struct cpu_buffers *b, struct cpu_worker *workers, uint32_t count)
{
    const size_t qw = b->width / 4, rows = (size_t)b->views * (b->height / 4);

    b->size = 0;
    b->input = place(b, rows * (qw + 2) * ARTEM_ENC);
    b->stream = place(b, rows * qw * ARTEM_TRUNK);
    b->map[0] = place(b, rows * (qw + 2) * ARTEM_MAP_BYTES);
    b->map[1] = place(b, rows * (qw + 2) * ARTEM_MAP_BYTES);
    b->decoder = place(b, rows * (qw + 2) * ARTEM_TRUNK);
    b->d0 = place(b, rows * (qw + 2) * ARTEM_D0_OUT);
    b->d1 = place(b, 2 * rows * (2 * qw + 2) * ARTEM_D2_IN);
    for (uint32_t i = 0; i < count; i++) {
        // d1 reads rows of (2 qw + 2) · 32 bytes, d2 rows of (4 qw + 2) · 16: fewer.
        uint8_t *ring = place(b, 3 * (2 * qw + 2) * ARTEM_D0_OUT);
        if (ring != NULL)
            workers[i].ring = ring;
    }
}

enum artem_result cpu_buffers_resize(struct cpu_buffers *buffers, const struct artem_engine_frame *frame,
                                     struct cpu_worker *workers, uint32_t count)
{
    struct cpu_buffers b = {.width = frame->width, .height = frame->height, .views = frame->views};

    place_all(&b, workers, count);
    b.memory = aligned_alloc(ARTEM_ALIGN, b.size);
    if (b.memory == NULL)
        return ARTEM_ERROR_MEMORY;
    place_all(&b, workers, count);
    free(buffers->memory);
    *buffers = b;
    return ARTEM_OK;
}
