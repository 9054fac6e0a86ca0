// SPDX-License-Identifier: Apache-2.0
// One frame on the CPU: stages of docs/arithmetic.md §4-§7, each a parallel loop over rows of cells.
#include "backend_cpu.h"

#include <string.h>
#include <time.h>

// A stage that may gather sums, apply gains, or do both.
struct stage {
    struct cpu_backend *cpu;
    int unit;
    bool sum, apply;
    int pace; // at which the statistics follow this frame
    struct cpu_gains gains;
} __attribute__((aligned(ARTEM_ALIGN)));

static int minimum(int a, int b)
{
    return a < b ? a : b;
}

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

// The replicated border: a row of n cells between its two border cells.
static void close_row(uint8_t *row, size_t n, size_t cell)
{
    memcpy(row, row + cell, cell);
    memcpy(row + (n + 1) * cell, row + n * cell, cell);
}

// Row y of one view's rows and its neighbours, from the border cell on.
static void three_rows(const uint8_t *tensor, int y, int height, size_t row_bytes, const uint8_t *rows[3])
{
    for (int k = 0; k < 3; k++)
        rows[k] = tensor + (size_t)clamp(y + k - 1, 0, height - 1) * row_bytes;
}

static void advance(const uint8_t *rows[3], int bytes)
{
    for (int k = 0; k < 3; k++)
        rows[k] += bytes;
}

// An item of a parallel loop: a row of cells of a view, or a band of such rows of which y is the first.
struct place {
    const struct cpu_view *view;
    const struct artem_engine_view *picture;
    int y;
};

static struct place find_item(const struct cpu_backend *cpu, uint32_t item, int rows_per_item)
{
    const struct cpu_view *view = cpu->buffers.view;
    int left = (int)item;

    for (int items; left >= (items = (view->qh + rows_per_item - 1) / rows_per_item); view++)
        left -= items;
    return (struct place){view, &cpu->frame.view[view - cpu->buffers.view], left * rows_per_item};
}

// The stream's first cell inside.
static int8_t *stream_row(const struct place *at)
{
    return at->view->stream + ((size_t)at->y * ((size_t)at->view->qw + 2) + 1) * ARTEM_TRUNK;
}

static void prepare_row(void *user, uint32_t item, uint32_t worker)
{
    struct cpu_backend *cpu = user;
    const struct place at = find_item(cpu, item, 1);
    const struct artem_engine_view *p = at.picture;
    const int qw = at.view->qw;
    const uint8_t *rgba = p->in + (size_t)at.y * 4 * p->in_stride;
    uint8_t *row = at.view->input + (size_t)at.y * ((size_t)qw + 2) * ARTEM_ENC;
    int8_t noise[ARTEM_CHUNK * ARTEM_NOISE];

    (void)worker;
    for (int x = 0; x < qw; x += ARTEM_CHUNK) {
        const int n = minimum(qw - x, ARTEM_CHUNK);
        cpu->kernels.noise(&p->noise, x, at.y, n, noise);
        cpu->kernels.encoder_input(rgba + (size_t)x * 16, p->in_stride, n, noise, row + ((size_t)x + 1) * ARTEM_ENC);
    }
    close_row(row, (size_t)qw, ARTEM_ENC);
}

static void encode_row(void *user, uint32_t item, uint32_t worker)
{
    const struct stage *stage = user;
    struct cpu_backend *cpu = stage->cpu;
    const struct artem_kernels *k = &cpu->kernels;
    const struct place at = find_item(cpu, item, 1);
    const int qw = at.view->qw;
    const size_t row_bytes = ((size_t)qw + 2) * ARTEM_ENC;
    struct cpu_worker *own = &cpu->workers[worker];
    int8_t *x8 = stream_row(&at);
    uint8_t *map = at.view->map[0] + (size_t)at.y * ((size_t)qw + 2) * ARTEM_MAP_BYTES;
    const uint8_t *rows[3];
    int16_t s[ARTEM_CHUNK * ARTEM_TRUNK] __attribute__((aligned(ARTEM_ALIGN)));

    three_rows(at.view->input, at.y, at.view->qh, row_bytes, rows);
    for (int x = 0; x < qw; x += ARTEM_CHUNK, advance(rows, ARTEM_CHUNK * ARTEM_ENC)) {
        const int n = minimum(qw - x, ARTEM_CHUNK);
        k->conv8(&cpu->encoder, rows, n, s);
        if (stage->sum)
            k->sums(s, n, own->s1, own->s2);
        if (stage->apply)
            k->encoder_output(s, n, stage->gains.a, stage->gains.b, cpu->style->units[0].threshold,
                              x8 + (size_t)x * ARTEM_TRUNK, map + ((size_t)x + 1) * ARTEM_MAP_BYTES);
    }
    if (stage->apply)
        close_row(map, (size_t)qw, ARTEM_MAP_BYTES);
}

