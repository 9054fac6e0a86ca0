// SPDX-License-Identifier: Apache-2.0
#include "tiles.h"

#include "weights.h"

static uint32_t round_up(uint32_t value)
{
    return (value + 15u) & ~15u;
}

// Each 3 x 3 convolution looks one cell of its level further, each halving one cell of the level before it.
uint32_t tile_halo(uint32_t last)
{
    uint32_t radius = 0;

    for (uint32_t i = 0; i <= last && i < VGG_LAYERS; i++) {
        radius += 1u << vgg_layer_level[i];
        if (i > 0 && vgg_layer_level[i] > vgg_layer_level[i - 1])
            radius += 1u << vgg_layer_level[i - 1];
    }
    return round_up(radius);
}

void tile_axis_cut(uint32_t size, uint32_t inside, uint32_t halo, struct tile_axis *out_axis)
{
    const uint32_t part = round_up(inside), padded = size + 2 * TILE_MARGIN;
    // Windows end where the picture does: what it has beyond a multiple of 16, all of them have.
    const uint64_t window = (uint64_t)part + 2 * (uint64_t)halo + padded % 16;

    *out_axis = (struct tile_axis){padded, part, halo, padded, 1};
    if (inside == 0 || window >= padded)
        return;
    out_axis->window = (uint32_t)window;
    out_axis->count = (size + part - 1) / part;
}

struct tile_span tile_axis_span(const struct tile_axis *axis, uint32_t index)
{
    struct tile_span span = {0, TILE_MARGIN, axis->size - TILE_MARGIN};

    if (axis->count == 1)
        return span;
    span.begin += index * axis->inside;
    if (index + 1 < axis->count)
        span.end = span.begin + axis->inside;
    span.start = span.begin > axis->halo ? span.begin - axis->halo : 0;
    if (span.start > axis->size - axis->window)
        span.start = axis->size - axis->window;
    return span;
}
