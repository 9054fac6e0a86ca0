// SPDX-License-Identifier: Apache-2.0
#include "artem_kernels/normalise.h"

#include "arith.h"

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t abs64(int64_t a)
{
    return a < 0 ? -a : a;
}

// The processor's root may be off by one where v has more than 53 bits.
static int64_t isqrt(uint64_t v)
{
    uint64_t root = (uint64_t)__builtin_sqrt((double)v);

    while (root > UINT32_MAX || root * root > v)
        root--;
    while (root < UINT32_MAX && (root + 1) * (root + 1) <= v)
        root++;
    return (int64_t)root;
}

static int64_t variance(int64_t mean, int64_t square)
{
    return max64(square - ((mean * mean) >> 16), 1);
}

void artem_moments_of_sums(const int64_t *s1, const int64_t *s2, int64_t cells, struct artem_moments *out_frame)
{
    for (int c = 0; c < ARTEM_TRUNK; c++) {
        out_frame->mean[c] = divr(256 * s1[c], cells);
        out_frame->square[c] = divr(256 * s2[c], cells);
    }
}

int64_t artem_norm_gains(const struct artem_norm *norm, const struct artem_moments *state, int16_t *out_a,
                         int16_t *out_b)
{
    const int own = norm->adapt, calibrated = 16 - norm->adapt;
    int64_t deviations = 0;

    for (int c = 0; c < ARTEM_TRUNK; c++) {
        int64_t mean = (calibrated * norm->mean[c] + own * state->mean[c]) >> 4;
        int64_t square = (calibrated * norm->square[c] + own * state->square[c]) >> 4;
        int64_t vc = variance(norm->mean[c], norm->square[c]);
        int64_t v = clamp64(variance(mean, square), max64(vc >> 4, 1), 16 * vc);
        int64_t d = max64(isqrt((uint64_t)clamp64(v, 1, (INT64_C(1) << 46) - 1) << 16), 1);
        int64_t a = clamp64(divr(norm->gain[c] * (INT64_C(1) << (26 - norm->p)), d), -32767, 32767);
        int64_t b = norm->bias[c] - ((mean * a + (INT64_C(1) << (30 - norm->p))) >> (31 - norm->p));
        out_a[c] = (int16_t)a;
        out_b[c] = (int16_t)clamp64(b, INT16_MIN, INT16_MAX);
        deviations += d;
    }
    return deviations;
}

bool artem_frame_is_blank(const struct artem_norm *norm, const struct artem_moments *frame)
{
    int64_t seen = 0, calibrated = 0;

    for (int c = 0; c < ARTEM_TRUNK; c++) {
        seen += max64(256 * frame->square[c] - frame->mean[c] * frame->mean[c], 0);
        calibrated += variance(norm->mean[c], norm->square[c]);
    }
    return 64 * seen < calibrated;
}

int artem_frame_pace(const struct artem_moments *frame, const struct artem_moments *state, int64_t deviations)
{
    int64_t moved = 0;

    for (int c = 0; c < ARTEM_TRUNK; c++)
        moved += abs64(256 * frame->mean[c] - state->mean[c]);
    return moved > deviations ? 0 : moved > deviations / 8 ? 1 : moved > deviations / 16 ? 2 : 3;
}

void artem_state_follow(struct artem_moments *state, const struct artem_moments *frame, int pace)
{
    for (int c = 0; c < ARTEM_TRUNK; c++) {
        state->mean[c] += (256 * frame->mean[c] - state->mean[c]) >> pace;
        state->square[c] += (256 * frame->square[c] - state->square[c]) >> pace;
    }
}

void artem_state_take(struct artem_moments *state, const struct artem_moments *frame)
{
    for (int c = 0; c < ARTEM_TRUNK; c++) {
        state->mean[c] = 256 * frame->mean[c];
        state->square[c] = 256 * frame->square[c];
    }
}