static void unit_row(void *user, uint32_t item, uint32_t worker)
{
    const struct stage *stage = user;
    struct cpu_backend *cpu = stage->cpu;
    const struct artem_kernels *k = &cpu->kernels;
    const struct artem_unit_params *unit = &cpu->style->units[stage->unit];
    const int8_t *next = stage->unit + 1 < ARTEM_UNITS ? unit[1].threshold : NULL;
    const struct artem_unit apply = {stage->gains.a, stage->gains.b, unit->slope, unit->shift, next};
    const struct place at = find_item(cpu, item, 1);
    const int qw = at.view->qw;
    const size_t row_bytes = ((size_t)qw + 2) * ARTEM_MAP_BYTES;
    struct cpu_worker *own = &cpu->workers[worker];
    int8_t *x8 = stream_row(&at);
    uint8_t *map = at.view->map[(stage->unit + 1) % 2] + (size_t)at.y * row_bytes;
    const uint8_t *rows[3];

    three_rows(at.view->map[stage->unit % 2], at.y, at.view->qh, row_bytes, rows);
    for (int x = 0; x < qw; x += ARTEM_CHUNK, advance(rows, ARTEM_CHUNK * ARTEM_MAP_BYTES)) {
        const int n = minimum(qw - x, ARTEM_CHUNK);
        k->unit(&cpu->units[stage->unit], rows, n, stage->apply ? &apply : NULL, x8 + (size_t)x * ARTEM_TRUNK,
                map + ((size_t)x + 1) * ARTEM_MAP_BYTES, stage->sum ? own->s1 : NULL, stage->sum ? own->s2 : NULL);
        if (stage->apply && next == NULL)
            k->decoder_input(x8 + (size_t)x * ARTEM_TRUNK, n, cpu->style->dec_gain, cpu->style->dec_bias,
                             (uint8_t *)x8 + (size_t)x * ARTEM_TRUNK);
    }
    if (stage->apply && next != NULL)
        close_row(map, (size_t)qw, ARTEM_MAP_BYTES);
    else if (stage->apply)
        close_row((uint8_t *)x8 - ARTEM_TRUNK, (size_t)qw, ARTEM_TRUNK);
}

static void d0_row(void *user, uint32_t item, uint32_t worker)
{
    struct cpu_backend *cpu = user;
    const struct place at = find_item(cpu, item, 1);
    const int qw = at.view->qw;
    uint8_t *out = at.view->d0 + (size_t)at.y * ((size_t)qw + 2) * ARTEM_D0_OUT;
    const uint8_t *rows[3];
    int16_t s[ARTEM_CHUNK * ARTEM_D0_OUT] __attribute__((aligned(ARTEM_ALIGN)));

    (void)worker;
    three_rows((const uint8_t *)at.view->stream, at.y, at.view->qh, ((size_t)qw + 2) * ARTEM_TRUNK, rows);
    for (int x = 0; x < qw; x += ARTEM_CHUNK, advance(rows, ARTEM_CHUNK * ARTEM_TRUNK)) {
        const int n = minimum(qw - x, ARTEM_CHUNK);
        cpu->kernels.conv8(&cpu->d0, rows, n, s);
        cpu->kernels.requantise(s, n, ARTEM_D0_OUT, cpu->style->d0_mul, cpu->style->d0_bias,
                                out + ((size_t)x + 1) * ARTEM_D0_OUT);
    }
    close_row(out, (size_t)qw, ARTEM_D0_OUT);
}

// Row y of the doubled tensor of one view, closed; `height` and `n` are those before doubling.
static void double_one(const struct artem_kernels *k, const uint8_t *tensor, int y, int height, int n, int channels,
                       uint8_t *out)
{
    const size_t row_bytes = ((size_t)n + 2) * (size_t)channels;
    const int p = y >> 1, q = clamp(y % 2 == 0 ? p - 1 : p + 1, 0, height - 1);
    const uint8_t *near = tensor + (size_t)p * row_bytes, *far = tensor + (size_t)q * row_bytes;

    for (int x = 0; x < n; x += ARTEM_CHUNK) {
        const size_t at = (size_t)x * (size_t)channels;
        k->double_row(near + at, far + at, minimum(n - x, ARTEM_CHUNK), channels, out + 2 * at + (size_t)channels);
    }
    close_row(out, 2 * (size_t)n, (size_t)channels);
}

