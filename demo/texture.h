// SPDX-License-Identifier: Apache-2.0
// Procedural textures, made on the CPU; demo/scenes/README.md gives the formulas.
#ifndef ARTEM_DEMO_TEXTURE_H
#define ARTEM_DEMO_TEXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scene.h"

#define TEXTURE_SIZE 512u
#define TEXTURE_LEVELS 10u

// Bytes of one texture with all its mip levels, RGBA8.
size_t texture_bytes(void);
// Where level LEVEL begins, in bytes.
size_t texture_level_offset(uint32_t level);

// Fills texture_bytes() bytes: RGBA8 sRGB, rows from the top, alpha 255, level after level, each the mean of the one
// before in linear light.
void texture_make(const struct scene_material *material, uint32_t seed, uint8_t *out);

// sRGB transfer functions, values from 0 to 1.
float texture_srgb_to_linear(float value);
float texture_linear_to_srgb(float value);

#endif
