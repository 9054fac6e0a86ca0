// SPDX-License-Identifier: Apache-2.0
// The binary convolution backwards by look-up; included once per vector width, which defines VEC (bytes), VECTORS and
// CELLS (what is computed at a time: vectors of outputs by cells of a row), `vec` and the functions on it.
//
//   weights  one nibble (four channels of the gradient) per byte: [groups of 128 outputs][9 taps][out / 4][128], in
//            the order of lookup_place
//   tables   of every four channels of a cell of the gradient: for each nibble of weights, the sum of the quanta
//            whose weight is +1. 16 bytes, made once for all outputs and taps
//
// One shuffle finds the sums of VEC outputs over four channels, of all planes at once: as many operations for four bits
// as for one. Eight bits are two digits of four. Sums are stored with a bias that keeps them positive, and fit a byte
// for a few steps before they are widened. Tables and the weights of one part of the outputs stay in the first cache
// while a block of cells is computed.
#include <immintrin.h>
#include <string.h>

#include "artem_kernels/kernels.h"
#include "bgrad_source.h"
#include "lookup_place.h"

enum {
    OUTPUTS = 128,        // in a group
    PART = VECTORS * VEC, // of them at a time
    ROWS = 4,
    COLUMNS = 8,          // cells of a block
    HALO_ROWS = ROWS + 2, // with those around it
    HALO_COLUMNS = COLUMNS + 2,
    NIBBLES_MAX = 16, // of the gradient's channels at a time
    TABLE = 16,       // bytes
    DIGITS = 2,       // at most
    PLANES = 4,       // of a digit, at most
    SLOTS = 9,        // pairs of a source and a tap
};

// How the quanta of so many bits are cut up.
struct digit {
    int first, planes; // planes of bits
    int bias;          // added to every entry of a table
    int factor;        // what a unit of it counts
    // What a nibble of each plane adds to a table; the bias is in the first.
    uint8_t part[PLANES][16][TABLE] __attribute__((aligned(16)));
};
struct digits {
    int count, steps; // digits; additions to a byte before it is widened: a divisor of 16
    struct digit digit[DIGITS];
};

struct block {
    uint8_t tables[DIGITS][HALO_ROWS][HALO_COLUMNS][NIBBLES_MAX][TABLE] __attribute__((aligned(64)));
    int32_t total[HALO_ROWS][HALO_COLUMNS]; // of the quanta of each cell
    struct digits digits;
    int y, x;             // of its first cell
    int rows, columns;    // cells
    int nibbles, channel; // channels of the gradient that the tables are of: 4 nibbles from `channel` on
};

static void set_digit(struct digit *d, int first, int planes, int bias, int factor, int bits)
{
    d->first = first;
    d->planes = planes;
    d->bias = bias;
    d->factor = factor;
    for (int plane = 0; plane < planes; plane++)
        for (int bit = 0; bit < 16; bit++)
            for (int w = 0; w < TABLE; w++) {
                const int count = __builtin_popcount(bit & w),
                          weight = artem_bgrad_weight(first + plane, bits) / factor;
                const int sum = bits == 1 ? 2 * count - __builtin_popcount(w) : weight * count;
                d->part[plane][bit][w] = (uint8_t)(sum + (plane == 0 ? bias : 0));
            }
}

static void set_digits(struct digits *d, int bits)
{
    d->count = bits == 8 ? 2 : 1;
    d->steps = bits <= 2 ? 16 : 4;
    if (bits == 1) // -4..4
        set_digit(&d->digit[0], 0, 1, 4, 1, bits);
    else if (bits == 2) // -8..4
        set_digit(&d->digit[0], 0, 2, 8, 1, bits);
    else if (bits == 4) // -32..28
        set_digit(&d->digit[0], 0, 4, 32, 1, bits);
    else { // 0..60 and -32..28
        set_digit(&d->digit[0], 0, 4, 0, 1, bits);
        set_digit(&d->digit[1], 4, 4, 32, 16, bits);
    }
}

