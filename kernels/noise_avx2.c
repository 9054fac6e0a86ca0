// SPDX-License-Identifier: Apache-2.0
// Noise on a plane or around the viewer, docs/arithmetic.md §4: eight cells at a time up to their places on the
// lattice, then one cell at a time, its 16 channels and the two points of a row in one vector.
#include <immintrin.h>

#include "artem_kernels/noise.h"
#include "noise_weights.h"
#include "variants_x86.h"

enum { CELLS = 8 };

static inline __m256i mix(__m256i h)
{
    h = _mm256_xor_si256(h, _mm256_srli_epi32(h, 16));
    h = _mm256_mullo_epi32(h, _mm256_set1_epi32(0x7FEB352D));
    h = _mm256_xor_si256(h, _mm256_srli_epi32(h, 15));
    h = _mm256_mullo_epi32(h, _mm256_set1_epi32((int)0x846CA68Bu));
    return _mm256_xor_si256(h, _mm256_srli_epi32(h, 16));
}

static inline __m256i choose(__m256i otherwise, __m256i value, __m256i mask)
{
    return _mm256_blendv_epi8(otherwise, value, mask);
}

// minor * 2^15 / major towards zero. Exact: a quotient that is no integer is at least 2^-31 from one, which is more
// than half a unit in the last place of a double below 2^16.
static inline __m128i divide4(__m128i minor, __m128i major)
{
    const __m256d n = _mm256_mul_pd(_mm256_cvtepi32_pd(minor), _mm256_set1_pd(NOISE_ONE));

    return _mm256_cvttpd_epi32(_mm256_div_pd(n, _mm256_cvtepi32_pd(major)));
}

// place() of noise.c for eight cells; every product fits int32.
static inline __m256i place(__m256i minor, __m256i major, __m256i density)
{
    const __m256i u = _mm256_set_m128i(divide4(_mm256_extracti128_si256(minor, 1), _mm256_extracti128_si256(major, 1)),
                                       divide4(_mm256_castsi256_si128(minor), _mm256_castsi256_si128(major)));
    const __m256i size = _mm256_abs_epi32(u);
    const __m256i v = _mm256_srli_epi32(_mm256_mullo_epi32(u, u), 15);
    __m256i f = _mm256_srli_epi32(_mm256_mullo_epi32(v, _mm256_set1_epi32(2997)), 15);
    f = _mm256_srli_epi32(_mm256_mullo_epi32(v, _mm256_sub_epi32(_mm256_set1_epi32(11950), f)), 15);
    f = _mm256_srli_epi32(_mm256_mullo_epi32(size, _mm256_sub_epi32(_mm256_set1_epi32(41721), f)), 15);
    f = _mm256_add_epi32(_mm256_sign_epi32(f, u), _mm256_set1_epi32(NOISE_ONE));
    return _mm256_srli_epi32(_mm256_mullo_epi32(f, density), 11); // times 16 / 2^15
}

// Where eight cells see the noise.
struct places {
    int32_t x[CELLS], y[CELLS], face[CELLS]; // lattice point
    int32_t wx[2][CELLS], wy[2][CELLS];      // weights of this and the next point
} __attribute__((aligned(32)));

static inline __m256i row_of(const int32_t *m, __m256i x, int y)
{
    const __m256i rest = _mm256_set1_epi32((int32_t)((uint32_t)(m[1] * y) + (uint32_t)m[2]));

    return _mm256_add_epi32(_mm256_mullo_epi32(x, _mm256_set1_epi32(m[0])), rest);
}

static inline void find_axis(__m256i p, int32_t *point, int32_t weights[2][CELLS])
{
    const __m256i f = _mm256_and_si256(p, _mm256_set1_epi32(NOISE_FRACTION - 1));

    _mm256_store_si256((__m256i *)point, _mm256_srli_epi32(p, 4));
    _mm256_store_si256((__m256i *)weights[0], _mm256_i32gather_epi32(noise_weight, f, 4));
    _mm256_store_si256((__m256i *)weights[1],
                       _mm256_i32gather_epi32(noise_weight, _mm256_sub_epi32(_mm256_set1_epi32(NOISE_FRACTION), f), 4));
}

