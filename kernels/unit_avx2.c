// SPDX-License-Identifier: Apache-2.0
// A unit whose convolution looks its counts up: needs neither XOR nor popcount instructions.
//
//   activations  one nibble per byte (times 16, see below), 32 bytes per cell
//   weights      one nibble per byte: [3 rows][96 nibbles of a row's window][128 outputs]; within 32 outputs, output i
//   and
//                output 16 + i are neighbours, so that widening even and odd bytes leaves both in order
//   table        row a lists popcount(a & w) for w = 0..15
//
// A nibble of activations picks a table row, in which the weights of 32 outputs look up their counts with one shuffle:
// two operations for 128 products. Counts are at most 4, so 48 steps fit a byte before they are widened.
#include "nibble_counts.h"
#include "nibbles_x86.h"
#include "unit_tail_avx2.h"
#include "variants_x86.h"

enum {
    CELL = NIBBLES,
    RUN = 3 * CELL,  // of a window in one row
    STEPS = RUN / 2, // before widening
    GROUPS = 4,      // vectors of outputs
    OUT = ARTEM_TRUNK,
};
_Static_assert(STEPS % 2 == 0 && GROUPS == 4 && OUT == 128, "count() below");

// Rows of 16 bytes: an activation nibble times 16 is the offset of its row.
static const uint8_t table[256] __attribute__((aligned(64))) = {NIBBLE_ROWS(NIBBLE_COUNTS)};

void artem_bconv_pack_avx2(struct artem_bconv *conv)
{
    pack_nibbles(conv, 16);
}

// One step of two cells. Each vector of weights is loaded once, not as the operand of both shuffles.
#define STEP(n)                                                                                                        \
    "movzbl " n "(%[a0]), %k[i]\n\t"                                                                                   \
    "movzbl " n "(%[a1]), %k[j]\n\t"                                                                                   \
    "vbroadcasti128 (%[table],%[i]), %[t0]\n\t"                                                                        \
    "vbroadcasti128 (%[table],%[j]), %[t1]\n\t" GROUP(n, "0") GROUP(n, "1") GROUP(n, "2") GROUP(n, "3")
#define GROUP(n, g)                                                                                                    \
    "vmovdqa 128*" n "+32*" g "(%[w]), %[x]\n\t"                                                                       \
    "vpshufb %[x], %[t0], %[y]\n\t"                                                                                    \
    "vpshufb %[x], %[t1], %[x]\n\t"                                                                                    \
    "vpaddb %[y], %[p" g "], %[p" g "]\n\t"                                                                            \
    "vpaddb %[x], %[q" g "], %[q" g "]\n\t"

// STEPS steps of two cells, to bytes p and q. Written out, because compilers rename the accumulators around the loop
// and spill them, which costs a third; and two steps at a time from a line of 64 bytes on, because a loop of one step
// is up to 7 % slower where its instructions lie badly among such lines.
static inline void count(const uint8_t *a0, const uint8_t *a1, const uint8_t *weights, __m256i p[GROUPS],
                         __m256i q[GROUPS])
{
    const uint8_t *end = weights + STEPS * OUT;
    __m256i t0, t1, x, y;
    uint64_t i, j;

    __asm__(".p2align 6\n"
            "1:\n\t" STEP("0") STEP("1") //
            "add $2, %[a0]\n\t"
            "add $2, %[a1]\n\t"
            "add $256, %[w]\n\t"
            "cmp %[end], %[w]\n\t"
            "jne 1b"
            : [a0] "+r"(a0), [a1] "+r"(a1), [w] "+r"(weights), [i] "=&r"(i), [j] "=&r"(j), [t0] "=&x"(t0),
              [t1] "=&x"(t1), [x] "=&x"(x), [y] "=&x"(y), [p0] "+x"(p[0]), [p1] "+x"(p[1]), [p2] "+x"(p[2]),
              [p3] "+x"(p[3]), [q0] "+x"(q[0]), [q1] "+x"(q[1]), [q2] "+x"(q[2]), [q3] "+x"(q[3])
            : [table] "r"(table), [end] "r"(end)
            : "memory", "cc");
}

// Adds STEPS steps of two cells to sums [cell][group][even and odd bytes].
static inline void accumulate(const uint8_t *a0, const uint8_t *a1, const uint8_t *weights, __m256i sums[2][GROUPS][2])
{
    const __m256i even = _mm256_set1_epi16(255);
    __m256i counts[2][GROUPS];

    for (int g = 0; g < GROUPS; g++)
        counts[0][g] = counts[1][g] = _mm256_setzero_si256();
    count(a0, a1, weights, counts[0], counts[1]);
    for (int p = 0; p < 2; p++)
        for (int g = 0; g < GROUPS; g++) {
            sums[p][g][0] = _mm256_add_epi16(sums[p][g][0], _mm256_and_si256(counts[p][g], even));
            sums[p][g][1] = _mm256_add_epi16(sums[p][g][1], _mm256_srli_epi16(counts[p][g], 8));
        }
}

// s = 2 * sum - ones.
static inline void finish(__m256i sums[GROUPS][2], int ones, int16_t *s)
{
    const __m256i all = _mm256_set1_epi16((short)ones);

    for (int i = 0; i < 2 * GROUPS; i++) {
        const __m256i sum = sums[i / 2][i % 2];
        _mm256_store_si256((__m256i *)s + i, _mm256_sub_epi16(_mm256_add_epi16(sum, sum), all));
    }
}

static void convolve(const struct artem_bconv *conv, uint8_t (*nibbles)[(ARTEM_CHUNK + 2) * CELL], int x, int x1,
                     const int16_t *columns, int16_t *s)
{
    __m256i sums[2][GROUPS][2];

    memset(sums, 0, sizeof sums);
    for (int i = 0; i < 6; i++) {
        const uint8_t *a = nibbles[i / 2] + i % 2 * STEPS;
        accumulate(a + x * CELL, a + x1 * CELL, conv->packed + i * STEPS * OUT, sums);
    }
    finish(sums[0], ones_in_window(columns, x), s);
    finish(sums[1], ones_in_window(columns, x1), s + OUT);
}

ARTEM_UNIT_KERNEL(artem_unit_avx2)
{
    uint8_t nibbles[3][(ARTEM_CHUNK + 2) * CELL] __attribute__((aligned(32)));
    int16_t columns[ARTEM_CHUNK + 2] = {0}, s[TAIL_CELLS * OUT] __attribute__((aligned(32)));
    struct tail_sums sums = {{0}, {0}};

    for (int ky = 0; ky < 3; ky++)
        expand_nibbles(rows[ky], n + 2, nibbles[ky], columns);
    for (int first = 0; first < n; first += TAIL_CELLS) {
        const int cells = n - first < TAIL_CELLS ? n - first : TAIL_CELLS;
        for (int i = 0; i < cells; i += 2) { // an odd last cell is done twice
            const int at = first + i;
            convolve(conv, nibbles, at, i + 1 < cells ? at + 1 : at, columns, s + i * OUT);
        }
        tail_apply(s, cells, first, unit, x, bits, s1 != NULL ? &sums : NULL);
    }
    if (s1 != NULL)
        tail_flush(&sums, s1, s2);
}