// Adds the parts of `planes` planes, a constant.
static inline __attribute__((always_inline)) void make_tables(const struct digit *d, const uint8_t *first,
                                                              size_t stride, int nibbles, int planes,
                                                              uint8_t (*tables)[TABLE])
{
    for (int n = 0; n < nibbles; n += 2, first++, tables += 2)
        for (int half = 0; half < 2; half++) {
            __m128i t = _mm_setzero_si128();
            for (int plane = 0; plane < planes; plane++) {
                const int nibble = first[(size_t)plane * stride] >> 4 * half & 15;
                t = _mm_add_epi8(t, _mm_load_si128((const __m128i *)d->part[plane][nibble]));
            }
            _mm_store_si128((__m128i *)tables[half], t);
        }
}

static int32_t total_of(const uint8_t *planes, size_t stride, int nibbles, int bits)
{
    int32_t total = 0;

    for (int plane = 0; plane < bits; plane++, planes += stride) {
        int32_t ones = 0;
        for (int i = 0; i < nibbles / 8; i++) {
            uint32_t w;
            memcpy(&w, planes + (size_t)4 * i, sizeof w);
            ones += __builtin_popcount(w);
        }
        total += artem_bgrad_weight(plane, bits) * (bits == 1 ? 2 * ones - 4 * nibbles : ones);
    }
    return total;
}

static void make_tables_of_cell(const struct artem_bgrad *g, struct block *b, int i, int j)
{
    const int y = b->y + i - 1, x = b->x + j - 1;
    const bool inside = y >= 0 && x >= 0 && y < (int)g->height && x < (int)g->width;
    const size_t stride = g->out / 8;
    const uint8_t *planes =
        inside ? g->planes + ((size_t)y * g->width + (size_t)x) * (size_t)g->bits * stride + (size_t)b->channel / 8
               : NULL;

    b->total[i][j] = inside ? total_of(planes, stride, b->nibbles, g->bits) : 0;
    for (int k = 0; k < b->digits.count; k++) {
        const struct digit *d = &b->digits.digit[k];
        uint8_t(*tables)[TABLE] = b->tables[k][i][j];
        if (!inside) {
            memset(tables, d->bias, (size_t)b->nibbles * TABLE);
            continue;
        }
        const uint8_t *first = planes + (size_t)d->first * stride;
        if (d->planes == 1)
            make_tables(d, first, stride, b->nibbles, 1, tables);
        else if (d->planes == 2)
            make_tables(d, first, stride, b->nibbles, 2, tables);
        else
            make_tables(d, first, stride, b->nibbles, 4, tables);
    }
}

// What CELLS cells of one row read: places of tables, and the weights of the same slots.
struct run {
    const uint8_t *tables[SLOTS][CELLS], *weights[SLOTS];
    int32_t total[CELLS];
};

typedef vec run_sums[CELLS][VECTORS][2]; // [even and odd bytes] as uint16

// Adds one slot of one digit.
static inline void accumulate(const uint8_t *const tables[CELLS], const uint8_t *weights, int nibbles, int steps,
                              run_sums sums)
{
    const vec even = vec_set16(255);

    for (int n = 0; n < nibbles; n += steps) {
        vec sum[CELLS][VECTORS];
        for (int p = 0; p < CELLS; p++)
            for (int v = 0; v < VECTORS; v++)
                sum[p][v] = vec_zero();
        for (int s = n; s < n + steps; s++, weights += OUTPUTS) {
            vec w[VECTORS];
            for (int v = 0; v < VECTORS; v++)
                w[v] = vec_load(weights + (size_t)v * VEC);
            for (int p = 0; p < CELLS; p++) {
                const vec table = vec_table(tables[p] + (size_t)s * TABLE);
                for (int v = 0; v < VECTORS; v++)
                    sum[p][v] = vec_add8(sum[p][v], vec_shuffle(table, w[v]));
            }
        }
        for (int p = 0; p < CELLS; p++)
            for (int v = 0; v < VECTORS; v++) {
                sums[p][v][0] = vec_add16(sums[p][v][0], vec_and(sum[p][v], even));
                sums[p][v][1] = vec_add16(sums[p][v][1], vec_shift16(sum[p][v], 8));
            }
    }
}

