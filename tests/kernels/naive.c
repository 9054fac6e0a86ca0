// SPDX-License-Identifier: Apache-2.0
#include "naive.h"

#include <stdlib.h>
#include <string.h>

int64_t naive_clamp(int64_t v, int64_t low, int64_t high)
{
    return v < low ? low : v > high ? high : v;
}

static int64_t floored(int64_t a, int64_t b)
{
    int64_t q = a / b;

    while (q * b > a)
        q--;
    return q;
}

int64_t naive_divr(int64_t a, int64_t b)
{
    return floored(2 * a + b, 2 * b);
}

static int64_t shifted(int64_t a, int n)
{
    return floored(a, INT64_C(1) << n);
}

int64_t naive_rsh(int64_t a, int n)
{
    return n == 0 ? a : shifted(a + (INT64_C(1) << (n - 1)), n);
}

int64_t naive_mulhrs(int64_t a, int64_t b)
{
    return shifted(a * b + 16384, 15);
}

static int64_t sat16(int64_t a)
{
    return naive_clamp(a, -32768, 32767);
}

int64_t naive_adds16(int64_t a, int64_t b)
{
    return sat16(a + b);
}

int64_t naive_requantise(int64_t acc, int shift, int64_t mul, int64_t bias)
{
    return naive_adds16(naive_mulhrs(sat16(naive_rsh(acc, shift)), mul), bias);
}

int64_t naive_leaky(int64_t z, int bits)
{
    return naive_clamp(naive_rsh(z > 0 ? z : shifted(z, 3), bits) + 32, 0, 255);
}

int64_t naive_unit(int64_t x, int64_t s, int64_t a, int64_t b, int64_t slope, int64_t shift)
{
    int64_t z = naive_adds16(naive_mulhrs(16 * s, a), b);
    int64_t r = z > 0 ? z : naive_mulhrs(z, slope);
    int64_t y = naive_adds16(r, shift);

    return naive_clamp(x + shifted(naive_adds16(y, 8), 4), -128, 127);
}

static uint8_t noise(int32_t x, int32_t y, uint32_t c)
{
    uint32_t h = ((uint32_t)x * 0x9E3779B1) ^ ((uint32_t)y * 0x85EBCA77) ^ ((c >> 2) * 0xC2B2AE3D);

    h = h ^ (h >> 16);
    h = h * 0x7FEB352D;
    h = h ^ (h >> 15);
    h = h * 0x846CA68B;
    h = h ^ (h >> 16);
    return (uint8_t)(h >> (8 * (c & 3)));
}

static int64_t magnitude(int64_t v)
{
    return v < 0 ? -v : v;
}

// The sign apart, so that every quotient is one of positive numbers.
static int64_t place_on_face(int64_t n, int64_t a, int64_t density)
{
    const int64_t u = magnitude(n) * 32768 / a, v = shifted(u * u, 15);
    const int64_t inner = 11950 - shifted(v * 2997, 15), outer = 41721 - shifted(v * inner, 15);
    const int64_t f = shifted(u * outer, 15);

    return shifted((32768 + (n < 0 ? -f : f)) * 16 * density, 15);
}

// What a cell sees that looks in a direction: written from the text, with none of the kernel's shortcuts.
static int64_t directional_noise(const struct artem_noise_map *map, int64_t x, int64_t y, uint32_t c)
{
    static const int64_t cosine[17] = {256, 255, 251, 245, 237, 226, 213, 198, 181, 162, 142, 121, 98, 74, 50, 25, 0};
    int64_t d[3], sum = 0;
    int k = 2;

    for (int i = 0; i < 3; i++)
        d[i] = map->m[3 * i] * x + map->m[3 * i + 1] * y + map->m[3 * i + 2];
    if (magnitude(d[1]) > magnitude(d[k]))
        k = 1;
    if (magnitude(d[0]) > magnitude(d[k]))
        k = 0;
    const int64_t major = d[k] == 0 ? 1 : magnitude(d[k]);
    const int64_t p = place_on_face(d[(k + 1) % 3], major, map->density);
    const int64_t q = place_on_face(d[(k + 2) % 3], major, map->density);
    for (int64_t j = 0; j < 2; j++)
        for (int64_t i = 0; i < 2; i++) {
            const int64_t wx = cosine[i ? 16 - p % 16 : p % 16], wy = cosine[j ? 16 - q % 16 : q % 16];
            const uint32_t face = (uint32_t)(1 + 2 * k + (d[k] < 0));
            sum += wx * wy * ((int64_t)noise((int32_t)(p / 16 + i), (int32_t)(q / 16 + j), c + 16 * face) - 128);
        }
    return naive_clamp(shifted(sum + 32768, 16), -128, 127);
}

