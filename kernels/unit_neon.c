// SPDX-License-Identifier: Apache-2.0
// One unit of the trunk with NEON's byte popcount: AND, count, add, three operations for 128 products; a byte holds the
// counts of all nine taps.
//
//   weights  [16 groups of 8 outputs][9 taps][8 outputs][16 bytes]
#include <stddef.h>

#include "threshold_neon.h"
#include "variants_neon.h"

enum { TAPS = 9, GROUP = 8, CELLS = 2, OUT = ARTEM_TRUNK };

void artem_bconv_pack_neon(struct artem_bconv *conv)
{
    for (int o = 0; o < OUT; o++)
        for (int t = 0; t < TAPS; t++) {
            const int at = (o / GROUP * TAPS + t) * GROUP + o % GROUP;
            vst1q_u8(conv->packed + at * 16, vld1q_u8(conv->weights + (o * TAPS + t) * 16));
        }
}

// The sums of eight vectors of at most 72 per byte.
static inline int16x8_t reduce(const uint8x16_t c[GROUP])
{
    uint16x8_t pairs[4];

    for (int i = 0; i < 4; i++)
        pairs[i] = vpaddlq_u8(vpaddq_u8(c[2 * i], c[2 * i + 1]));
    return vreinterpretq_s16_u16(vpaddq_u16(vpaddq_u16(pairs[0], pairs[1]), vpaddq_u16(pairs[2], pairs[3])));
}

static inline int ones_of(const uint8x16_t a[TAPS])
{
    uint8x16_t sum = vcntq_u8(a[0]);

    for (int t = 1; t < TAPS; t++)
        sum = vaddq_u8(sum, vcntq_u8(a[t]));
    return vaddlvq_u8(sum);
}

// Two cells. s = 2 * sum - ones.
static void convolve(const struct artem_bconv *conv, const uint8_t *const rows[3], const int at[CELLS],
                     int16_t s[CELLS][OUT])
{
    uint8x16_t a[CELLS][TAPS];
    int16x8_t ones[CELLS];

    for (int p = 0; p < CELLS; p++) {
        for (int t = 0; t < TAPS; t++)
            a[p][t] = vld1q_u8(rows[t / 3] + (at[p] + t % 3) * ARTEM_MAP_BYTES);
        ones[p] = vdupq_n_s16((int16_t)ones_of(a[p]));
    }
    const uint8_t *w = conv->packed;
    for (int o = 0; o < OUT; o += GROUP) {
        uint8x16_t c[CELLS][GROUP];
        for (int p = 0; p < CELLS; p++)
            for (int i = 0; i < GROUP; i++)
                c[p][i] = vdupq_n_u8(0);
        for (int t = 0; t < TAPS; t++)
            for (int i = 0; i < GROUP; i++, w += 16) {
                const uint8x16_t weights = vld1q_u8(w);
                for (int p = 0; p < CELLS; p++)
                    c[p][i] = vaddq_u8(c[p][i], vcntq_u8(vandq_u8(weights, a[p][t])));
            }
        for (int p = 0; p < CELLS; p++) {
            const int16x8_t sum = reduce(c[p]);
            vst1q_s16(s[p] + o, vsubq_s16(vaddq_s16(sum, sum), ones[p]));
        }
    }
}

// Both sums of at most ARTEM_CHUNK cells fit int32.
struct sums {
    int32_t s1[OUT], s2[OUT];
};

static inline void add_cell(const int16_t *s, struct sums *sums)
{
    for (int c = 0; c < OUT; c += 4) {
        const int16x4_t v = vld1_s16(s + c);
        vst1q_s32(sums->s1 + c, vaddw_s16(vld1q_s32(sums->s1 + c), v));
        vst1q_s32(sums->s2 + c, vmlal_s16(vld1q_s32(sums->s2 + c), v, v));
    }
}

static inline int16x8_t step(int8x8_t x, int16x8_t s, const struct artem_unit *u, int c)
{
    const int16x8_t z = vqaddq_s16(vqrdmulhq_s16(vshlq_n_s16(s, 4), vld1q_s16(u->a + c)), vld1q_s16(u->b + c));
    const int16x8_t r = vbslq_s16(vcgtzq_s16(z), z, vqrdmulhq_s16(z, vld1q_s16(u->slope + c)));
    const int16x8_t y = vqaddq_s16(vqaddq_s16(r, vld1q_s16(u->shift + c)), vdupq_n_s16(8));

    return vaddw_s8(vshrq_n_s16(y, 4), x);
}

static inline void output(const int16_t *s, const struct artem_unit *u, int8_t *x, uint8_t *bits)
{
    for (int c = 0; c < OUT; c += 16) {
        const int8x16_t old = vld1q_s8(x + c);
        const int16x8_t low = step(vget_low_s8(old), vld1q_s16(s + c), u, c);
        const int16x8_t high = step(vget_high_s8(old), vld1q_s16(s + c + 8), u, c + 8);
        vst1q_s8(x + c, vcombine_s8(vqmovn_s16(low), vqmovn_s16(high)));
    }
    if (u->next != NULL)
        threshold(x, u->next, bits);
}

void artem_unit_neon(const struct artem_bconv *conv, const uint8_t *const rows[3], int n, const struct artem_unit *unit,
                     int8_t *x, uint8_t *bits, int64_t *s1, int64_t *s2)
{
    struct sums sums = {{0}, {0}};
    int16_t s[CELLS][OUT];

    for (int i = 0; i < n; i += CELLS) {
        const int at[CELLS] = {i, i + 1 < n ? i + 1 : i}; // an odd last cell is done twice
        convolve(conv, rows, at, s);
        for (int p = 0; p < CELLS && i + p < n; p++) {
            if (s1 != NULL)
                add_cell(s[p], &sums);
            if (unit != NULL)
                output(s[p], unit, x + (size_t)(i + p) * OUT,
                       unit->next != NULL ? bits + (size_t)(i + p) * ARTEM_MAP_BYTES : NULL);
        }
    }
    for (int c = 0; c < OUT && s1 != NULL; c++) {
        s1[c] += sums.s1[c];
        s2[c] += sums.s2[c];
    }
}
