// SPDX-License-Identifier: Apache-2.0
// int8 convolution for every AArch64 (no dot product instruction): one input channel of four cells at a time, times
// eight outputs.
//
//   weights  [tiles of 8 outputs][9 * in][8 outputs]
#include <arm_neon.h>

#include "reference.h"
#include "variants_neon.h"

enum { TILE = 8, CELLS = 4 };

void artem_conv8_pack_neon(struct artem_conv8 *layer)
{
    artem_conv8_pack_tiles(layer, TILE, 1);
}

static inline void add_channel(int32x4_t sums[CELLS][2], int16x8_t w, const int16x4_t u[CELLS], const int lane)
{
    for (int p = 0; p < CELLS; p++) {
        const int16_t value = lane == 0   ? vget_lane_s16(u[p], 0)
                              : lane == 1 ? vget_lane_s16(u[p], 1)
                              : lane == 2 ? vget_lane_s16(u[p], 2)
                                          : vget_lane_s16(u[p], 3);
        sums[p][0] = vmlal_n_s16(sums[p][0], vget_low_s16(w), value);
        sums[p][1] = vmlal_n_s16(sums[p][1], vget_high_s16(w), value);
    }
}

// at: the cells' offsets in bytes.
static inline void tile(const uint8_t *const rows[3], const int at[CELLS], int run, const int8_t *weights,
                        int32x4_t sums[CELLS][2])
{
    for (int ky = 0; ky < 3; ky++)
        for (int i = 0; i < run; i += 8) {
            int16x8_t u[CELLS];
            int16x4_t low[CELLS], high[CELLS];
            for (int p = 0; p < CELLS; p++) {
                u[p] = vreinterpretq_s16_u16(vmovl_u8(vld1_u8(rows[ky] + at[p] + i)));
                low[p] = vget_low_s16(u[p]);
                high[p] = vget_high_s16(u[p]);
            }
            for (int lane = 0; lane < 8; lane++, weights += TILE)
                add_channel(sums, vmovl_s8(vld1_s8(weights)), lane < 4 ? low : high, lane % 4);
        }
}

void artem_conv8_neon(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s)
{
    const int outs = ARTEM_CONV8_OUT(layer->out), run = 3 * layer->in;
    const int32x4_t round = vdupq_n_s32((1 << layer->shift) >> 1), shift = vdupq_n_s32(-layer->shift);

    for (int o = 0; o < outs; o += TILE) {
        const int32x4_t start[2] = {vaddq_s32(vld1q_s32(layer->offset + o), round),
                                    vaddq_s32(vld1q_s32(layer->offset + o + 4), round)};
        for (int x = 0; x < n; x += CELLS) {
            int32x4_t sums[CELLS][2];
            int at[CELLS];
            for (int p = 0; p < CELLS; p++) {
                at[p] = (x + p < n ? x + p : n - 1) * layer->in; // surplus cells repeat the last one
                sums[p][0] = start[0];
                sums[p][1] = start[1];
            }
            tile(rows, at, run, layer->packed + o * 3 * run, sums);
            for (int p = 0; p < CELLS && x + p < n; p++)
                vst1q_s16(s + (x + p) * outs + o, vcombine_s16(vqmovn_s32(vshlq_s32(sums[p][0], shift)),
                                                               vqmovn_s32(vshlq_s32(sums[p][1], shift))));
        }
    }
}
