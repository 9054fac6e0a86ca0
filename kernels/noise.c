// SPDX-License-Identifier: Apache-2.0
// Noise on a plane or around the viewer, docs/arithmetic.md §4.
#include "artem_kernels/noise.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "noise_weights.h"
#include "reference.h"

enum { GROUPS = ARTEM_NOISE / 4, FRACTION = NOISE_FRACTION, ONE = NOISE_ONE };

static uint32_t noise4(uint32_t x, uint32_t y, uint32_t group)
{
    uint32_t h = x * NOISE_X ^ y * NOISE_Y ^ group * NOISE_GROUP;

    h ^= h >> 16;
    h *= 0x7FEB352Du;
    h ^= h >> 15;
    h *= 0x846CA68Bu;
    h ^= h >> 16;
    return h;
}

bool artem_noise_map_valid(const struct artem_noise_map *map)
{
    if (map->density < 0 || map->density > ARTEM_NOISE_DENSITY)
        return false;
    for (int i = 0; i < 9 && map->density > 0; i++) {
        const int32_t limit = i % 3 == 2 ? ARTEM_NOISE_OFFSET : ARTEM_NOISE_SLOPE;
        if (map->m[i] < -limit || map->m[i] > limit)
            return false;
    }
    return true;
}

static void add_point(uint32_t x, uint32_t y, uint32_t face, int32_t w, int32_t sum[ARTEM_NOISE])
{
    for (uint32_t g = 0; g < GROUPS; g++) {
        const uint32_t h = noise4(x, y, face * GROUPS + g);
        for (uint32_t k = 0; k < 4; k++)
            sum[4 * g + k] += w * ((int32_t)(h >> (8 * k) & 255) - 128);
    }
}

// Where minor / major, from -1 to 1, lies on its face, in fractions of a lattice step from the face's edge. Equal steps
// are equal angles, nearly: a polynomial for 4/pi atan.
static int64_t place(int64_t minor, int64_t major, int32_t density)
{
    const int64_t u = minor * ONE / major, v = u * u / ONE;
    const int64_t f = u * (41721 - (v * (11950 - v * 2997 / ONE)) / ONE) / ONE;

    return (f + ONE) * FRACTION * density / ONE;
}

// One cell that looks in direction d.
static void look(const int32_t d[3], int32_t density, int8_t *v)
{
    const int32_t size[3] = {abs(d[0]), abs(d[1]), abs(d[2])};
    const int axis = size[2] >= size[0] && size[2] >= size[1] ? 2 : size[1] >= size[0] ? 1 : 0;
    const int64_t major = size[axis] > 0 ? size[axis] : 1;
    const uint32_t face = 1 + 2 * (uint32_t)axis + (d[axis] < 0);
    const int64_t p = place(d[(axis + 1) % 3], major, density), q = place(d[(axis + 2) % 3], major, density);
    const uint32_t x = (uint32_t)(p / FRACTION), y = (uint32_t)(q / FRACTION);
    const int fx = (int)(p % FRACTION), fy = (int)(q % FRACTION);
    const int32_t wx[2] = {noise_weight[fx], noise_weight[FRACTION - fx]},
                  wy[2] = {noise_weight[fy], noise_weight[FRACTION - fy]};
    int32_t sum[ARTEM_NOISE] = {0};

    for (uint32_t k = 0; k < 4; k++)
        if (wx[k & 1] * wy[k >> 1] > 0)
            add_point(x + (k & 1), y + (k >> 1), face, wx[k & 1] * wy[k >> 1], sum);
    for (int c = 0; c < ARTEM_NOISE; c++) {
        const int32_t s = (sum[c] + (1 << 15)) >> 16;
        v[c] = (int8_t)(s < -128 ? -128 : s > 127 ? 127 : s);
    }
}

void artem_noise_c(const struct artem_noise_map *map, int x, int y, int n, int8_t *v)
{
    const int32_t *m = map->m;

    for (int i = 0; i < n; i++, v += ARTEM_NOISE) {
        if (map->density > 0) {
            const int32_t d[3] = {m[0] * (x + i) + m[1] * y + m[2], m[3] * (x + i) + m[4] * y + m[5],
                                  m[6] * (x + i) + m[7] * y + m[8]};
            look(d, map->density, v);
            continue;
        }
        for (uint32_t g = 0; g < GROUPS; g++) {
            const uint32_t h = noise4((uint32_t)m[2] + (uint32_t)(x + i), (uint32_t)m[5] + (uint32_t)y, g);
            for (uint32_t k = 0; k < 4; k++)
                v[4 * g + k] = (int8_t)((int)(h >> (8 * k) & 255) - 128);
        }
    }
}
