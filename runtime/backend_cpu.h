// SPDX-License-Identifier: Apache-2.0
// Inside of the CPU backend: backend_cpu.c (life time), backend_cpu_buffers.c (memory), backend_cpu_frame.c (one
// frame).
#ifndef ARTEM_BACKEND_CPU_H
#define ARTEM_BACKEND_CPU_H

#include "artem_kernels/kernels.h"
#include "artem_kernels/normalise.h"
#include "backend.h"
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
    uint8_t *input;  // [qh][qw + 2][64]
    int8_t *stream;  // [qh][qw + 2][128]; after the last unit, the decoder's input as uint8
    uint8_t *map[2]; // [qh][qw + 2][16]: read by one unit, written for the next
    uint8_t *d0;     // [qh][qw + 2][32], where the input was
    uint8_t *d1;     // [2 qh][2 qw + 2][16], where the stream was
};

// Everything that depends on the sizes of the views. One allocation, which never becomes smaller.
struct cpu_buffers {
    struct cpu_view view[ARTEM_MAX_VIEWS];
    uint32_t rows, bands; // of all views
    int64_t cells;
    size_t size; // of `memory`
    uint8_t *memory;
};

// One layer's gains.
struct cpu_gains {
    int16_t a[ARTEM_TRUNK], b[ARTEM_TRUNK];
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
    bool frame_cut;
    double frame_milliseconds;
    struct artem_engine_stats stats;

    struct cpu_worker workers[ARTEM_THREADS_MAX];
};

// Places the frame's tensors and the rings of `count` workers; allocates if they need more than there is. On failure
// everything is left alone.
enum artem_result cpu_buffers_place(struct cpu_buffers *buffers, const struct artem_engine_frame *frame,
                                    struct cpu_worker *workers, uint32_t count);

// The state as the style's calibration has it.
void cpu_restart(struct cpu_backend *cpu);

// The job: runs backend->frame.
void cpu_run_frame(void *backend);

#endif