// How a run's sums are stored.
struct store {
    int outputs;      // of each cell
    bool gains;       // they gain what is new, else they are set
    bool is_gradient; // and are then made floats
    float scale;
    size_t stride; // from cell to cell
};

static inline void run_apply(const struct block *b, const struct run *r, int cells, const struct store *store,
                             int32_t *out)
{
    // Channels that fill no sixteen steps: eight or, of 96, twice eight and eight.
    const int steps = b->digits.steps == 16 && b->nibbles % 16 != 0 ? 8 : b->digits.steps;

    for (int k = 0; k < b->digits.count; k++) {
        const struct digit *d = &b->digits.digit[k];
        const bool is_last = k == b->digits.count - 1;
        run_sums sums;
        memset(sums, 0, sizeof sums);
        for (int i = 0; i < SLOTS; i++) {
            const uint8_t *tables[CELLS];
            for (int p = 0; p < CELLS; p++)
                tables[p] = r->tables[i][p] + (size_t)k * sizeof b->tables[0];
            accumulate(tables, r->weights[i], b->nibbles, steps, sums);
        }
        for (int p = 0; p < cells; p++) {
            // 2 (sum - bias) - total, the total with the first digit
            const vec offset = vec_set32(-2 * d->factor * d->bias * SLOTS * b->nibbles - (k == 0 ? r->total[p] : 0));
            int32_t *at = out + (size_t)p * store->stride;
            for (int i = 0; i < 4 * VECTORS && i * (VEC / 4) < store->outputs; i++, at += VEC / 4) {
                vec sum = vec_widen(sums[p][i / 4][i / 2 % 2], i % 2);
                sum = vec_add32(vec_shift32(sum, d->factor == 16 ? 5 : 1), offset);
                if (store->gains || k > 0)
                    sum = vec_add32(sum, vec_load(at));
                vec_store(at, store->is_gradient && is_last ? vec_float(sum, store->scale) : sum);
            }
        }
    }
}

// Where cell `column` and those after it find their sources with a zero border: beyond it there are tables of zeros.
static void run_make_inside(const struct artem_bgrad *g, const struct block *b, int row, int column, int cells,
                            const uint8_t *weights, struct run *r)
{
    const size_t tap = (size_t)g->out / 4 * OUTPUTS;

    for (int i = 0; i < SLOTS; i++) {
        const int dy = row + 2 - i / 3, dx = column + 2 - i % 3;
        r->weights[i] = weights + (size_t)i * tap;
        for (int p = 0; p < CELLS; p++) { // surplus cells are the last one again
            const int at = dx + (p < cells ? p : cells - 1);
            r->tables[i][p] = b->tables[0][dy][at][0];
            r->total[p] += b->total[dy][at];
        }
    }
}

// The next cells of a row that use the same taps; returns how many.
static int run_make(const struct artem_bgrad *g, const struct block *b, int row, int column, const uint8_t *weights,
                    struct run *r)
{
    const int y = b->y + row, x = b->x + column, width = (int)g->width, height = (int)g->height;
    const size_t tap = (size_t)g->out / 4 * OUTPUTS;
    int cells = 1;

    if (!g->replicated || (x > 0 && x < width - 1))
        while (cells < CELLS && column + cells < b->columns && (!g->replicated || x + cells < width - 1))
            cells++;
    memset(r->total, 0, sizeof r->total);
    if (!g->replicated || (x > 0 && x + cells < width && y > 0 && y < height - 1)) {
        run_make_inside(g, b, row, column, cells, weights, r);
        return cells;
    }
    for (int i = 0; i < SLOTS; i++) {
        const struct bgrad_source sy = bgrad_source(y, height, i / 3, true), sx = bgrad_source(x, width, i % 3, true);
        const int dy = sy.at - y + 1 + row, dx = sx.at - x + 1 + column;
        r->weights[i] = weights + (size_t)(sy.tap * 3 + sx.tap) * tap;
        for (int p = 0; p < CELLS; p++) {
            const int at = dx + (p < cells ? p : cells - 1);
            r->tables[i][p] = b->tables[0][dy][at][0];
            r->total[p] += b->total[dy][at];
        }
    }
    return cells;
}

