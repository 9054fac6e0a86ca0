// SPDX-License-Identifier: Apache-2.0
#include "backend_cpu.h"

#include <stdlib.h>

// Hands out memory piece by piece; without memory the sizes are added up only.
struct space {
    uint8_t *memory;
    size_t used;
};

static void *place(struct space *space, size_t bytes)
{
    uint8_t *at = space->memory != NULL ? space->memory + space->used : NULL;

    space->used += (bytes + ARTEM_ALIGN - 1) / ARTEM_ALIGN * ARTEM_ALIGN;
    return at;
}

// d1 has 4 · 16 bytes per cell.
_Static_assert((int)ARTEM_D0_OUT <= (int)ARTEM_ENC && 4 * ARTEM_D2_IN <= (int)ARTEM_TRUNK, "shared memory");

static void place_view(struct space *space, struct cpu_view *view, const struct artem_engine_view *picture)
{
    const size_t qw = picture->width / 4, qh = picture->height / 4;

    view->qw = view->x1 = (int)qw;
    view->qh = view->y1 = (int)qh;
    view->x0 = view->y0 = 0;
    view->input = place(space, qh * (qw + 2) * ARTEM_ENC);
    view->stream = place(space, qh * (qw + 2) * ARTEM_TRUNK);
    view->map[0] = place(space, qh * (qw + 2) * ARTEM_MAP_BYTES);
    view->map[1] = place(space, qh * (qw + 2) * ARTEM_MAP_BYTES);
    // Where nobody looks any more: d0 follows the encoder's input, d1 the trunk's output.
    view->d0 = view->input;
    view->d1 = (uint8_t *)view->stream;
}

static void place_views(struct space *space, struct cpu_buffers *b, const struct artem_engine_frame *frame)
{
    b->views = frame->views;
    b->cells = 0;
    for (uint32_t v = 0; v < frame->views; v++) {
        place_view(space, &b->view[v], &frame->view[v]);
        b->cells += (int64_t)b->view[v].qh * b->view[v].qw;
    }
}

// Three doubled rows: d1 reads rows of (2 qw + 2) · 32 bytes, d2 rows of (4 qw + 2) · 16, which are fewer.
static size_t ring_bytes(const struct artem_engine_frame *frame)
{
    uint32_t width = 0;

    for (uint32_t v = 0; v < frame->views; v++)
        width = frame->view[v].width > width ? frame->view[v].width : width;
    return 3 * ((size_t)width / 2 + 2) * ARTEM_D0_OUT;
}

enum artem_result cpu_buffers_place(struct cpu_buffers *buffers, const struct artem_engine_frame *frame,
                                    struct cpu_worker *workers, uint32_t count)
{
    const size_t ring = ring_bytes(frame);
    struct cpu_buffers b = *buffers;
    struct space space = {NULL, 0};

    place_views(&space, &b, frame);
    for (uint32_t i = 0; i < count; i++)
        place(&space, ring);
    if (space.used > b.size) {
        b.size = space.used;
        b.memory = aligned_alloc(ARTEM_ALIGN, b.size);
        if (b.memory == NULL)
            return ARTEM_ERROR_MEMORY;
        free(buffers->memory);
    }
    space = (struct space){b.memory, 0};
    place_views(&space, &b, frame);
    for (uint32_t i = 0; i < count; i++)
        workers[i].ring = place(&space, ring);
    *buffers = b;
    return ARTEM_OK;
}
