// SPDX-License-Identifier: Apache-2.0
// The decoder on the CPU, docs/arithmetic.md §5: parallel loops over rows of cells, where rows are doubled over bands
// of them.
#include <string.h>

#include "backend_cpu.h"

static void d0_row(void *user, uint32_t item, uint32_t worker)
{
    struct cpu_backend *cpu = user;
    const struct cpu_place at = cpu_find_item(cpu, item, TILE_MARGIN_D0, 1);
    const int qw = at.view->qw;
    uint8_t *out = at.view->d0 + (size_t)at.y * ((size_t)qw + 2) * ARTEM_D0_OUT;
    const uint8_t *rows[3];
    int16_t s[ARTEM_CHUNK * ARTEM_D0_OUT] __attribute__((aligned(ARTEM_ALIGN)));

    (void)worker;
    for (int x = at.x0; x < at.x1; x += ARTEM_CHUNK) {
        const int n = minimum(at.x1 - x, ARTEM_CHUNK);
        cpu_three_rows((const uint8_t *)at.view->stream, at.y, at.view->qh, ((size_t)qw + 2) * ARTEM_TRUNK,
                       (size_t)x * ARTEM_TRUNK, rows);
        cpu->kernels.conv8(&cpu->d0, rows, n, s);
        cpu->kernels.requantise(s, n, ARTEM_D0_OUT, cpu->style->d0_mul, cpu->style->d0_bias,
                                out + ((size_t)x + 1) * ARTEM_D0_OUT);
    }
    cpu_close_row(out, (size_t)qw, ARTEM_D0_OUT);
}

// A tensor of one view before it is doubled, and the columns of it that are.
struct doubling {
    const uint8_t *tensor;
    int width, height, x0, x1, channels;
};

// Row y of the doubled tensor, closed.
static void double_one(const struct artem_kernels *k, const struct doubling *d, int y, uint8_t *out)
{
    const size_t channels = (size_t)d->channels, row_bytes = ((size_t)d->width + 2) * channels;
    const int p = y >> 1, q = clamp(y % 2 == 0 ? p - 1 : p + 1, 0, d->height - 1);
    const uint8_t *near = d->tensor + (size_t)p * row_bytes, *far = d->tensor + (size_t)q * row_bytes;

    for (int x = d->x0; x < d->x1; x += ARTEM_CHUNK) {
        const size_t at = (size_t)x * channels;
        k->double_row(near + at, far + at, minimum(d->x1 - x, ARTEM_CHUNK), d->channels, out + 2 * at + channels);
    }
    cpu_close_row(out, 2 * (size_t)d->width, channels);
}

// A band's rows, each as soon as the three doubled ones that it is made of are there, in a ring.
static void each_row(struct cpu_backend *cpu, const struct cpu_place *at, const struct doubling *d, int rows_per_cell,
                     uint8_t *ring, void (*merge)(const struct cpu_place *at, int y, uint8_t *row),
                     void (*convolve)(struct cpu_backend *cpu, const struct cpu_place *at, int y,
                                      const uint8_t *const rows[3]))
{
    const int height = 2 * d->height, first = rows_per_cell * at->y, end = rows_per_cell * at->y1;
    const size_t row_bytes = (2 * (size_t)d->width + 2) * (size_t)d->channels;

    for (int y = clamp(first - 1, 0, height - 1), made = y; y < end; y++) {
        for (; made <= minimum(y + 1, height - 1); made++) {
            uint8_t *row = ring + (size_t)(made % 3) * row_bytes;
            double_one(&cpu->kernels, d, made, row);
            if (merge != NULL)
                merge(at, made, row);
        }
        if (y < first)
            continue;
        const uint8_t *rows[3];
        for (int k = 0; k < 3; k++)
            rows[k] = ring + (size_t)(clamp(y + k - 1, 0, height - 1) % 3) * row_bytes;
        convolve(cpu, at, y, rows);
    }
}

