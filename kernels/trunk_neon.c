// SPDX-License-Identifier: Apache-2.0
// Around the trunk and the decoder's convolutions.
#include <arm_neon.h>
#include <stddef.h>

#include "threshold_neon.h"
#include "variants_neon.h"

void artem_sums_neon(const int16_t *s, int n, int64_t *s1, int64_t *s2)
{
    for (int c = 0; c < ARTEM_TRUNK; c += 4) {
        int64x2_t low = vld1q_s64(s2 + c), high = vld1q_s64(s2 + c + 2);
        int32x4_t sum = vdupq_n_s32(0);
        for (int i = 0; i < n; i++) {
            const int16x4_t v = vld1_s16(s + i * ARTEM_TRUNK + c);
            const int32x4_t square = vmull_s16(v, v);
            sum = vaddw_s16(sum, v);
            low = vaddw_s32(low, vget_low_s32(square));
            high = vaddw_s32(high, vget_high_s32(square));
        }
        vst1q_s64(s2 + c, low);
        vst1q_s64(s2 + c + 2, high);
        vst1q_s64(s1 + c, vaddw_s32(vld1q_s64(s1 + c), vget_low_s32(sum)));
        vst1q_s64(s1 + c + 2, vaddw_s32(vld1q_s64(s1 + c + 2), vget_high_s32(sum)));
    }
}

static inline int16x8_t scale(const int16_t *s, const int16_t *a, const int16_t *b)
{
    return vqaddq_s16(vqrdmulhq_s16(vld1q_s16(s), vld1q_s16(a)), vld1q_s16(b));
}

static inline int16x8_t round4(int16x8_t z)
{
    return vshrq_n_s16(vqaddq_s16(z, vdupq_n_s16(8)), 4);
}

// Leaky ReLU: z for z > 0, else z >> 3.
static inline int16x8_t leaky(int16x8_t z)
{
    return vmaxq_s16(z, vshrq_n_s16(z, 3));
}

void artem_encoder_output_neon(const int16_t *s, int n, const int16_t *a, const int16_t *b, const int8_t *t, int8_t *x,
                               uint8_t *bits)
{
    for (int i = 0; i < n; i++, s += ARTEM_TRUNK, x += ARTEM_TRUNK, bits += ARTEM_MAP_BYTES) {
        for (int c = 0; c < ARTEM_TRUNK; c += 8)
            vst1_s8(x + c, vqmovn_s16(round4(scale(s + c, a + c, b + c))));
        threshold(x, t, bits);
    }
}

void artem_decoder_input_neon(const int8_t *x, int n, const int16_t *gain, const int16_t *bias, uint8_t *u)
{
    for (int i = 0; i < n; i++, x += ARTEM_TRUNK, u += ARTEM_TRUNK)
        for (int c = 0; c < ARTEM_TRUNK; c += 8) {
            const int16x8_t wide = vshlq_n_s16(vmovl_s8(vld1_s8(x + c)), 8);
            const int16x8_t z = vqaddq_s16(vqrdmulhq_s16(wide, vld1q_s16(gain + c)), vld1q_s16(bias + c));
            vst1_u8(u + c, vqmovun_s16(vqaddq_s16(leaky(z), vdupq_n_s16(32))));
        }
}

void artem_requantise_neon(const int16_t *s, int n, int channels, const int16_t *mul, const int16_t *bias, uint8_t *u)
{
    for (int i = 0; i < n; i++, s += channels, u += channels)
        for (int c = 0; c < channels; c += 8) {
            const int16x8_t z = round4(leaky(scale(s + c, mul + c, bias + c)));
            vst1_u8(u + c, vqmovun_s16(vaddq_s16(z, vdupq_n_s16(32))));
        }
}

// 3 p + q of 8 channels.
static inline uint16x8_t between_rows(const uint8_t *p, const uint8_t *q)
{
    return vmlal_u8(vmovl_u8(vld1_u8(q)), vld1_u8(p), vdup_n_u8(3));
}

static inline uint8x8_t between_columns(uint16x8_t near, uint16x8_t far)
{
    return vrshrn_n_u16(vaddq_u16(vmulq_n_u16(near, 3), far), 4);
}

void artem_double_row_neon(const uint8_t *p, const uint8_t *q, int n, int channels, uint8_t *out)
{
    for (int c = 0; c < channels; c += 8) {
        uint16x8_t left = between_rows(p + c, q + c), here = between_rows(p + channels + c, q + channels + c);
        for (int x = 0; x < n; x++) {
            const int next = (x + 2) * channels + c;
            const uint16x8_t right = between_rows(p + next, q + next);
            uint8_t *at = out + (size_t)2 * (size_t)x * (size_t)channels + c;
            vst1_u8(at, between_columns(here, left));
            vst1_u8(at + channels, between_columns(here, right));
            left = here;
            here = right;
        }
    }
}
