// SPDX-License-Identifier: Apache-2.0
// Inside of the CPU backend: backend_cpu.c (life time), backend_cpu_buffers.c (memory), backend_cpu_rows.c and
// backend_cpu_decoder.c (layers), backend_cpu_frame.c (one frame), backend_cpu_step.c (a tile of a frame).
#ifndef ARTEM_BACKEND_CPU_H
#define ARTEM_BACKEND_CPU_H

#include "artem_kernels/kernels.h"
#include "artem_kernels/normalise.h"
#include "backend.h"
#include "norm_state.h"
#include "threadpool.h"

// Per worker: what it has summed up in the present stage, and room for three doubled rows.
struct cpu_worker {
    int64_t s1[ARTEM_TRUNK], s2[ARTEM_TRUNK];
    uint8_t *ring;
} __attribute__((aligned(ARTEM_ALIGN)));

// Rows of cells that one item of a parallel loop has where rows are doubled: each band doubles two more than it needs.
enum { CPU_BAND = 4 };

// One view of the frame: its size in cells and its tensors. Rows that a convolution or a doubling reads have one more
// cell on each side.
struct cpu_view {
    int qw, qh;
    int x0, y0, x1, y1; // what is asked for: all of it, or the inside of a tile
    uint8_t *input;     // [qh][qw + 2][64]
    int8_t *stream;     // [qh][qw + 2][128]; after the last unit, the decoder's input as uint8
    uint8_t *map[2];    // [qh][qw + 2][16]: read by one unit, written for the next
    uint8_t *d0;        // [qh][qw + 2][32], where the input was
    uint8_t *d1;        // [2 qh][2 qw + 2][16], where the stream was
};

// Everything that depends on the sizes of the views. One allocation, which never becomes smaller.
struct cpu_buffers {
    struct cpu_view view[ARTEM_MAX_VIEWS];
    uint32_t views;
    int64_t cells;
    size_t size; // of `memory`
    uint8_t *memory;
};

struct cpu_backend {
    struct artem_kernels kernels;
    struct artem_threadpool *pool;
    const struct artem_network *network;
    const struct artem_style *style;

    int8_t *weights; // the kernels' own forms of all weights, one allocation
    size_t weights_size;
    struct artem_conv8 encoder, d0, d1, d2;
    struct artem_bconv units[ARTEM_UNITS];
    int16_t d1_mul[16], d1_bias[16]; // padded to d1's row of 16 channels

    struct cpu_buffers buffers;
    struct artem_moments state[ARTEM_NORMS];
    uint32_t resolution; // that the state belongs to

    struct artem_engine_frame frame; // in flight
    struct step step;                // likewise; its tile is in `frame`
    bool frame_cut;
    double frame_milliseconds;
    struct artem_engine_stats stats;

    struct cpu_worker workers[ARTEM_THREADS_MAX];
};

// Places the frame's tensors and the rings of `count` workers; allocates if they need more than there is. On failure
// everything is left alone. All of each view is asked for.
enum artem_result cpu_buffers_place(struct cpu_buffers *buffers, const struct artem_engine_frame *frame,
                                    struct cpu_worker *workers, uint32_t count);

// ---- backend_cpu_rows.c ----

// A layer on its way: a parallel loop over rows of cells, so far around what is asked for as later layers look.
struct cpu_stage {
    struct cpu_backend *cpu;
    int margin;
    int unit;
    bool sum, apply;
    struct layer_gains gains;
} __attribute__((aligned(ARTEM_ALIGN)));

// An item of a parallel loop: a row of cells of a view, or a band of such rows of which y is the first. [x0, x1) and
// y1 are where the loop ends.
struct cpu_place {
    const struct cpu_view *view;
    const struct artem_engine_view *picture;
    int y, y1, x0, x1;
};
uint32_t cpu_count_items(const struct cpu_backend *cpu, int margin, int rows_per_item);
struct cpu_place cpu_find_item(const struct cpu_backend *cpu, uint32_t item, int margin, int rows_per_item);

static inline int minimum(int a, int b)
{
    return a < b ? a : b;
}

static inline int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

// The replicated border: a row of n cells between its two border cells.
void cpu_close_row(uint8_t *row, size_t n, size_t cell);
// Row y of one view's rows and its neighbours, from the cell left of x on.
void cpu_three_rows(const uint8_t *tensor, int y, int height, size_t row_bytes, size_t skip, const uint8_t *rows[3]);

void cpu_make_input(struct cpu_backend *cpu);
// The encoder (layer 0) or a unit; with `sum`, worker 0 has the sums afterwards.
void cpu_run_layer(struct cpu_stage *stage, int layer, bool sum, bool apply);

// ---- backend_cpu_decoder.c ----
void cpu_decode(struct cpu_backend *cpu);

// The jobs: they run backend->frame and backend->step.
void cpu_run_frame(void *backend);
void cpu_run_step(void *backend);

#endif