static void d1_row(struct cpu_backend *cpu, const struct cpu_place *at, int y, const uint8_t *const rows[3])
{
    const size_t width = 2 * (size_t)at->view->qw;
    const int end = 2 * at->x1;
    uint8_t *out = at->view->d1 + (size_t)y * (width + 2) * ARTEM_D2_IN;
    int16_t s[ARTEM_CHUNK * ARTEM_D2_IN] __attribute__((aligned(ARTEM_ALIGN)));

    for (int x = 2 * at->x0; x < end; x += ARTEM_CHUNK) {
        const int n = minimum(end - x, ARTEM_CHUNK);
        const size_t skip = (size_t)x * ARTEM_D0_OUT;
        const uint8_t *const from[3] = {rows[0] + skip, rows[1] + skip, rows[2] + skip};
        cpu->kernels.conv8(&cpu->d1, from, n, s);
        cpu->kernels.requantise(s, n, ARTEM_D2_IN, cpu->d1_mul, cpu->d1_bias, out + ((size_t)x + 1) * ARTEM_D2_IN);
    }
    cpu_close_row(out, width, ARTEM_D2_IN);
}

static void d1_band(void *user, uint32_t item, uint32_t worker)
{
    struct cpu_backend *cpu = user;
    const struct cpu_place at = cpu_find_item(cpu, item, TILE_MARGIN_D1, CPU_BAND);
    const struct cpu_view *view = at.view;
    const struct doubling d = {.tensor = view->d0,
                               .width = view->qw,
                               .height = view->qh,
                               .x0 = clamp(at.x0 - 1, 0, view->qw),
                               .x1 = clamp(at.x1 + 1, 0, view->qw),
                               .channels = ARTEM_D0_OUT};

    each_row(cpu, &at, &d, 2, cpu->workers[worker].ring, NULL, d1_row);
}

// d2's channels 12 to 15: the picture's colours and 0.
static void merge_picture(const struct cpu_place *at, int y, uint8_t *row)
{
    const struct artem_engine_view *p = at->picture;
    const int x0 = clamp(4 * at->x0 - 1, 0, 4 * at->view->qw), x1 = clamp(4 * at->x1 + 1, 0, 4 * at->view->qw);
    const uint8_t *rgba = p->in + (size_t)y * p->in_stride + (size_t)x0 * 4;

    for (int x = x0; x < x1; x++, rgba += 4) {
        uint8_t *colour = row + ((size_t)x + 1) * ARTEM_D2_IN + ARTEM_D1_OUT;
        memcpy(colour, rgba, 3);
        colour[3] = 0;
    }
    cpu_close_row(row, 4 * (size_t)at->view->qw, ARTEM_D2_IN);
}

static void d2_row(struct cpu_backend *cpu, const struct cpu_place *at, int y, const uint8_t *const rows[3])
{
    const struct artem_engine_view *p = at->picture;
    const int end = 4 * at->x1;
    uint8_t *out = p->out + (size_t)y * p->out_stride;
    int16_t s[ARTEM_CHUNK * ARTEM_D2_IN] __attribute__((aligned(ARTEM_ALIGN)));

    for (int x = 4 * at->x0; x < end; x += ARTEM_CHUNK) {
        const int n = minimum(end - x, ARTEM_CHUNK);
        const size_t skip = (size_t)x * ARTEM_D2_IN;
        const uint8_t *const from[3] = {rows[0] + skip, rows[1] + skip, rows[2] + skip};
        cpu->kernels.conv8(&cpu->d2, from, n, s);
        cpu->kernels.output(s, n, cpu->style->d2_mul, cpu->style->d2_bias, cpu->network->lut, out + (size_t)x * 4);
    }
}

static void d2_band(void *user, uint32_t item, uint32_t worker)
{
    struct cpu_backend *cpu = user;
    const struct cpu_place at = cpu_find_item(cpu, item, TILE_MARGIN_D2, CPU_BAND);
    const struct cpu_view *view = at.view;
    const struct doubling d = {.tensor = view->d1,
                               .width = 2 * view->qw,
                               .height = 2 * view->qh,
                               .x0 = clamp(2 * at.x0 - 1, 0, 2 * view->qw),
                               .x1 = clamp(2 * at.x1 + 1, 0, 2 * view->qw),
                               .channels = ARTEM_D2_IN};

    each_row(cpu, &at, &d, 4, cpu->workers[worker].ring, merge_picture, d2_row);
}

void cpu_decode(struct cpu_backend *cpu)
{
    artem_threadpool_for(cpu->pool, cpu_count_items(cpu, TILE_MARGIN_D0, 1), d0_row, cpu);
    artem_threadpool_for(cpu->pool, cpu_count_items(cpu, TILE_MARGIN_D1, CPU_BAND), d1_band, cpu);
    artem_threadpool_for(cpu->pool, cpu_count_items(cpu, TILE_MARGIN_D2, CPU_BAND), d2_band, cpu);
}