static inline void find_places(const struct artem_noise_map *map, int x, int y, struct places *out)
{
    const __m256i columns = _mm256_add_epi32(_mm256_set1_epi32(x), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    const __m256i d0 = row_of(map->m, columns, y), d1 = row_of(map->m + 3, columns, y);
    const __m256i d2 = row_of(map->m + 6, columns, y), one = _mm256_set1_epi32(1);
    const __m256i s0 = _mm256_abs_epi32(d0), s1 = _mm256_abs_epi32(d1), s2 = _mm256_abs_epi32(d2);
    const __m256i smaller2 = _mm256_or_si256(_mm256_cmpgt_epi32(s0, s2), _mm256_cmpgt_epi32(s1, s2));
    const __m256i smaller1 = _mm256_cmpgt_epi32(s0, s1);
    // Of axes 0 and 1, then of that one and axis 2.
    const __m256i axis = choose(_mm256_set1_epi32(2), _mm256_add_epi32(one, smaller1), smaller2);
    const __m256i along = choose(d2, choose(d1, d0, smaller1), smaller2);
    const __m256i minor_p = choose(d0, choose(d2, d1, smaller1), smaller2);
    const __m256i minor_q = choose(d1, choose(d0, d2, smaller1), smaller2);
    const __m256i major = _mm256_max_epi32(_mm256_abs_epi32(along), one), density = _mm256_set1_epi32(map->density);
    const __m256i face =
        _mm256_add_epi32(_mm256_add_epi32(axis, axis), _mm256_add_epi32(one, _mm256_srli_epi32(along, 31)));

    _mm256_store_si256((__m256i *)out->face, face);
    find_axis(place(minor_p, major, density), out->x, out->wx);
    find_axis(place(minor_q, major, density), out->y, out->wy);
}

// Adds a row of two lattice points, whose channels are the bytes of `hash`, to the sums of channels 0-3, 8-11 and 4-7,
// 12-15.
static inline void add_row(__m256i hash, __m256i wx, int32_t wy, __m256i *low, __m256i *high)
{
    const __m256i bytes = _mm256_xor_si256(hash, _mm256_set1_epi8((char)0x80));
    const __m256i near = _mm256_cvtepi8_epi16(_mm256_castsi256_si128(bytes));
    const __m256i far = _mm256_cvtepi8_epi16(_mm256_extracti128_si256(bytes, 1));
    const __m256i w = _mm256_set1_epi32(wy);

    *low = _mm256_add_epi32(*low, _mm256_mullo_epi32(_mm256_madd_epi16(_mm256_unpacklo_epi16(near, far), wx), w));
    *high = _mm256_add_epi32(*high, _mm256_mullo_epi32(_mm256_madd_epi16(_mm256_unpackhi_epi16(near, far), wx), w));
}

static inline void look(const struct places *p, int i, int8_t *v)
{
    const uint32_t x = (uint32_t)p->x[i] * NOISE_X, next_x = x + NOISE_X, y = (uint32_t)p->y[i] * NOISE_Y;
    const uint32_t g = (uint32_t)p->face[i] * 4 * NOISE_GROUP;
    const __m256i groups =
        _mm256_add_epi32(_mm256_set1_epi32((int)g),
                         _mm256_setr_epi32(0, (int)NOISE_GROUP, (int)(2 * NOISE_GROUP), (int)(3 * NOISE_GROUP), 0,
                                           (int)NOISE_GROUP, (int)(2 * NOISE_GROUP), (int)(3 * NOISE_GROUP)));
    const __m256i columns =
        _mm256_xor_si256(groups, _mm256_set_m128i(_mm_set1_epi32((int)next_x), _mm_set1_epi32((int)x)));
    const __m256i wx = _mm256_set1_epi32(p->wx[0][i] | p->wx[1][i] << 16);
    __m256i low = _mm256_set1_epi32(1 << 15), high = low;

    add_row(mix(_mm256_xor_si256(columns, _mm256_set1_epi32((int)y))), wx, p->wy[0][i], &low, &high);
    add_row(mix(_mm256_xor_si256(columns, _mm256_set1_epi32((int)(y + NOISE_Y)))), wx, p->wy[1][i], &low, &high);
    const __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(low, 16), _mm256_srai_epi32(high, 16));
    _mm_storeu_si128((__m128i *)v, _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)));
}

// Two cells of a plane: the bytes of their hashes.
static inline __m256i plane(const struct artem_noise_map *map, int x, int y)
{
    const uint32_t px = ((uint32_t)map->m[2] + (uint32_t)x) * NOISE_X,
                   py = ((uint32_t)map->m[5] + (uint32_t)y) * NOISE_Y;
    const __m256i groups = _mm256_setr_epi32(0, (int)NOISE_GROUP, (int)(2 * NOISE_GROUP), (int)(3 * NOISE_GROUP), 0,
                                             (int)NOISE_GROUP, (int)(2 * NOISE_GROUP), (int)(3 * NOISE_GROUP));
    const __m256i columns = _mm256_set_m128i(_mm_set1_epi32((int)(px + NOISE_X)), _mm_set1_epi32((int)px));
    const __m256i hash = mix(_mm256_xor_si256(_mm256_xor_si256(columns, _mm256_set1_epi32((int)py)), groups));

    return _mm256_xor_si256(hash, _mm256_set1_epi8((char)0x80));
}

void artem_noise_avx2(const struct artem_noise_map *map, int x, int y, int n, int8_t *v)
{
    struct places places;

    for (int i = 0; i < n && map->density > 0; i += CELLS) {
        find_places(map, x + i, y, &places);
        for (int k = 0; k < CELLS && i + k < n; k++)
            look(&places, k, v + (i + k) * ARTEM_NOISE);
    }
    for (int i = 0; i < n && map->density == 0; i += 2) {
        const __m256i two = plane(map, x + i, y);
        _mm_storeu_si128((__m128i *)(v + i * ARTEM_NOISE), _mm256_castsi256_si128(two));
        if (i + 1 < n)
            _mm_storeu_si128((__m128i *)(v + (i + 1) * ARTEM_NOISE), _mm256_extracti128_si256(two, 1));
    }
}