void naive_input(const uint8_t *rgba, uint64_t stride, const struct artem_noise_map *map, int32_t x, int32_t y,
                 int64_t u[64])
{
    int64_t spread = 0;

    for (int i = 0; i < 48; i++)
        u[i] = rgba[(uint64_t)(i / 12) * stride + (uint64_t)(i / 3 % 4 * 4 + i % 3)];
    for (int i = 0; i < 48; i++)
        for (int j = i % 3; j < 48; j += 3)
            spread = u[i] - u[j] > spread ? u[i] - u[j] : spread;
    int64_t amp = spread > 32 ? 0 : 32 - spread;
    for (uint32_t c = 0; c < 16; c++) {
        const int64_t v = map->density > 0 ? directional_noise(map, x, y, c)
                                           : noise((int32_t)((uint32_t)x + (uint32_t)map->m[2]),
                                                   (int32_t)((uint32_t)y + (uint32_t)map->m[5]), c) -
                                                 128;
        u[48 + c] = 128 + shifted(v * amp, 7);
    }
}

static int64_t floor_of(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t isqrt(uint64_t v)
{
    uint64_t low = 0, high = UINT64_C(1) << 32;

    while (high - low > 1) {
        uint64_t middle = (low + high) / 2;
        if (middle * middle <= v)
            low = middle;
        else
            high = middle;
    }
    return (int64_t)low;
}

static int64_t variance(int64_t mean, int64_t square)
{
    int64_t v = square - shifted(mean * mean, 16);

    return v < 1 ? 1 : v;
}

struct naive_gain naive_gain(const struct artem_norm_params *p, int channel, int adapt, int64_t mean, int64_t square,
                             int fraction)
{
    struct naive_gain g;
    int64_t mp = shifted((16 - adapt) * p->mean[channel] + adapt * mean, 4);
    int64_t ep = shifted((16 - adapt) * p->square[channel] + adapt * square, 4);
    int64_t v = variance(mp, ep), vc = variance(p->mean[channel], p->square[channel]);
    int64_t least = shifted(vc, 4) < 1 ? 1 : shifted(vc, 4);

    v = naive_clamp(v, least, 16 * vc);
    v = v >= INT64_C(1) << 46 ? (INT64_C(1) << 46) - 1 : v;
    g.d = isqrt((uint64_t)v * 65536);
    g.d = g.d < 1 ? 1 : g.d;
    g.a = naive_clamp(naive_divr(p->gain[channel] * (INT64_C(1) << (26 - fraction)), g.d), -32767, 32767);
    g.b = sat16(p->bias[channel] - naive_rsh(mp * g.a, 31 - fraction));
    return g;
}

// ---- Tensors ----

// One picture of numbers per view.
struct tensor {
    int views, channels;
    int height[ARTEM_MAX_VIEWS], width[ARTEM_MAX_VIEWS];
    int64_t *data[ARTEM_MAX_VIEWS];
};

static void add_view(struct tensor *t, int height, int width)
{
    t->height[t->views] = height;
    t->width[t->views] = width;
    t->data[t->views++] = calloc((size_t)(height * width * t->channels), sizeof(int64_t));
}

// Of as many views as another, each `scale` times as wide and high.
static struct tensor make(const struct tensor *like, int scale, int channels)
{
    struct tensor t = {.channels = channels};

    for (int v = 0; v < like->views; v++)
        add_view(&t, scale * like->height[v], scale * like->width[v]);
    return t;
}

static void drop(struct tensor *t)
{
    for (int v = 0; v < t->views; v++)
        free(t->data[v]);
}

// Coordinates are clamped: the replicated border.
static int64_t *at(const struct tensor *t, int view, int y, int x)
{
    y = (int)naive_clamp(y, 0, t->height[view] - 1);
    x = (int)naive_clamp(x, 0, t->width[view] - 1);
    return t->data[view] + (size_t)((y * t->width[view] + x) * t->channels);
}

#define FOR_CELLS(t)                                                                                                   \
    for (int v = 0; v < (t).views; v++)                                                                                \
        for (int y = 0; y < (t).height[v]; y++)                                                                        \
            for (int x = 0; x < (t).width[v]; x++)

// So narrow that the compiler multiplies several at a time, and that no sum of a convolution leaves 32 bits.
static int16_t narrow(int64_t v)
{
    if (v < -512 || v > 511)
        abort();
    return (int16_t)v;
}

// weights[o][ky][kx][i], centre subtracted from the input.
static struct tensor convolve(const struct tensor *in, const int16_t *weights, int outs, int64_t centre)
{
    const int count = 9 * in->channels;
    int16_t *around = malloc((size_t)count * sizeof *around); // of a cell: what its weights are multiplied by
    struct tensor out = make(in, 1, outs);

    FOR_CELLS(out)
    {
        for (int tap = 0; tap < 9; tap++)
            for (int i = 0; i < in->channels; i++)
                around[tap * in->channels + i] = narrow(at(in, v, y + tap / 3 - 1, x + tap % 3 - 1)[i] - centre);
        for (int o = 0; o < outs; o++) {
            const int16_t *w = weights + (size_t)(o * count);
            int32_t acc = 0;
            for (int i = 0; i < count; i++)
                acc += w[i] * around[i];
            at(&out, v, y, x)[o] = acc;
        }
    }
    free(around);
    return out;
}

static int16_t *widen(const int8_t *weights, size_t count)
{
    int16_t *w = malloc(count * sizeof *w);

    for (size_t i = 0; i < count; i++)
        w[i] = weights[i];
    return w;
}

// ---- The network ----

struct run {
    struct naive *state;
    bool exact;
    int64_t divisor;                                                                // of what the state moves by
    int64_t mean[ARTEM_NORMS][ARTEM_CHANNELS], square[ARTEM_NORMS][ARTEM_CHANNELS]; // of the frame, 1/256
};

static void normalise(struct run *run, int layer, const struct tensor *s, struct naive_gain gains[ARTEM_CHANNELS])
{
    struct naive *n = run->state;
    const struct artem_norm_params *p = &n->style->norms[layer];
    int64_t cells = 0, vf = 0, vc = 0, moved = 0, deviations = 0;

    for (int v = 0; v < s->views; v++)
        cells += s->height[v] * s->width[v];
    for (int c = 0; c < ARTEM_CHANNELS; c++) {
        int64_t s1 = 0, s2 = 0;
        FOR_CELLS(*s)
        {
            s1 += at(s, v, y, x)[c];
            s2 += at(s, v, y, x)[c] * at(s, v, y, x)[c];
        }
        int64_t m = run->mean[layer][c] = naive_divr(256 * s1, cells);
        int64_t e = run->square[layer][c] = naive_divr(256 * s2, cells);
        vf += 256 * e - m * m > 0 ? 256 * e - m * m : 0;
        vc += variance(p->mean[c], p->square[c]);
    }
    if (layer == 0)
        n->blank = 64 * vf < vc;
    for (int c = 0; c < ARTEM_CHANNELS; c++) {
        if (run->exact && !n->blank) {
            n->mean[layer][c] = 256 * run->mean[layer][c];
            n->square[layer][c] = 256 * run->square[layer][c];
        }
        gains[c] = naive_gain(p, c, n->network->adapt, n->mean[layer][c], n->square[layer][c], layer == 0 ? 0 : 4);
        moved += llabs(256 * run->mean[layer][c] - n->mean[layer][c]);
        deviations += gains[c].d;
    }
    if (layer == 0 && !run->exact)
        n->cut = !n->blank && moved > deviations;
    if (layer == 0)
        run->divisor = moved > shifted(deviations, 3) ? 2 : moved > shifted(deviations, 4) ? 4 : 8;
}

static struct tensor encode(struct run *run, const struct tensor *input)
{
    const struct artem_network *network = run->state->network;
    struct naive_gain gains[ARTEM_CHANNELS];
    int16_t *w = widen(network->enc_weights, (size_t)ARTEM_CHANNELS * 9 * ARTEM_ENC_IN);
    struct tensor x8 = convolve(input, w, ARTEM_CHANNELS, 128);

    free(w);
    FOR_CELLS(x8)
    for (int c = 0; c < ARTEM_CHANNELS; c++)
        at(&x8, v, y, x)[c] = sat16(naive_rsh(at(&x8, v, y, x)[c], network->enc_shift));
    normalise(run, 0, &x8, gains);
    FOR_CELLS(x8)
    for (int c = 0; c < ARTEM_CHANNELS; c++) {
        int64_t z = naive_adds16(naive_mulhrs(at(&x8, v, y, x)[c], gains[c].a), gains[c].b);
        at(&x8, v, y, x)[c] = naive_clamp(naive_rsh(z, 4), -128, 127);
    }
    return x8;
}

static void run_unit(struct run *run, int k, struct tensor *x8)
{
    const struct artem_unit_params *unit = &run->state->style->units[k];
    const uint8_t *stored = run->state->network->trunk_bits + (size_t)k * ARTEM_CHANNELS * 9 * 16;
    struct naive_gain gains[ARTEM_CHANNELS];
    int16_t *w = malloc(sizeof *w * ARTEM_CHANNELS * 9 * ARTEM_CHANNELS);
    struct tensor bits = make(x8, 1, ARTEM_CHANNELS);

    for (int i = 0; i < ARTEM_CHANNELS * 9 * ARTEM_CHANNELS; i++)
        w[i] = stored[i / 8] >> i % 8 & 1 ? 1 : -1;
    FOR_CELLS(bits)
    for (int c = 0; c < ARTEM_CHANNELS; c++)
        at(&bits, v, y, x)[c] = at(x8, v, y, x)[c] > unit->threshold[c];
    struct tensor s = convolve(&bits, w, ARTEM_CHANNELS, 0);
    normalise(run, 1 + k, &s, gains);
    FOR_CELLS(s)
    for (int c = 0; c < ARTEM_CHANNELS; c++)
        at(x8, v, y, x)[c] =
            naive_unit(at(x8, v, y, x)[c], at(&s, v, y, x)[c], gains[c].a, gains[c].b, unit->slope[c], unit->shift[c]);
    drop(&bits);
    drop(&s);
    free(w);
}

static struct tensor doubled(const struct tensor *in)
{
    struct tensor out = make(in, 2, in->channels);

    FOR_CELLS(out)
    {
        int px = x / 2, qx = x % 2 ? px + 1 : px - 1, py = y / 2, qy = y % 2 ? py + 1 : py - 1;
        for (int c = 0; c < in->channels; c++)
            at(&out, v, y, x)[c] = shifted(9 * at(in, v, py, px)[c] + 3 * at(in, v, py, qx)[c] +
                                               3 * at(in, v, qy, px)[c] + at(in, v, qy, qx)[c] + 8,
                                           4);
    }
    return out;
}

// Replaces *in by the layer's requantised, activated output.
static void decode_layer(struct tensor *in, const int8_t *weights, int outs, int shift, const int16_t *mul,
                         const int16_t *bias)
{
    int16_t *w = widen(weights, (size_t)(outs * 9 * in->channels));
    struct tensor out = convolve(in, w, outs, 0);

    FOR_CELLS(out)
    for (int o = 0; o < outs; o++)
        at(&out, v, y, x)[o] = naive_requantise(at(&out, v, y, x)[o], shift, mul[o], bias[o]);
    free(w);
    drop(in);
    *in = out;
}

static void activate(struct tensor *t)
{
    FOR_CELLS(*t)
    for (int c = 0; c < t->channels; c++)
        at(t, v, y, x)[c] = naive_leaky(at(t, v, y, x)[c], 4);
}

static void decode(const struct naive *n, struct tensor t, const struct artem_engine_frame *frame)
{
    const struct artem_style *st = n->style;

    FOR_CELLS(t)
    for (int c = 0; c < ARTEM_CHANNELS; c++)
        at(&t, v, y, x)[c] =
            naive_leaky(naive_adds16(naive_mulhrs(256 * at(&t, v, y, x)[c], st->dec_gain[c]), st->dec_bias[c]), 0);
    decode_layer(&t, st->d0_weights, ARTEM_D0_OUT, st->d0_shift, st->d0_mul, st->d0_bias);
    activate(&t);
    struct tensor half = doubled(&t);
    decode_layer(&half, st->d1_weights, ARTEM_D1_OUT, st->d1_shift, st->d1_mul, st->d1_bias);
    activate(&half);
    struct tensor full = doubled(&half), merged = make(&full, 1, ARTEM_D2_IN);
    FOR_CELLS(merged)
    {
        memcpy(at(&merged, v, y, x), at(&full, v, y, x), ARTEM_D1_OUT * sizeof(int64_t));
        const struct artem_engine_view *view = &frame->view[v];
        for (int k = 0; k < 3; k++)
            at(&merged, v, y, x)[12 + k] = view->in[(size_t)y * view->in_stride + (size_t)(x * 4 + k)];
    }
    decode_layer(&merged, st->d2_weights, ARTEM_D2_OUT, st->d2_shift, st->d2_mul, st->d2_bias);
    FOR_CELLS(merged)
    {
        uint8_t *out = frame->view[v].out + (size_t)y * frame->view[v].out_stride + (size_t)x * 4;
        for (int k = 0; k < 3; k++)
            out[k] = n->network->lut[naive_clamp(shifted(at(&merged, v, y, x)[k] + 4096, 3), 0, 1023)];
        out[3] = 255;
    }
    drop(&t);
    drop(&half);
    drop(&full);
    drop(&merged);
}

void naive_restart(struct naive *naive, const struct artem_network *network, const struct artem_style *style)
{
    memset(naive, 0, sizeof *naive);
    naive->network = network;
    naive->style = style;
    for (int k = 0; k < ARTEM_NORMS; k++) {
        memcpy(naive->mean[k], style->norms[k].mean, sizeof naive->mean[k]);
        memcpy(naive->square[k], style->norms[k].square, sizeof naive->square[k]);
    }
}

void naive_frame(struct naive *naive, const struct artem_engine_frame *frame)
{
    struct run run = {.state = naive, .exact = frame->exact};
    struct tensor input = {.channels = ARTEM_ENC_IN};

    for (uint32_t v = 0; v < frame->views; v++)
        add_view(&input, (int)frame->view[v].height / 4, (int)frame->view[v].width / 4);
    naive->cut = false;
    FOR_CELLS(input)
    {
        const struct artem_engine_view *view = &frame->view[v];
        naive_input(view->in + (size_t)(4 * y) * view->in_stride + (size_t)x * 16, view->in_stride, &view->noise, x, y,
                    at(&input, v, y, x));
    }
    struct tensor x8 = encode(&run, &input);
    if (naive->cut) {
        drop(&x8);
        run.exact = true;
        x8 = encode(&run, &input);
    }
    for (int k = 0; k < ARTEM_UNITS; k++)
        run_unit(&run, k, &x8);
    for (int k = 0; k < ARTEM_NORMS && !run.exact && !naive->blank; k++)
        for (int c = 0; c < ARTEM_CHANNELS; c++) {
            naive->mean[k][c] += floor_of(256 * run.mean[k][c] - naive->mean[k][c], run.divisor);
            naive->square[k][c] += floor_of(256 * run.square[k][c] - naive->square[k][c], run.divisor);
        }
    drop(&input);
    decode(naive, x8, frame);
}