static void d1_band(void *user, uint32_t item, uint32_t worker)
{
    struct cpu_backend *cpu = user;
    const struct place at = find_item(cpu, item, CPU_BAND);
    const int qw = at.view->qw, qh = at.view->qh, width = 2 * qw, height = 2 * qh;
    const int first = 2 * at.y, end = minimum(first + CPU_BAND * 2, height);
    const size_t row_bytes = ((size_t)width + 2) * ARTEM_D0_OUT;
    const size_t out_bytes = ((size_t)width + 2) * ARTEM_D2_IN;
    uint8_t *ring = cpu->workers[worker].ring;
    int16_t s[ARTEM_CHUNK * ARTEM_D2_IN] __attribute__((aligned(ARTEM_ALIGN)));

    for (int y = clamp(first - 1, 0, height - 1), made = y; y < end; y++) {
        for (; made <= minimum(y + 1, height - 1); made++)
            double_one(&cpu->kernels, at.view->d0, made, qh, qw, ARTEM_D0_OUT, ring + (size_t)(made % 3) * row_bytes);
        if (y < first)
            continue;
        const uint8_t *rows[3];
        uint8_t *out = at.view->d1 + (size_t)y * out_bytes;
        for (int k = 0; k < 3; k++)
            rows[k] = ring + (size_t)(clamp(y + k - 1, 0, height - 1) % 3) * row_bytes;
        for (int x = 0; x < width; x += ARTEM_CHUNK, advance(rows, ARTEM_CHUNK * ARTEM_D0_OUT)) {
            const int n = minimum(width - x, ARTEM_CHUNK);
            cpu->kernels.conv8(&cpu->d1, rows, n, s);
            cpu->kernels.requantise(s, n, ARTEM_D2_IN, cpu->d1_mul, cpu->d1_bias, out + ((size_t)x + 1) * ARTEM_D2_IN);
        }
        close_row(out, (size_t)width, ARTEM_D2_IN);
    }
}

// d2's channels 12 to 15: the picture's colours and 0.
static void merge_picture(const uint8_t *rgba, int n, uint8_t *row)
{
    for (int x = 0; x < n; x++, rgba += 4) {
        uint8_t *colour = row + ((size_t)x + 1) * ARTEM_D2_IN + ARTEM_D1_OUT;
        memcpy(colour, rgba, 3);
        colour[3] = 0;
    }
    close_row(row, (size_t)n, ARTEM_D2_IN);
}

static void d2_band(void *user, uint32_t item, uint32_t worker)
{
    struct cpu_backend *cpu = user;
    const struct place at = find_item(cpu, item, CPU_BAND);
    const struct artem_engine_view *p = at.picture;
    const int half_w = 2 * at.view->qw, half_h = 2 * at.view->qh, width = 2 * half_w, height = 2 * half_h;
    const int first = 4 * at.y, end = minimum(first + CPU_BAND * 4, height);
    const size_t row_bytes = ((size_t)width + 2) * ARTEM_D2_IN;
    uint8_t *ring = cpu->workers[worker].ring;
    int16_t s[ARTEM_CHUNK * ARTEM_D2_IN] __attribute__((aligned(ARTEM_ALIGN)));

    for (int y = clamp(first - 1, 0, height - 1), made = y; y < end; y++) {
        for (; made <= minimum(y + 1, height - 1); made++) {
            uint8_t *row = ring + (size_t)(made % 3) * row_bytes;
            double_one(&cpu->kernels, at.view->d1, made, half_h, half_w, ARTEM_D2_IN, row);
            merge_picture(p->in + (size_t)made * p->in_stride, width, row);
        }
        if (y < first)
            continue;
        const uint8_t *rows[3];
        uint8_t *out = p->out + (size_t)y * p->out_stride;
        for (int k = 0; k < 3; k++)
            rows[k] = ring + (size_t)(clamp(y + k - 1, 0, height - 1) % 3) * row_bytes;
        for (int x = 0; x < width; x += ARTEM_CHUNK, advance(rows, ARTEM_CHUNK * ARTEM_D2_IN)) {
            const int n = minimum(width - x, ARTEM_CHUNK);
            cpu->kernels.conv8(&cpu->d2, rows, n, s);
            cpu->kernels.output(s, n, cpu->style->d2_mul, cpu->style->d2_bias, cpu->network->lut, out + (size_t)x * 4);
        }
    }
}

