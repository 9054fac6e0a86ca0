// SPDX-License-Identifier: Apache-2.0
// int8 3 x 3 convolution, docs/arithmetic.md §5.
#include <string.h>

#include "arith.h"
#include "reference.h"

void artem_conv8_pack_c(struct artem_conv8 *layer)
{
    for (int o = 0; o < layer->out; o++) {
        int32_t sum = 0;
        for (int i = 0; i < 9 * layer->in; i++)
            sum += layer->weights[o * 9 * layer->in + i];
        layer->offset[o] = -layer->centre * sum;
    }
}

void artem_conv8_c(const struct artem_conv8 *layer, const uint8_t *const rows[3], int n, int16_t *s)
{
    const int run = 3 * layer->in; // bytes of a window in one row, and of the weights for them

    for (int x = 0; x < n; x++)
        for (int o = 0; o < ARTEM_CONV8_OUT(layer->out); o++, s++) {
            int32_t acc = 0;
            if (o < layer->out) {
                const int8_t *w = layer->weights + o * 3 * run;
                for (int ky = 0; ky < 3; ky++, w += run)
                    for (int i = 0; i < run; i++)
                        acc += w[i] * rows[ky][x * layer->in + i];
                acc += layer->offset[o];
            }
            *s = sat16(rsh(acc, layer->shift));
        }
}

void artem_conv8_pack_tiles(struct artem_conv8 *layer, int tile, int step)
{
    const int window = 9 * layer->in;

    memset(layer->packed, 0, (size_t)ARTEM_CONV8_PACKED(layer->in, layer->out));
    memset(layer->offset, 0, sizeof layer->offset);
    for (int o = 0; o < layer->out; o++)
        for (int i = 0; i < window; i++) {
            const int8_t w = layer->weights[o * window + i];
            layer->packed[(o / tile * (window / step) + i / step) * tile * step + o % tile * step + i % step] = w;
            layer->offset[o] -= layer->centre * w;
        }
}