// Outputs c..c + PART - 1 of the block's cells.
static void part_apply(const struct artem_bgrad *g, const struct block *b, int c, struct store *store, int32_t *sums)
{
    const size_t group = (size_t)SLOTS * (g->out / 4) * OUTPUTS;
    const uint8_t *weights = g->packed + (size_t)c / OUTPUTS * group + (size_t)b->channel / 4 * OUTPUTS + c % OUTPUTS;
    struct run r;

    store->outputs = (int)g->in - c;
    for (int row = 0; row < b->rows; row++)
        for (int column = 0, cells; column < b->columns; column += cells) {
            cells = run_make(g, b, row, column, weights, &r);
            run_apply(b, &r, cells, store,
                      sums + ((size_t)(b->y + row) * g->width + (size_t)(b->x + column)) * g->in + c);
        }
}

static void block_apply(const struct artem_bgrad *g, struct block *b, int32_t *sums)
{
    struct store store = {.scale = g->scale, .stride = g->in};

    for (b->channel = 0; b->channel < (int)g->out; b->channel += 4 * b->nibbles) {
        const int left = ((int)g->out - b->channel) / 4;
        b->nibbles = left < NIBBLES_MAX ? left : NIBBLES_MAX;
        for (int i = 0; i < b->rows + 2; i++)
            for (int j = 0; j < b->columns + 2; j++)
                make_tables_of_cell(g, b, i, j);
        store.gains = b->channel > 0;
        store.is_gradient = g->sums == NULL && left == b->nibbles;
        for (int c = 0; c < (int)g->in; c += PART)
            part_apply(g, b, c, &store, sums);
    }
}

// Sums that are wanted as floats only are made in their place.
static void rows_apply(const struct artem_bgrad *g, uint32_t y0, uint32_t y1)
{
    int32_t *sums = g->sums != NULL ? g->sums : (int32_t *)g->gradient;
    struct block b;

    set_digits(&b.digits, g->bits);
    for (b.y = (int)y0; b.y < (int)y1; b.y += ROWS) {
        b.rows = (int)y1 - b.y < ROWS ? (int)y1 - b.y : ROWS;
        for (b.x = 0; b.x < (int)g->width; b.x += COLUMNS) {
            b.columns = (int)g->width - b.x < COLUMNS ? (int)g->width - b.x : COLUMNS;
            block_apply(g, &b, sums);
        }
    }
    if (g->gradient != NULL && g->sums != NULL)
        for (size_t i = (size_t)y0 * g->width * g->in; i < (size_t)y1 * g->width * g->in; i++)
            g->gradient[i] = (float)sums[i] * g->scale;
}

static void pack(struct artem_bgrad *g)
{
    const size_t in_bytes = g->in / 8, nibbles = g->out / 4;

    memset(g->packed, 0, ARTEM_BGRAD_PACKED(g->in, g->out));
    for (size_t o = 0; o < g->out; o++)
        for (size_t t = 0; t < SLOTS; t++)
            for (size_t c = 0; c < g->in; c++) {
                const int bit = g->weights[(o * SLOTS + t) * in_bytes + c / 8] >> c % 8 & 1;
                uint8_t *nibble = g->packed + ((c / OUTPUTS * SLOTS + t) * nibbles + o / 4) * OUTPUTS +
                                  lookup_place((int)(c % OUTPUTS), VEC / 2);
                *nibble = (uint8_t)(*nibble | bit << o % 4);
            }
}
