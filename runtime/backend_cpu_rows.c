// SPDX-License-Identifier: Apache-2.0
// Layers at a quarter of the style resolution on the CPU, docs/arithmetic.md §4-§6: parallel loops over rows of cells.
#include <string.h>

#include "backend_cpu.h"

void cpu_close_row(uint8_t *row, size_t n, size_t cell)
{
    memcpy(row, row + cell, cell);
    memcpy(row + (n + 1) * cell, row + n * cell, cell);
}

void cpu_three_rows(const uint8_t *tensor, int y, int height, size_t row_bytes, size_t skip, const uint8_t *rows[3])
{
    for (int k = 0; k < 3; k++)
        rows[k] = tensor + (size_t)clamp(y + k - 1, 0, height - 1) * row_bytes + skip;
}

// Rows that a loop has in a view.
static int first_row(const struct cpu_view *view, int margin)
{
    return clamp(view->y0 - margin, 0, view->qh);
}

static int end_row(const struct cpu_view *view, int margin)
{
    return clamp(view->y1 + margin, 0, view->qh);
}

static int count_of(const struct cpu_view *view, int margin, int rows_per_item)
{
    return (end_row(view, margin) - first_row(view, margin) + rows_per_item - 1) / rows_per_item;
}

uint32_t cpu_count_items(const struct cpu_backend *cpu, int margin, int rows_per_item)
{
    uint32_t items = 0;

    for (uint32_t v = 0; v < cpu->buffers.views; v++)
        items += (uint32_t)count_of(&cpu->buffers.view[v], margin, rows_per_item);
    return items;
}

struct cpu_place cpu_find_item(const struct cpu_backend *cpu, uint32_t item, int margin, int rows_per_item)
{
    const struct cpu_view *view = cpu->buffers.view;
    int left = (int)item;

    for (int items; left >= (items = count_of(view, margin, rows_per_item)); view++)
        left -= items;
    const int y = first_row(view, margin) + left * rows_per_item;
    return (struct cpu_place){.view = view,
                              .picture = &cpu->frame.view[view - cpu->buffers.view],
                              .y = y,
                              .y1 = minimum(y + rows_per_item, end_row(view, margin)),
                              .x0 = clamp(view->x0 - margin, 0, view->qw),
                              .x1 = clamp(view->x1 + margin, 0, view->qw)};
}

// ---- Encoder and units: a row is done in runs of cells, of which those inside are summed up ----

typedef void run_cells(const struct cpu_stage *stage, const struct cpu_place *at, int x, int n,
                       struct cpu_worker *sums);

static void in_chunks(const struct cpu_stage *stage, const struct cpu_place *at, int x0, int x1,
                      struct cpu_worker *sums, run_cells *run)
{
    for (int x = x0; x < x1; x += ARTEM_CHUNK)
        run(stage, at, x, minimum(x1 - x, ARTEM_CHUNK), sums);
}

static void run_row(const struct cpu_stage *stage, const struct cpu_place *at, struct cpu_worker *worker,
                    run_cells *run)
{
    const struct cpu_view *view = at->view;

    if (!stage->sum || at->y < view->y0 || at->y >= view->y1) {
        in_chunks(stage, at, at->x0, at->x1, NULL, run);
        return;
    }
    in_chunks(stage, at, at->x0, view->x0, NULL, run);
    in_chunks(stage, at, view->x0, view->x1, worker, run);
    in_chunks(stage, at, view->x1, at->x1, NULL, run);
}

// The stream's first cell inside the border.
static int8_t *stream_row(const struct cpu_place *at)
{
    return at->view->stream + ((size_t)at->y * ((size_t)at->view->qw + 2) + 1) * ARTEM_TRUNK;
}

static void input_row(void *user, uint32_t item, uint32_t worker)
{
    struct cpu_backend *cpu = user;
    const struct cpu_place at = cpu_find_item(cpu, item, TILE_HALO, 1);
    const struct artem_engine_view *p = at.picture;
    const int qw = at.view->qw;
    const uint8_t *rgba = p->in + (size_t)at.y * 4 * p->in_stride;
    uint8_t *row = at.view->input + (size_t)at.y * ((size_t)qw + 2) * ARTEM_ENC;
    int8_t noise[ARTEM_CHUNK * ARTEM_NOISE];

    (void)worker;
    for (int x = at.x0; x < at.x1; x += ARTEM_CHUNK) {
        const int n = minimum(at.x1 - x, ARTEM_CHUNK);
        cpu->kernels.noise(&p->noise, x, at.y, n, noise);
        cpu->kernels.encoder_input(rgba + (size_t)x * 16, p->in_stride, n, noise, row + ((size_t)x + 1) * ARTEM_ENC);
    }
    cpu_close_row(row, (size_t)qw, ARTEM_ENC);
}

static void encode_cells(const struct cpu_stage *stage, const struct cpu_place *at, int x, int n,
                         struct cpu_worker *sums)
{
    struct cpu_backend *cpu = stage->cpu;
    const size_t cells = (size_t)at->view->qw + 2;
    uint8_t *map = at->view->map[0] + (size_t)at->y * cells * ARTEM_MAP_BYTES;
    const uint8_t *rows[3];
    int16_t s[ARTEM_CHUNK * ARTEM_TRUNK] __attribute__((aligned(ARTEM_ALIGN)));