// ---- Normalisation ----

static struct artem_norm norm_of(const struct cpu_backend *cpu, int layer)
{
    const struct artem_norm_params *p = &cpu->style->norms[layer];

    return (struct artem_norm){p->gain, p->bias, p->mean, p->square, cpu->network->adapt, layer == 0 ? 0 : 4};
}

void cpu_restart(struct cpu_backend *cpu)
{
    for (int layer = 0; layer < ARTEM_NORMS; layer++) {
        memcpy(cpu->state[layer].mean, cpu->style->norms[layer].mean, sizeof cpu->state[layer].mean);
        memcpy(cpu->state[layer].square, cpu->style->norms[layer].square, sizeof cpu->state[layer].square);
    }
}

// Runs the encoder (layer 0) or a unit; the frame's moments are set if the stage sums.
static void run_layer(struct stage *stage, int layer, bool sum, bool apply, struct artem_moments *out_frame)
{
    struct cpu_backend *cpu = stage->cpu;
    const uint32_t threads = artem_threadpool_size(cpu->pool);

    stage->unit = layer - 1;
    stage->sum = sum;
    stage->apply = apply;
    for (uint32_t i = 0; i < threads && sum; i++) {
        memset(cpu->workers[i].s1, 0, sizeof cpu->workers[i].s1);
        memset(cpu->workers[i].s2, 0, sizeof cpu->workers[i].s2);
    }
    artem_threadpool_for(cpu->pool, cpu->buffers.rows, layer == 0 ? encode_row : unit_row, stage);
    if (!sum)
        return;
    for (uint32_t i = 1; i < threads; i++)
        for (int c = 0; c < ARTEM_TRUNK; c++) {
            cpu->workers[0].s1[c] += cpu->workers[i].s1[c];
            cpu->workers[0].s2[c] += cpu->workers[i].s2[c];
        }
    artem_moments_of_sums(cpu->workers[0].s1, cpu->workers[0].s2, cpu->buffers.cells, out_frame);
}

// One normalised layer once it is known whether the frame is exact and blank.
static void run_normalised(struct stage *stage, int layer, bool exact, bool blank)
{
    const struct artem_norm norm = norm_of(stage->cpu, layer);
    struct artem_moments *state = &stage->cpu->state[layer], frame;

    if (exact && !blank) {
        run_layer(stage, layer, true, false, &frame);
        artem_state_take(state, &frame);
    }
    artem_norm_gains(&norm, state, stage->gains.a, stage->gains.b);
    run_layer(stage, layer, !exact && !blank, true, &frame);
    if (!exact && !blank)
        artem_state_follow(state, &frame, stage->pace);
}

// The encoder decides for the whole frame.
static void run_encoder(struct stage *stage, bool *exact, bool *blank)
{
    struct cpu_backend *cpu = stage->cpu;
    const struct artem_norm norm = norm_of(cpu, 0);
    struct artem_moments *state = &cpu->state[0], frame;
    int64_t deviations = artem_norm_gains(&norm, state, stage->gains.a, stage->gains.b);

    run_layer(stage, 0, true, !*exact, &frame);
    *blank = artem_frame_is_blank(&norm, &frame);
    stage->pace = artem_frame_pace(&frame, state, deviations);
    cpu->frame_cut = !*exact && !*blank && stage->pace == 0;
    *exact = *exact || cpu->frame_cut;
    if (!*exact && !*blank)
        artem_state_follow(state, &frame, stage->pace);
    if (!*exact)
        return;
    if (!*blank)
        artem_state_take(state, &frame);
    artem_norm_gains(&norm, state, stage->gains.a, stage->gains.b);
    run_layer(stage, 0, false, true, NULL);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

void cpu_run_frame(void *backend)
{
    struct cpu_backend *cpu = backend;
    struct stage stage = {.cpu = cpu};
    const double start = now_ms();
    const uint32_t rows = cpu->buffers.rows, bands = cpu->buffers.bands;
    bool exact = cpu->frame.exact, blank = false;

    artem_threadpool_for(cpu->pool, rows, prepare_row, cpu);
    run_encoder(&stage, &exact, &blank);
    for (int layer = 1; layer < ARTEM_NORMS; layer++)
        run_normalised(&stage, layer, exact, blank);
    artem_threadpool_for(cpu->pool, rows, d0_row, cpu);
    artem_threadpool_for(cpu->pool, bands, d1_band, cpu);
    artem_threadpool_for(cpu->pool, bands, d2_band, cpu);
    cpu->frame_milliseconds = now_ms() - start;
}
