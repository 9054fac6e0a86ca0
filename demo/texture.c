// SPDX-License-Identifier: Apache-2.0
#include "texture.h"
#include "noise.h"

#include <math.h>
#include <string.h>

#include "artem/font.h"

static const float pi = 3.14159265f;

float texture_srgb_to_linear(float v)
{
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

float texture_linear_to_srgb(float v)
{
    v = v < 0 ? 0 : v > 1 ? 1 : v;
    return v <= 0.0031308f ? v * 12.92f : 1.055f * powf(v, 1 / 2.4f) - 0.055f;
}

size_t texture_level_offset(uint32_t level)
{
    size_t offset = 0;
    for (uint32_t i = 0; i < level; i++)
        offset += (size_t)(TEXTURE_SIZE >> i) * (TEXTURE_SIZE >> i) * 4;
    return offset;
}

size_t texture_bytes(void)
{
    return texture_level_offset(TEXTURE_LEVELS);
}

// Smooth noise from 0 to 1 with PERIOD cells across the tile, x and y in cells.
static float value_noise(float x, float y, uint32_t period, uint32_t seed)
{
    uint32_t x0 = (uint32_t)x, y0 = (uint32_t)y;
    float fx = x - (float)x0, fy = y - (float)y0, corner[4];
    for (uint32_t i = 0; i < 4; i++)
        corner[i] = (float)(noise_hash((x0 + (i & 1)) % period, (y0 + (i >> 1)) % period, seed) >> 8) / 16777216.0f;
    fx = fx * fx * (3 - 2 * fx);
    fy = fy * fy * (3 - 2 * fy);
    corner[0] += (corner[1] - corner[0]) * fx;
    corner[2] += (corner[3] - corner[2]) * fx;
    return corner[0] + (corner[2] - corner[0]) * fy;
}

// Five octaves, u and v from 0 to 1, CELLS cells of the first octave across the tile.
static float fractal_noise(float u, float v, uint32_t cells, uint32_t seed)
{
    float sum = 0, weight = 0.5f;
    for (uint32_t i = 0; i < 5; i++, weight /= 2, cells *= 2)
        sum += weight * value_noise(u * (float)cells, v * (float)cells, cells, seed + i);
    return sum / 0.96875f;
}

static float brick(float u, float v, uint32_t seed, float *shade)
{
    float row = floorf(v * 8), x = u * 4 + (fmodf(row, 2) >= 1 ? 0.5f : 0), y = v * 8 - row;
    uint32_t column = (uint32_t)x % 4;
    x -= floorf(x);
    *shade = (float)(noise_hash(column, (uint32_t)row, seed) & 255) / 255.0f * 0.3f +
             0.3f * fractal_noise(u, v, 16, seed + 7) + 0.55f;
    return x < 0.04f || x > 0.96f || y < 0.08f || y > 0.92f ? 1 : 0;
}

static float wood(float u, float v, uint32_t seed)
{
    uint32_t plank = (uint32_t)(v * 4);
    float y = v * 4 - (float)plank, tone = (float)(noise_hash(plank, 3, seed) & 255) / 255.0f;
    float grain = value_noise(u * 8, v * 64, 64, seed + plank) * 0.6f + fractal_noise(u, v, 32, seed + 9) * 0.4f;
    float start = (float)(noise_hash(plank, 4, seed) & 255) / 256.0f;
    float along = fabsf(u - start);
    if (y < 0.02f || y > 0.98f || along < 0.003f)
        return 1;
    return 0.15f + 0.3f * tone + 0.45f * grain;
}

// Whether the texel belongs to a letter.
static bool text_at(const struct scene_material *m, uint32_t x, uint32_t y)
{
    uint32_t longest = 1, across, down, line, column, left, top;
    for (uint32_t i = 0; i < m->line_count; i++)
        longest = (uint32_t)strlen(m->lines[i]) > longest ? (uint32_t)strlen(m->lines[i]) : longest;
    across = TEXTURE_SIZE / (6 * (longest + 2));
    down = TEXTURE_SIZE / (9 * (m->line_count + 1));
    left = (TEXTURE_SIZE - across * 6 * longest) / 2;
    top = (TEXTURE_SIZE - down * 9 * m->line_count) / 2;
    if (x < left || y < top || across == 0 || down == 0)
        return false;
    column = (x - left) / (6 * across);
    line = (y - top) / (9 * down);
    if (line >= m->line_count || column >= strlen(m->lines[line]))
        return false;
    return font_pixel(m->lines[line][column], (int)((x - left) / across % 6), (int)((y - top) / down % 9) - 1);
}

// The mix of the two colours, 0 to 1; *SHADE multiplies the first colour's part.
static float pattern(const struct scene_material *m, uint32_t x, uint32_t y, uint32_t seed, float *shade)
{
    float u = ((float)x + 0.5f) / TEXTURE_SIZE, v = ((float)y + 0.5f) / TEXTURE_SIZE;
    switch (m->kind) {
    case TEXTURE_CHECKER:
        return (float)((x / (TEXTURE_SIZE / 4) + y / (TEXTURE_SIZE / 4)) & 1);
    case TEXTURE_BRICK:
        return brick(u, v, seed, shade);
    case TEXTURE_WOOD:
        return wood(u, v, seed);
    case TEXTURE_NOISE:
        return fractal_noise(u, v, 4, seed);
    case TEXTURE_MARBLE:
        return powf(0.5f + 0.5f * sinf(2 * pi * (2 * u + 2 * v + 1.6f * fractal_noise(u, v, 4, seed))), 4);
    case TEXTURE_STRIPES:
        return (float)(x / (TEXTURE_SIZE / 8) & 1);
    case TEXTURE_TEXT:
        return text_at(m, x, y);
    case TEXTURE_PLAIN:
        break;
    }
    return 0;
}

static void make_level(const uint8_t *from, uint32_t size, const float *linear, uint8_t *to)
{
    for (uint32_t y = 0; y < size; y++)
        for (uint32_t x = 0; x < size; x++)
            for (uint32_t c = 0; c < 4; c++) {
                const uint8_t *a = from + ((size_t)(2 * y) * 2 * size + 2 * x) * 4 + c, *b = a + (size_t)2 * size * 4;
                float mean = (linear[a[0]] + linear[a[4]] + linear[b[0]] + linear[b[4]]) / 4;
                to[((size_t)y * size + x) * 4 + c] = (uint8_t)(texture_linear_to_srgb(mean) * 255 + 0.5f);
            }
}

void texture_make(const struct scene_material *material, uint32_t seed, uint8_t *out)
{
    float linear[256];
    for (uint32_t i = 0; i < 256; i++)
        linear[i] = texture_srgb_to_linear((float)i / 255.0f);
    for (uint32_t y = 0; y < TEXTURE_SIZE; y++)
        for (uint32_t x = 0; x < TEXTURE_SIZE; x++) {
            uint8_t *texel = out + ((size_t)y * TEXTURE_SIZE + x) * 4;
            float shade = 1, mix = pattern(material, x, y, seed, &shade);
            for (int c = 0; c < 3; c++) {
                float first = (float)material->color[0][c] * shade, second = material->color[1][c];
                float value = first + (second - first) * mix;
                texel[c] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + 0.5f);
            }
            texel[3] = 255;
        }
    for (uint32_t level = 1; level < TEXTURE_LEVELS; level++)
        make_level(out + texture_level_offset(level - 1), TEXTURE_SIZE >> level, linear,
                   out + texture_level_offset(level));
}