    cpu_three_rows(at->view->input, at->y, at->view->qh, cells * ARTEM_ENC, (size_t)x * ARTEM_ENC, rows);
    cpu->kernels.conv8(&cpu->encoder, rows, n, s);
    if (sums != NULL)
        cpu->kernels.sums(s, n, sums->s1, sums->s2);
    if (stage->apply)
        cpu->kernels.encoder_output(s, n, stage->gains.a, stage->gains.b, cpu->style->units[0].threshold,
                                    stream_row(at) + (size_t)x * ARTEM_TRUNK, map + ((size_t)x + 1) * ARTEM_MAP_BYTES);
}

static void encode_row(void *user, uint32_t item, uint32_t worker)
{
    const struct cpu_stage *stage = user;
    struct cpu_backend *cpu = stage->cpu;
    const struct cpu_place at = cpu_find_item(cpu, item, stage->margin, 1);
    const size_t qw = (size_t)at.view->qw;

    run_row(stage, &at, &cpu->workers[worker], encode_cells);
    if (stage->apply)
        cpu_close_row(at.view->map[0] + (size_t)at.y * (qw + 2) * ARTEM_MAP_BYTES, qw, ARTEM_MAP_BYTES);
}

static uint8_t *next_map(const struct cpu_stage *stage, const struct cpu_place *at)
{
    return at->view->map[(stage->unit + 1) % 2] + (size_t)at->y * ((size_t)at->view->qw + 2) * ARTEM_MAP_BYTES;
}

static void unit_cells(const struct cpu_stage *stage, const struct cpu_place *at, int x, int n, struct cpu_worker *sums)
{
    struct cpu_backend *cpu = stage->cpu;
    const struct artem_unit_params *unit = &cpu->style->units[stage->unit];
    const int8_t *next = stage->unit + 1 < ARTEM_UNITS ? unit[1].threshold : NULL;
    const struct artem_unit apply = {stage->gains.a, stage->gains.b, unit->slope, unit->shift, next};
    int8_t *x8 = stream_row(at) + (size_t)x * ARTEM_TRUNK;
    const uint8_t *rows[3];

    cpu_three_rows(at->view->map[stage->unit % 2], at->y, at->view->qh, ((size_t)at->view->qw + 2) * ARTEM_MAP_BYTES,
                   (size_t)x * ARTEM_MAP_BYTES, rows);
    cpu->kernels.unit(&cpu->units[stage->unit], rows, n, stage->apply ? &apply : NULL, x8,
                      next_map(stage, at) + ((size_t)x + 1) * ARTEM_MAP_BYTES, sums != NULL ? sums->s1 : NULL,
                      sums != NULL ? sums->s2 : NULL);
    if (stage->apply && next == NULL)
        cpu->kernels.decoder_input(x8, n, cpu->style->dec_gain, cpu->style->dec_bias, (uint8_t *)x8);
}

static void unit_row(void *user, uint32_t item, uint32_t worker)
{
    const struct cpu_stage *stage = user;
    struct cpu_backend *cpu = stage->cpu;
    const struct cpu_place at = cpu_find_item(cpu, item, stage->margin, 1);
    const size_t qw = (size_t)at.view->qw;

    run_row(stage, &at, &cpu->workers[worker], unit_cells);
    if (stage->apply && stage->unit + 1 < ARTEM_UNITS)
        cpu_close_row(next_map(stage, &at), qw, ARTEM_MAP_BYTES);
    else if (stage->apply)
        cpu_close_row((uint8_t *)stream_row(&at) - ARTEM_TRUNK, qw, ARTEM_TRUNK);
}

void cpu_make_input(struct cpu_backend *cpu)
{
    artem_threadpool_for(cpu->pool, cpu_count_items(cpu, TILE_HALO, 1), input_row, cpu);
}

void cpu_run_layer(struct cpu_stage *stage, int layer, bool sum, bool apply)
{
    struct cpu_backend *cpu = stage->cpu;
    const uint32_t threads = artem_threadpool_size(cpu->pool);
    struct cpu_worker *all = &cpu->workers[0];

    stage->unit = layer - 1;
    stage->sum = sum;
    stage->apply = apply;
    stage->margin = apply ? tile_margin((uint32_t)layer) : 0;
    for (uint32_t i = 0; i < threads && sum; i++) {
        memset(cpu->workers[i].s1, 0, sizeof cpu->workers[i].s1);
        memset(cpu->workers[i].s2, 0, sizeof cpu->workers[i].s2);
    }
    artem_threadpool_for(cpu->pool, cpu_count_items(cpu, stage->margin, 1), layer == 0 ? encode_row : unit_row, stage);
    for (uint32_t i = 1; i < threads && sum; i++)
        for (int c = 0; c < ARTEM_TRUNK; c++) {
            all->s1[c] += cpu->workers[i].s1[c];
            all->s2[c] += cpu->workers[i].s2[c];
        }
}
