// SPDX-License-Identifier: Apache-2.0
// Composite, docs/arithmetic.md §8.
#include <stdlib.h>

#include "arith.h"
#include "artem_kernels/picture.h"
#include "picture_axis.h"
#include "text_detail.h"

static uint32_t neighbour_weight(const uint8_t *o, const uint8_t *guide, uint32_t spatial)
{
    uint32_t d = (uint32_t)(abs(o[0] - guide[0]) + abs(o[1] - guide[1]) + abs(o[2] - guide[2]));
    uint32_t range = 65536 / (64 + d * d) + 1;

    return ((spatial * range) >> 8) + (spatial > 0);
}

static void upsample(const struct artem_composite *c, const struct axis_place *px, const struct axis_place *py,
                     const uint8_t *o, int32_t styled[3])
{
    const uint32_t wx[2] = {(uint32_t)(128 - px->f), (uint32_t)px->f},
                   wy[2] = {(uint32_t)(128 - py->f), (uint32_t)py->f};
    uint32_t sum[3] = {0}, total = 0;

    for (int n = 0; n < 4; n++) {
        size_t x = (size_t)(n & 1 ? px->high : px->low), y = (size_t)(n >> 1 ? py->high : py->low);
        uint32_t k = neighbour_weight(o, c->guide + y * c->guide_stride + x * 4, wx[n & 1] * wy[n >> 1]);
        const uint8_t *painted = c->styled + y * c->styled_stride + x * 4;
        for (int i = 0; i < 3; i++)
            sum[i] += k * painted[i];
        total += k;
    }
    for (int i = 0; i < 3; i++)
        styled[i] = (int32_t)((sum[i] + (total >> 1)) / total);
}

static int32_t luma(int32_t r, int32_t g, int32_t b)
{
    return (77 * r + 150 * g + 29 * b + 128) >> 8;
}

static int32_t luma_at(const struct artem_composite *c, int32_t x, int32_t y)
{
    const uint8_t *o = c->original + (size_t)axis_inside(y, c->full_height) * c->original_stride +
                       (size_t)axis_inside(x, c->full_width) * 4;

    return luma(o[0], o[1], o[2]);
}

// How much brightness goes up and down again along a line around the pixel: strokes do, edges of large things do not.
static int32_t detail_along(const struct artem_composite *c, int32_t x, int32_t y, int32_t dx, int32_t dy)
{
    const int32_t first = luma_at(c, x - TEXT_REACH * dx, y - TEXT_REACH * dy);
    int32_t last = first, ways = 0;

    for (int32_t i = 1 - TEXT_REACH; i <= TEXT_REACH; i++) {
        const int32_t next = luma_at(c, x + i * dx, y + i * dy);
        ways += abs(next - last);
        last = next;
    }
    return ways - abs(last - first);
}

static int32_t text_share(const struct artem_composite *c, int32_t x, int32_t y)
{
    const int32_t step = text_step(c->full_width, c->width);
    const int32_t across = detail_along(c, x, y, step, 0), down = detail_along(c, x, y, 0, step);
    const int32_t above = (across > down ? across : down) - TEXT_FLOOR;
    const int32_t share = above < 0 ? 0 : above * TEXT_SLOPE < 256 ? above * TEXT_SLOPE : 256;

    return (share * (int32_t)c->text + 128) >> 8;
}

void artem_composite_rows(const struct artem_composite *c, uint32_t y0, uint32_t y1)
{
    const int32_t keep = (int32_t)c->keep, strength = (int32_t)c->strength;

    for (uint32_t y = y0; y < y1; y++) {
        const struct axis_place py = axis_locate(y, c->full_height, c->height);
        const uint8_t *o = c->original + y * c->original_stride;
        uint8_t *out = c->out + y * c->out_stride;
        for (uint32_t x = 0; x < c->full_width; x++, o += 4, out += 4) {
            const struct axis_place px = axis_locate(x, c->full_width, c->width);
            int32_t s[3];
            upsample(c, &px, &py, o, s);
            const int32_t grey = luma(o[0], o[1], o[2]) - luma(s[0], s[1], s[2]);
            for (int i = 0; i < 3; i++)
                s[i] = satu8(s[i] + rsh(keep * (o[i] - s[i] - grey), 8));
            if (c->text > 0) {
                const int32_t share = text_share(c, (int32_t)x, (int32_t)y);
                const int32_t lift = rsh(share * (luma(o[0], o[1], o[2]) - luma(s[0], s[1], s[2])), 8);
                for (int i = 0; i < 3; i++)
                    s[i] = satu8(s[i] + lift);
            }
            for (int i = 0; i < 3; i++)
                out[i] = (uint8_t)(o[i] + rsh(strength * (s[i] - o[i]), 8));
            out[3] = o[3];
        }
    }
}
