// SPDX-License-Identifier: Apache-2.0
// Pictures as a small VR app would draw them, in integers: the same bytes on every machine.
#ifndef ARTEM_TEST_SCENE_H
#define ARTEM_TEST_SCENE_H

#include <stdint.h>
#include <string.h>

enum { SCENE_WIDTH = 160, SCENE_HEIGHT = 128, SCENE_HORIZON = 56 };

// A garden by day, and a town at night: as different as a cut between levels of a game.
enum scene { SCENE_GARDEN, SCENE_TOWN };

struct scene_ball {
    int x, y, depth, radius; // of the picture at pan 0, left eye; depth 16 is near
    int colour[3];
};

static inline int scene_root(int v)
{
    int root = 0;

    while ((root + 1) * (root + 1) <= v)
        root++;
    return root;
}

static inline int scene_mod(int a, int n)
{
    return (a % n + n) % n;
}

static inline void scene_mix(int out[3], const int from[3], const int to[3], int part, int whole)
{
    for (int k = 0; k < 3; k++)
        out[k] = from[k] + (to[k] - from[k]) * part / whole;
}

static inline void scene_garden(int x, int y, int shift, int colour[3])
{
    static const int zenith[3] = {62, 110, 196}, haze[3] = {206, 216, 228}, hill[3] = {96, 124, 118};
    static const int grass[2][3] = {{92, 142, 58}, {150, 132, 84}};
    const int slope = scene_mod(x + shift / 8, 120), ridge = SCENE_HORIZON - 6 - (slope < 60 ? slope : 120 - slope) / 4;

    if (y < ridge) {
        scene_mix(colour, zenith, haze, y, SCENE_HORIZON);
    } else if (y < SCENE_HORIZON) {
        memcpy(colour, hill, sizeof hill);
    } else {
        const int depth = 1600 / (y - SCENE_HORIZON + 4), across = (x - SCENE_WIDTH / 2) * depth / 24 + 4 * shift;
        scene_mix(colour, grass[(scene_mod(across, 128) / 64) ^ (depth / 32 & 1)], haze, depth, 600);
    }
}

static inline void scene_town(int x, int y, int shift, int colour[3])
{
    static const int night[3] = {6, 8, 22}, wall[3] = {20, 18, 26}, window[3] = {255, 214, 120}, road[3] = {14, 14, 16};
    const int at = scene_mod(x + shift / 4, 80), house = (x + shift / 4 + 8000) / 80 % 3, roof = 20 + 12 * house;

    if (y > 104) {
        memcpy(colour, road, sizeof road);
    } else if (y < roof || at > 66) {
        memcpy(colour, night, sizeof night);
    } else {
        const int lit = (at / 11 + (y - roof) / 13 * 2 + house) % 4 == 0;
        memcpy(colour, lit && at % 11 > 3 && (y - roof) % 13 > 4 ? window : wall, sizeof wall);
    }
}

// Lit from the upper left.
static inline void scene_balls(int x, int y, int shift, int colour[3])
{
    static const struct scene_ball balls[] = {
        {30, 52, 48, 12, {226, 226, 220}}, {112, 60, 32, 18, {196, 58, 44}}, {70, 84, 20, 24, {58, 84, 190}}};

    for (size_t i = 0; i < sizeof balls / sizeof balls[0]; i++) {
        const struct scene_ball *b = &balls[i];
        const int dx = scene_mod(x + shift * 4 / b->depth - b->x + 40, 240) - 40, dy = y - b->y;
        const int rest = b->radius * b->radius - dx * dx - dy * dy;
        if (rest < 0)
            continue;
        int light = 90 + 150 * (scene_root(rest) - dx - dy) / (2 * b->radius);
        light = light < 60 ? 60 : light;
        for (int k = 0; k < 3; k++)
            colour[k] = b->colour[k] * light / 200 < 255 ? b->colour[k] * light / 200 : 255;
    }
}

// One eye's picture, RGBA8 without gaps. `pan` counts frames, light 256 is the full one.
static inline void scene_draw(enum scene scene, int pan, int eye, int light, uint8_t *rgba)
{
    const int shift = 5 * pan + 12 * eye;

    for (int y = 0; y < SCENE_HEIGHT; y++)
        for (int x = 0; x < SCENE_WIDTH; x++, rgba += 4) {
            int colour[3];
            if (scene == SCENE_GARDEN) {
                scene_garden(x, y, shift, colour);
                scene_balls(x, y, shift, colour);
            } else {
                scene_town(x, y, shift, colour);
            }
            for (int k = 0; k < 3; k++)
                rgba[k] = (uint8_t)(colour[k] * light / 256);
            rgba[3] = 255;
        }
}

#endif
